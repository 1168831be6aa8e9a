"""`python3 -m tests [pytest's own arguments]`: set up what the tests need, then run them.

Standard library only, and importable by Python 3.8, to say that it is too old.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap import TESTS, check_python, prepare
from app.installation import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_PROCESSES = 8
NO_TESTS = 5  # pytest's exit code where it found none
OURS = ("MACHIAI_", "STREAMLIT_")
PYTHONS = ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")  # where modules are, and that they start slowly
FOR_TESTS = "MACHIAI_TEST_"  # what is asked of the tests themselves, as MACHIAI_TEST_GPU=1
LOOPBACK = "127.0.0.1,localhost,::1"


def clean_environment(environment: Mapping[str, str], home: str) -> dict[str, str]:
    """Return the environment for the tests: no setting, token or data folder of the developer's own in it.

    `home` is where a test that forgot to choose a data folder would write.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name.startswith(FOR_TESTS) or not (name.startswith(OURS) or name in PYTHONS)
    }
    for name in ("no_proxy", "NO_PROXY"):  # the tests' servers are on loopback, where no proxy reaches
        kept[name] = ",".join(filter(None, (environment.get(name), LOOPBACK)))
    # Nobody asks arXiv because a test follows a search: nothing listens there.
    return {**kept, "MACHIAI_HOME": home, "MACHIAI_ARXIV_URL": "http://127.0.0.1:9"}


# A command that some tests need: the Debian packages that have it, and what is lost without it.
COMMANDS = {
    "chromium": (["chromium"], "the browser tests are SKIPPED"),
    "gcc": (["gcc", "libc6-dev"], "the tests with fake GPUs are SKIPPED"),
    "tmux": (["tmux"], "the tests with jobs in tmux are SKIPPED"),
}
FONT = "fonts-noto-cjk"


def missing_packages() -> dict[str, str]:
    """Return the Debian packages that some tests need and this machine lacks, each with what is lost without it."""
    missing = {
        package: loss
        for command, (packages, loss) in COMMANDS.items()
        if not shutil.which(command)
        for package in packages
    }
    if shutil.which("gcc") and not has_headers():
        missing["libc6-dev"] = COMMANDS["gcc"][1]
    fonts = (
        shutil.which("fc-list")
        and subprocess.run(["fc-list", ":lang=ja", "family"], capture_output=True, text=True).stdout.strip()
    )
    if not fonts:
        missing[FONT] = "Japanese is drawn as boxes"
    return missing


def has_headers() -> bool:
    """Whether gcc finds the C library's headers: Debian has them in a package of their own."""
    command = ["gcc", "-E", "-x", "c", "-include", "stdio.h", os.devnull]
    return subprocess.run(command, capture_output=True).returncode == 0


def add_packages() -> None:
    """Install what some tests need where that is possible; else say what is missing."""
    missing = missing_packages()
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' '.join(missing)} for the tests ...", file=sys.stderr, flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wait = ["-o", "DPkg::Lock::Timeout=300"]
        steps = (["update"], ["install", "-y", "--no-install-recommends", *missing])
        for step in steps:
            done = subprocess.run(
                ["apt-get", *wait, *step], env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True
            )
            if done.returncode:
                print("\n".join((done.stdout + done.stderr).splitlines()[-20:]), file=sys.stderr)
                break
        missing = missing_packages()
        if not missing:
            return
    names = " ".join(missing)
    losses = "".join(f"!! Without them {loss}.\n" for loss in dict.fromkeys(missing.values()))
    print(
        f"!! Missing on this machine: {names}.\n{losses}!! On Debian: sudo apt-get install {names}",
        file=sys.stderr,
        flush=True,
    )


def side_by_side(arguments: Sequence[str]) -> list[str]:
    """Options to run all tests in several processes, a file in one and all that drive a browser in one (see
    ``tests/conftest.py``); none where the developer gave options.

    Many tests wait for processes they started, so there is one more of these than there are cores.
    """
    if arguments:
        return []
    return ["-n", str(min(MOST_PROCESSES, (os.cpu_count() or 1) + 1)), "--dist", "loadfile"]


def run_pytest(python: Path, root: Path, arguments: Sequence[str]) -> int:
    """Run pytest from the checkout's root and return its exit code; finding no test at all is a failure."""
    with tempfile.TemporaryDirectory(prefix="machiai-tests-") as home:
        command = [str(python), "-I", "-m", "pytest", *side_by_side(arguments), *arguments]
        process = subprocess.Popen(command, cwd=root, env=clean_environment(os.environ, home))
        while True:
            try:
                code = process.wait()
                break
            except KeyboardInterrupt:  # pytest has it too: let it close what it opened
                continue
    if code == NO_TESTS:
        print("No test was run: that counts as a failure.", file=sys.stderr)
        return 1
    return code if code >= 0 else 128 - code


def main(arguments: Sequence[str]) -> int:
    """Set up, run the tests, and return the exit code."""
    root = Path(__file__).resolve().parents[1]
    try:
        check_python()
        python = prepare(root, TESTS)
        add_packages()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The next start goes on from here.", file=sys.stderr)
        return 130
    return run_pytest(python, root, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
