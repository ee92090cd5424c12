"""Pipelines run on made-up data in DuckDB, before and after a change: the tests judge by it, and proposals are proved.

DuckDB is an extra (`trackplan[verify]`), and loaded only here.
"""
