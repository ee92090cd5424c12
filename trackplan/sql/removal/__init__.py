"""Columns that shall go → where a statement writes them, and whether it can do without them."""
