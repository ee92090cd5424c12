"""The record of processing, and data protection by design."""
