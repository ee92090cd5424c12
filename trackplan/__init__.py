"""trackplan: the linter for tracking plans."""

__version__ = "0.1.0"
