"""Delivery: what goes out by itself."""
