"""Tests of proposals, from the command line to what they leave."""
