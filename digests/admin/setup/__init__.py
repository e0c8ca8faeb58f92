"""Pages where administrators set things up, and each person's own settings."""
