"""Tests of the alerts, against a local Pushbullet."""
