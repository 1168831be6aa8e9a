"""Reading training logs."""
