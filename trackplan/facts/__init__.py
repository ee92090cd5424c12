"""The fact base: everything a project says about its data, in one small relational database."""
