"""What stops the compiling of a statement."""


class NotFollowedError(Exception):
    """A construct whose sources are not followed; the whole statement then counts as not understood."""
