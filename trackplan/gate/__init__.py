"""What of the findings counts: those that a change adds, without those that a team puts up with."""
