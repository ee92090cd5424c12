"""Facts → proposals: what can go, what it saves, the edits and steps for it, the proof that nobody notices."""
