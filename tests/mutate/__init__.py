"""Breaks the conditions of every rule, one at a time, and tells which breakages no case notices."""
