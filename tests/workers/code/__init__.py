"""Tests of what is told about code, on real repositories."""
