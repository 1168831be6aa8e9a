"""A working tree as it is now, looked at through a copy of its index: neither its index nor its files nor its refs are
touched, and no object is written into its repository."""

import contextlib
import hashlib
import os
import posixpath
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.code.changes import Change, list_changes
from workers.code.closure import folders_of
from workers.code.git import Git, Repository, locate
from workers.code.scratch import Scratch, open_scratch

_INDEX = "now.index"
_SETTINGS = (".yaml", ".yml", ".toml", ".cfg", ".ini", ".jsonnet", ".gin")
_CODE = (
    *(".py", ".pyx", ".pyi", ".ipynb", ".sh", ".c", ".cc", ".cpp", ".cu", ".cuh", ".h", ".hpp", ".rs", ".go"),
    *(".jl", ".r", ".lua", ".m", ".slurm", ".sbatch"),
)
_MADE_BY_RUNS = frozenset(
    """wandb mlruns lightning_logs outputs multirun .hydra tb_logs tensorboard node_modules site-packages __pycache__
    .ipynb_checkpoints .venv venv""".split()  # noqa: SIM905
)
MOST_UNTRACKED = 300
_LARGEST_UNTRACKED = 1_000_000
_LIST_BYTES = 8 << 20


@dataclass(frozen=True)
class WorkingTree:
    """What is in a working tree now.

    ``untracked`` are the files that are code by their names and not under git; ``others`` counts all else that is not.
    ``mark`` changes whenever anything does that a drift tells of.
    """

    scratch: Scratch
    git: Git
    head: str | None
    branch: str | None
    dirty: bool
    untracked: frozenset[str]
    submodules: tuple[str, ...]
    others: int
    capped: bool
    mark: str

    @property
    def repository(self) -> Repository:
        """Where it lies."""
        return self.scratch.repository

    def compare(self, tree: str) -> tuple[list[Change], bool]:
        """What differs from that tree to the files as they are now, as ``list_changes`` tells it."""
        return list_changes(self.git, ("diff-index", "--cached", tree))


@contextlib.contextmanager
def open_tree(root: Path, *others: Repository) -> Iterator[WorkingTree]:
    """Look at the working tree ``root``; CodeError where it cannot be read."""
    repository = locate(root)
    with open_scratch(repository, *others) as scratch:
        yield look_at(scratch, repository)


def look_at(scratch: Scratch, repository: Repository, index: str = _INDEX) -> WorkingTree:
    """The working tree of ``repository`` now, seen from a scratch that reads its objects."""
    git = scratch.copy_index(index, repository)
    git.ask("update-index", "-q", "--refresh", "--ignore-submodules")
    edited = git.need("diff-files", "--name-only", "-z", "--ignore-submodules=dirty").output
    if edited:
        git.need("update-index", "--add", "--remove", "-z", "--stdin", given=edited)
    listed = git.ask("ls-files", "--others", "--exclude-standard", "-z", limit=_LIST_BYTES)
    names = listed.parts[: -1 if listed.cut else None]
    staged = git.ask("ls-files", "--stage", "-z").parts
    code = choose_code(names, folders_of(line.partition("\t")[2] for line in staged))
    taken = [name for name in code if _is_small(repository.root / name)][:MOST_UNTRACKED]
    given = b"".join(os.fsencode(name) + b"\0" for name in taken)
    if taken and not git.ask("update-index", "--add", "-z", "--stdin", given=given).ok:
        taken = []  # one that went away or may not be read
    head = git.ask("rev-parse", "--quiet", "--verify", "HEAD")
    branch = git.ask("symbolic-ref", "--quiet", "--short", "HEAD").text or None
    changed = git.ask("diff-index", "--cached", "--raw", "-z", "--no-renames", "HEAD")
    paths = {part for part in changed.parts if not part.startswith(":")}
    seen = b"\0".join([head.output, (branch or "").encode(), changed.output, str(len(names)).encode()])
    return WorkingTree(
        scratch,
        git,
        head.text if head.ok else None,
        branch,
        bool(paths - set(taken)),
        frozenset(taken),
        tuple(sorted(line.partition("\t")[2] for line in staged if line.startswith("160000 "))),
        len(names) - len(taken),
        listed.cut or listed.late or len(code) > len(taken),
        hashlib.sha256(seen).hexdigest(),
    )


def choose_code(names: Sequence[str], folders: Collection[str]) -> list[str]:
    """Of untracked files those that a person wrote, by their names: code, and settings in one of the ``folders`` that
    hold files under git; nothing that runs put out."""
    environments = [posixpath.dirname(name) + "/" for name in names if posixpath.basename(name) == "pyvenv.cfg"]
    return [
        name
        for name in names
        if (name.lower().endswith(_CODE) or (name.endswith(_SETTINGS) and posixpath.dirname(name) in folders))
        and not _MADE_BY_RUNS.intersection(name.split("/")[:-1])
        and not name.startswith(tuple(environments))
    ]


def _is_small(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return path.lstat().st_size <= _LARGEST_UNTRACKED
    return False
