"""Surgical edits: the smallest change of a text, with its way back; all else stays byte for byte.

`document.Document` edits YAML and JSON, `table.Table` CSV; `text` is what they all give, `patch` what git takes.
"""
