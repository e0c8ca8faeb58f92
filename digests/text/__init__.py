"""What is done with text alone."""
