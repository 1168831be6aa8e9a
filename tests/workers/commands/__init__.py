"""Tests of workers/commands."""
