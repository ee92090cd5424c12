"""How quick trackplan is, and how often it is right, beside others; README.md holds the figures."""
