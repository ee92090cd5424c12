"""One module per command: options in, an output out."""
