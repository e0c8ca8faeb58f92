"""Delivery: what is sent without anybody asking for it at that moment."""
