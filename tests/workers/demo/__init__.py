"""Tests of the demo training."""
