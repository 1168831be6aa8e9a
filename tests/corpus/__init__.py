"""Scores us on real logs of many stacks, which lie beside the repository and are not part of it."""
