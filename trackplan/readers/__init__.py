"""One module per format of input: detect it, and read it into declarations."""
