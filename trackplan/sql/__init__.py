"""SQL text → what it says about data. The only package that knows sqlglot."""
