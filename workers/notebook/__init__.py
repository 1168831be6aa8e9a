"""What works where the dashboard is not: one file to copy next to a notebook."""
