"""The language server: what a check finds, while the text is being written, and what is known of a name in it."""
