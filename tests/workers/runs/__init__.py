"""Tests of workers/runs."""
