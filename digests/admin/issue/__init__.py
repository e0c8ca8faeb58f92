"""The issue's own page: its form, its text, and what one may do with it."""
