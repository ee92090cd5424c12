"""The review of a quarter."""
