"""Files that may hold metrics: told by their names, by who has them open, and by the folders of a command line."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_WRITER = re.compile(r"\.tfevents\.\d+\..+\.(\d+)\.\d+(?:\.v2)?$")
_TABLES = re.compile(
    r"\.(?:csv|tsv|jsonl|ndjson)$|^(?:.*\.)?log\.json$|metrics?.*\.json$|^(?:scalars|result|trainer_state)\.json$"
    r"|^progress\.txt$|^log(?:\.txt)?$",
    re.IGNORECASE,
)
_NOT_TABLES = re.compile(
    r"^(?:outputs?|generat|completion|samples?|hparam|config|args|vocab|tokens?|manifest|annotation|labels?|split|dataset)"
    r"|submission|predictions?|rank[_-]?[1-9]",
    re.IGNORECASE,
)
_PART = re.compile(
    r"^(?:val|valid|validation|test|eval|evaluation|dev|fold[_-]?\d+)"
    r"(?=$|[_-]?(?:metrics|logs?|results|stats|history|progress|scalars|loss)$)",
    re.IGNORECASE,
)
_MONITOR = re.compile(r"^([1-9]\d*)\.monitor\.csv$")
_FOLDER_OPTION = re.compile(
    r"^-{0,2}(?:[\w.]*[._-])?(?:(?:log|logs|logging|output|out|save|work|tensorboard|tb|exp|experiment|results?|run|train|"
    r"model|checkpoint|ckpt|summary|root)[._-]?(?:dir|directory|folder|path)|logdir|outdir|workdir|savedir)$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"^(?P<name>-{0,2}[\w.-]+)=(?P<value>.+)$")


def is_wanted(name: str) -> bool:
    """Whether a file of that name may hold metrics."""
    if ".tfevents." in name:
        return not name.endswith(".profile-empty")
    return bool(_TABLES.search(name)) and not _NOT_TABLES.search(name)


def prefix_of(path: str) -> str:
    """What a file is about by its folder's or its own name, other than training itself: ``validation/``, or nothing."""
    folder, name = os.path.split(path)
    monitor = _MONITOR.match(name)
    if monitor:
        return f"{monitor[1]}/"
    part = _PART.match(os.path.basename(folder) if ".tfevents." in name else name.partition(".")[0])
    return f"{part[0]}/" if part else ""


def writer_of(name: str) -> int | None:
    """The pid of the process that writes an event file, where its name says it."""
    found = _WRITER.search(name)
    return int(found[1]) if found else None


def open_files(pids: Iterable[int]) -> frozenset[str]:
    """The metric files that those processes have open for writing."""
    found = set()
    for pid in pids:
        try:
            numbers = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            continue
        for number in numbers:
            try:
                target = os.readlink(f"/proc/{pid}/fd/{number}")  # noqa: PTH115 – thousands of times a minute
                if target in found or not is_wanted(os.path.basename(target)):
                    continue
                with open(f"/proc/{pid}/fdinfo/{number}", encoding="ascii") as file:
                    flags = next((int(line.split()[1], 8) for line in file if line.startswith("flags:")), 0)
            except (OSError, ValueError):
                continue
            if flags & os.O_ACCMODE != os.O_RDONLY:
                found.add(target)
    return frozenset(found)


def named_folders(argv: Sequence[str], cwd: str) -> frozenset[str]:
    """The existing folders that a command line names for output: ``--logdir runs/3``, ``output_dir=out``."""
    found = set()
    for position, word in enumerate(argv):
        named = _NAMED.match(word)
        if named:
            name, value = named["name"], named["value"]
        else:
            name, value = word, argv[position + 1] if word.startswith("-") and position + 1 < len(argv) else ""
        if value and _FOLDER_OPTION.match(name):
            folder = os.path.realpath(Path(cwd) / _expanded(value))
            if Path(folder).is_dir() and not is_shared(folder):
                found.add(folder)
    return frozenset(found)


def is_shared(folder: str) -> bool:
    """Whether a folder is everyone's or holds everything: the root, a home, /tmp."""
    return folder in ("/", "/tmp", "/home", "/root", "/var/tmp", "/dev/shm", str(Path.home()))


def _expanded(value: str) -> Path:
    """A path as a shell would expand it."""
    try:
        return Path(value).expanduser()
    except RuntimeError:
        return Path(value)
