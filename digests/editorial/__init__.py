"""Editorial work: the one door for every change, and the rules around it."""
