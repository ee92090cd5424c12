"""Tests of compiling."""
