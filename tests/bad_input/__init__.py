"""Rows of broken, hostile and absurd input; `tests/test_bad_input.py` runs them."""
