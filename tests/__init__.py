"""Tests of Machiai; `python3 -m tests` sets them up and runs them."""
