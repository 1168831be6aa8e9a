"""Finding files by name below a folder, again and again and cheaply: only folders that changed are listed anew.

Bounded in depth, in entries and in time: a walk that does not get done goes on at the next look, and a long one is
repeated less often. Symbolic links are
not followed; hidden folders, environments, caches and folders with thousands of files are passed over.
"""

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_NAMES = """__pycache__ node_modules site-packages venv env virtualenv conda-meta wandb mlruns data dataset datasets
    images labels annotations cache caches build dist nltk_data huggingface"""
_SKIPPED = frozenset(_NAMES.split())
_MOST_ENTRIES = 2000
_MOST_FOLDERS = 3000
_CHECKED_EVERY = 64
_SHARE = 0.002
"""What part of a core walking through one folder may take: large trees are walked less often."""
LONGEST_REST = 30.0
_SHORT = 0.003


@dataclass(slots=True)
class _Folder:
    """What the last listing of a folder gave: its own time then, the names to walk into, the files wanted."""

    modified: int
    folders: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    skipped: bool = False


class FolderWalk:
    """The wanted files below one folder, as known after the latest look."""

    def __init__(
        self,
        root: str,
        wanted: Callable[[str], bool],
        *,
        depth: int = 6,
        spare: frozenset[str],
        longest_rest: float = LONGEST_REST,
    ) -> None:
        self.root = root
        self._wanted = wanted
        self._depth = depth
        self._spare = spare
        self._longest_rest = longest_rest
        self._known: dict[str, _Folder] = {}
        self._going: Iterator[None] | None = None
        self._spent = 0.0
        self._rest_until = 0.0

    def look(self, seconds: float, *, at_once: bool = False) -> None:
        """Bring what is known up to date, for at most about ``seconds``; a long walk rests after (not ``at_once``)."""
        begun = time.monotonic()
        if begun < self._rest_until and not at_once:
            return
        if self._going is None:
            self._going, self._spent = self._walk(), 0.0
        for count, _ in enumerate(self._going, 1):
            if count % _CHECKED_EVERY == 0 and time.monotonic() - begun > seconds:
                self._spent += time.monotonic() - begun
                return
        self._going = None
        now = time.monotonic()
        spent = self._spent + now - begun
        self._rest_until = now + min(self._longest_rest, max(0.0, spent - _SHORT) / _SHARE)

    def files(self) -> list[str]:
        """The paths of the wanted files."""
        return [f"{path}/{name}" for path, folder in list(self._known.items()) for name in folder.files]

    def _walk(self) -> Iterator[None]:
        """Visit every folder once, the upper ones first; yields after each, so that the visitor may pause."""
        waiting, seen = [(self.root, 0)], set()
        for path, depth in waiting:
            folder = self._visit(path)
            yield
            if folder is None:
                continue
            seen.add(path)
            if depth < self._depth and not folder.skipped and len(waiting) < _MOST_FOLDERS:
                waiting += [(f"{path}/{name}", depth + 1) for name in folder.folders]
        for path in self._known.keys() - seen:
            del self._known[path]

    def _visit(self, path: str) -> _Folder | None:
        try:
            modified = os.stat(path, follow_symlinks=path == self.root).st_mtime_ns  # noqa: PTH116 – a hot path
        except OSError:
            return None
        known = self._known.get(path)
        if known is not None and (known.skipped or known.modified == modified):
            return known
        # A filesystem's clock is coarse: what is made right after the listing may leave the same time behind.
        settled = time.time_ns() - modified > 2_000_000_000
        folder = _Folder(modified if settled else -1)
        try:
            with os.scandir(path) as entries:
                for count, entry in enumerate(entries):
                    if count >= _MOST_ENTRIES or entry.name == "pyvenv.cfg":
                        folder = _Folder(modified, skipped=path != self.root)
                        break
                    self._sort(path, entry, folder)
        except OSError:
            return None
        self._known[path] = folder
        return folder

    def _sort(self, path: str, entry: "os.DirEntry[str]", folder: _Folder) -> None:
        if entry.is_dir(follow_symlinks=False):
            name = entry.name.lower()
            skipped = name[0] == "." or name in _SKIPPED or name.startswith("checkpoint-")
            if not skipped and f"{path}/{entry.name}" not in self._spare:
                folder.folders.append(entry.name)
        elif self._wanted(entry.name) and entry.is_file(follow_symlinks=False):
            folder.files.append(entry.name)


def status_of(path: str) -> os.stat_result | None:
    """A regular file's status; None when it is gone or something else."""
    try:
        found = os.stat(path)  # noqa: PTH116 – a hot path
    except OSError:
        return None
    return found if stat.S_ISREG(found.st_mode) else None
