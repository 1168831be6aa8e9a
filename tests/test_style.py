"""Lint, format and types of the whole checkout, by ruff and mypy with the settings in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def check(*command: str) -> None:
    """Run a checker from the checkout's root; what it found is the failure's message."""
    done = subprocess.run(
        [sys.executable, "-I", "-m", *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command)} (exit code {done.returncode})\n{done.stdout}{done.stderr}", pytrace=False)


def test_lint():
    """ruff has nothing to say against the source."""
    check("ruff", "check", "--output-format", "concise", ".")


def test_format():
    """Every file is as ruff formats it."""
    check("ruff", "format", "--check", ".")


@pytest.mark.timeout(600)
def test_types():
    """mypy agrees with every type hint: strictly in the source, with some latitude in the tests."""
    check("mypy")
