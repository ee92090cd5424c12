"""Tests of surgical edits, and what writes random documents for them."""
