"""What follows from the facts and is stored beside them: landing, needs, doubts and status."""
