"""Tests of workers/logs."""
