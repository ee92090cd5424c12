"""What one run leaves for the next: compiled texts, and results that are given again while nothing has changed.

A cache never decides anything: what is missing, damaged or of another version is made anew, and a run goes on where
nothing can be written.
"""
