"""Alerts: what deserves one, how it reads, and how it reaches the phone exactly once."""
