"""A real small training for newcomers, screenshots and trying out alerts."""
