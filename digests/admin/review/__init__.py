"""Reviewing an issue: the screen, comments, preview links and history."""
