"""Launching runs and keeping their directories."""
