"""Everything of Machiai that runs without a browser."""
