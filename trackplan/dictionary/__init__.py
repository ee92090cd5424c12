"""The data dictionary: a page for each event and table, for everyone who wants to know what is collected and why."""
