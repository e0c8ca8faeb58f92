"""The page of one issue: its form, its text view and its buttons."""
