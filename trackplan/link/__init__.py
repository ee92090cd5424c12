"""Records + relations → use, flow and reach: names are resolved across files, once, in memory."""
