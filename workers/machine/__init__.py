"""The machine the runs are on."""
