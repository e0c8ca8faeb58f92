"""What administrators set up, and each person's own settings."""
