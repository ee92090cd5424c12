"""Execution is the judge: DuckDB shows which columns change which consumers; trackplan's inventory must agree."""
