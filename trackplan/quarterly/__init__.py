"""The review of a quarter: goals, what was pruned, best and worst, what changes in law, and what to do next."""
