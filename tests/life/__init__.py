"""A researcher's life by chance, from a seed, with its own account of what happened: what the week's figures must be."""
