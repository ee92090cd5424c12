"""The report for people who open no terminal: facts and findings → one model → HTML, Markdown, CSV, JSON, XLSX."""
