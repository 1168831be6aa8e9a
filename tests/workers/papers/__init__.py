"""Tests of the papers' workers."""
