"""The scorecard, its metrics and its files."""
