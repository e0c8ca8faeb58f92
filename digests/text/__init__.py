"""Text: Markdown to safe HTML, languages, and how texts are compared. Knows no models."""
