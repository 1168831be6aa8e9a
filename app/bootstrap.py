"""The checkout's own Python environment, `.venv`: made on first use, then kept in step with the requirements.

Standard library only, and importable by Python 3.8, to say that it is too old. Needs neither ensurepip nor
Debian's venv package: the environment is made without pip, and the machine's pip installs into it.

What is installed is recorded in `.venv/machiai.json` after pip has ended well, and only then; a start that
finds no such record for the requirements of today looks for half-written packages, and lets pip go on.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from app.installation import Progress, SetupError, find_pip, install

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")  # the one it is tested with first
APP = "requirements.txt"
TESTS = "tests/requirements.txt"
COVERS = {APP: (APP,), TESTS: (APP, TESTS)}  # installing the second installs the first

# `$0` may be a link from a folder on PATH. The environment's own folder is not resolved further: Python finds
# its packages from the path it is started by.
COMMAND = """\
#!/bin/sh
# The `machiai` command, from any folder; written by `python3 -m app`.
# -I: a PYTHONPATH, or a folder here with a package called `store`, must not stand in for ours.
here=$0
while [ -L "$here" ]; do
    target=$(readlink "$here")
    case $target in /*) here=$target ;; *) here=$(dirname "$here")/$target ;; esac
done
exec "$(dirname "$here")/python" -I -m workers.cli "$@"
"""


class Environment(NamedTuple):
    """The files of one checkout's environment."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def command(self) -> Path:
        return self.folder / "bin" / "machiai"

    @property
    def record(self) -> Path:
        return self.folder / "machiai.json"

    @property
    def lock(self) -> Path:
        return self.folder / "machiai.lock"

    def packages(self, version: str) -> Path:
        """Return the folder of the installed packages, for a Python version such as "3.11"."""
        return self.folder / "lib" / f"python{version}" / "site-packages"


def check_python(version: Sequence[int] | None = None) -> None:
    """Raise SetupError where a Python's version (by default the running one's) is older than 3.11."""
    found = tuple(version or sys.version_info[:3])
    if found[:2] >= OLDEST_PYTHON:
        return
    newer = next((name for name in NEWER_PYTHONS if shutil.which(name)), "")
    raise SetupError(
        f"Machiai needs Python 3.11 or newer; {sys.executable} is {'.'.join(map(str, found))}.\n"
        + (f"Here is a newer one: {newer}." if newer else "Install a newer one, and start again with it.")
    )


def prepare(
    root: Path,
    wanted: str = APP,
    torch: bool | None = None,
    out: TextIO = sys.stderr,
    pythons: Sequence[str] = (),
) -> Path:
    """Make the checkout's environment fit the requirements file `wanted`, and return its Python.

    `torch` None keeps the choice of the last time (at first: with torch). `pythons` are the interpreters
    whose pip may be used, by default the running one and the one it is based on.
    Where nothing has changed, no pip is started.

    Raises SetupError, its message meant for the user, when the environment cannot be made.
    """
    here = Environment(root)
    try:
        if not is_ready(here, wanted, torch):
            here.folder.mkdir(exist_ok=True)
            with locked(here.lock, out) as lock:
                if not is_ready(here, wanted, torch):
                    build(here, wanted, torch, lock, Progress(out), pythons)
        write_links(here)
    except OSError as error:
        raise SetupError(
            f"Machiai cannot set itself up in {here.folder}: {error.strerror or error}"
            + (f" ({error.filename})" if error.filename else "")
            + "\nThe folder must be writable, on a disk with room. Starting again goes on from here."
        ) from error
    return here.python


def is_ready(here: Environment, wanted: str, torch: bool | None) -> bool:
    """Tell whether the environment works and holds exactly what `wanted` asks for today."""
    record = read_record(here)
    choice = record.get("torch", True) if torch is None else torch
    digest = fingerprint(read_requirements(here.root / wanted, choice))
    if choice != record.get("torch") or record.get("installed", {}).get(wanted) != digest:
        return False
    return bool(record.get("python")) and record.get("python") == probe(here)


def build(
    here: Environment, wanted: str, torch: bool | None, lock: int, progress: Progress, pythons: Sequence[str]
) -> None:
    """Make or mend the environment and install into it; the caller holds the lock."""
    record = read_record(here)
    choice: bool = record.get("torch", True) if torch is None else torch
    base = getattr(sys, "_base_executable", "") or sys.executable
    pip = find_pip(pythons or (sys.executable, base))
    progress.say(
        f"Setting up Machiai's own Python environment in {here.folder}\n"
        + ("with torch, which is large" if choice else "without torch")
        + "; this takes some minutes the first time."
    )
    version = probe(here)
    if version is None or (record.get("python") or version) != version or as_numbers(version) < OLDEST_PYTHON:
        version = create(here)
    for name in prune(here.packages(version)):
        progress.say(f"  {name} was left half-installed; it is installed again")
    state = {"format": 1, "python": version, "torch": choice, "installed": {}}
    write_record(here, state)  # the choice lasts, whatever happens to pip
    requirements = here.folder / "machiai-requirements.txt"
    requirements.write_text("\n".join(read_requirements(here.root / wanted, choice)) + "\n", "utf-8")
    try:
        install(pip, here.python, requirements, here.folder / "machiai-install.log", lock, progress)
    except SetupError as error:
        if not choice:
            raise
        raise SetupError(f"{error}\nWithout torch, if need be: python3 -m app --without-torch") from error
    state["installed"] = {
        name: fingerprint(read_requirements(here.root / name, choice)) for name in COVERS.get(wanted, (wanted,))
    }
    write_record(here, state)
    progress.say(f"Set up in {progress.seconds()} s.")


def read_requirements(file: Path, torch: bool) -> list[str]:
    """Return the requirements of a file and of those it includes, torch among them only if wanted.

    Raises OSError where a file cannot be read.
    """
    wanted: list[str] = []
    for raw in file.read_text("utf-8").splitlines():
        line = re.sub(r"(^|\s)#.*", "", raw).strip()
        included = re.match(r"(?:-r|--requirement)[\s=]+(.+)", line)
        if included:
            wanted += read_requirements(file.parent / included.group(1), torch)
        elif line and (torch or not re.match(r"torch(?![\w.-])", line, re.IGNORECASE)):
            wanted.append(line)
    return wanted


def fingerprint(requirements: Sequence[str]) -> str:
    """Return a digest of a list of requirements."""
    return hashlib.sha256("\n".join(requirements).encode()).hexdigest()


def probe(here: Environment) -> str | None:
    """Return the version ("3.11") of the environment's Python, None where it does not run or is another's.

    Without its `pyvenv.cfg` the same file would be the machine's Python, and pip would install there.
    """
    question = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.prefix)"
    try:
        answer = subprocess.run(
            [str(here.python), "-I", "-c", question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version, _, prefix = os.fsdecode(answer.stdout).strip().partition("\n")
    return version if answer.returncode == 0 and prefix and Path(prefix) == here.folder else None


def create(here: Environment) -> str:
    """Make the environment anew, empty, and return its Python's version."""
    import venv  # not needed by a start that finds all in place

    for child in here.folder.iterdir():
        if child == here.lock:
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()
    venv.EnvBuilder(with_pip=False, symlinks=True, prompt="machiai").create(here.folder)
    version = probe(here)
    if version is None:
        raise SetupError(f"The new environment's Python does not run: {here.python} (made from {sys.executable})")
    return version


def prune(packages: Path) -> list[str]:
    """Forget the packages that a killed pip left half-written, so that pip installs them again; say which.

    A package is whole when its RECORD is there and every file that it lists has the size it lists.
    """
    forgotten = []
    for leftover in packages.glob("~*"):
        shutil.rmtree(leftover, ignore_errors=True)
    for info in sorted(packages.glob("*.dist-info")):
        try:
            with (info / "RECORD").open(encoding="utf-8", newline="") as lines:
                whole = all(is_whole(packages, *row[::2]) for row in csv.reader(lines) if row)
        except (OSError, ValueError, TypeError):
            whole = False
        if not whole:
            shutil.rmtree(info)
            forgotten.append(info.name[: -len(".dist-info")])
    return forgotten


def is_whole(packages: Path, name: str, size: str) -> bool:
    """Tell whether a file of a RECORD has its size in bytes; compiled files carry none and may be gone."""
    if not size:
        return True
    return os.stat(os.path.join(packages, name)).st_size == int(size)  # noqa: PTH116, PTH118 - tens of thousands


def write_links(here: Environment) -> None:
    """Let the environment's Python find this checkout's packages, and write the `machiai` command.

    Both are relative to where they lie: a checkout that is moved or renamed goes on working.
    """
    for packages in here.folder.glob("lib/python3.*/site-packages"):
        write_if_new(packages / "machiai.pth", os.path.relpath(here.root, packages) + "\n", 0o644)
    write_if_new(here.command, COMMAND, 0o755)


def write_if_new(file: Path, text: str, mode: int) -> None:
    """Write a small file whole, unless it already says just that."""
    try:
        if file.read_text("utf-8") == text and file.stat().st_mode & 0o111 == mode & 0o111:
            return
    except (OSError, UnicodeDecodeError):
        pass
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    fresh.write_text(text, "utf-8")
    fresh.chmod(mode)
    fresh.replace(file)


def read_record(here: Environment) -> dict[str, Any]:
    """Return what was recorded of the environment, nothing where there is no record that can be read."""
    try:
        record = json.loads(here.record.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) and record.get("format") == 1 else {}


def write_record(here: Environment, record: dict[str, Any]) -> None:
    """Put a record in the place of the last one, at once and for good."""
    fresh = here.record.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(record, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(here.record)


@contextmanager
def locked(file: Path, out: TextIO) -> Iterator[int]:
    """Hold the environment's lock, waiting for another start that has it; give its open file."""
    with file.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is setting Machiai up; waiting until it is done ...", file=out, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def as_numbers(version: str) -> tuple[int, ...]:
    """Turn "3.11" into (3, 11)."""
    return tuple(int(part) for part in version.split("."))
