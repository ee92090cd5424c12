"""The scorecard: what the metrics come to, run by run, and whether they are on their way to the goals."""
