"""The language server, spoken to as an editor does: JSON-RPC on the pipes of a process."""
