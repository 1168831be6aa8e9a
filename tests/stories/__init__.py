"""Stories of whole days at a researcher's machine: what happens there, and what the phone says of it."""
