"""The week: what was done in it, its review, and the goals of the next."""
