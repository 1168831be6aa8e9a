"""Papers: pulling them from arXiv politely, their files, and the order of the inbox."""
