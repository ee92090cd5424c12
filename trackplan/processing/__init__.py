"""What the GDPR asks to be written down: the record of processing, and how data protection is built in."""
