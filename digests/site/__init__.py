"""The site: what readers get."""
