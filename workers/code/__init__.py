"""The code of the runs: how it differs from the working tree now, how to have it back, what was committed."""
