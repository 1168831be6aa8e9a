"""Tests of workers/machine."""
