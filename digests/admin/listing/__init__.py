"""Many issues at once: the list, its filters and bulk actions, and the calendar."""
