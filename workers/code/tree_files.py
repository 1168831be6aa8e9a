"""The files a run's command could read: those of its tree, and beside them those that are not under git."""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from workers.code.closure import folders_of
from workers.code.git import Git

_LARGEST = 4_000_000
_BATCH_BYTES = 256 << 20
_MOST_BELOW = 500
_PATIENT_ROUNDS = 8
"""After so many calls of ``read_many`` all files are read at once: imports go deep here."""
_MOST_AHEAD = 5000


class DiskFiles:
    """The files below a folder as they are now, without those that ``is_hidden`` says are not to be seen."""

    def __init__(self, root: Path, is_hidden: Callable[[str], bool] = lambda _: False) -> None:
        self.root = root
        self.is_hidden = is_hidden
        self._known: dict[str, bool] = {}

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        if path not in self._known:
            is_there = os.path.isfile(f"{self.root}/{path}")  # noqa: PTH113 — asked thousands of times
            self._known[path] = is_there and not self.is_hidden(path)
        return self._known[path]

    def has_folder(self, path: str) -> bool:
        """Whether there is such a folder."""
        return (self.root / path).is_dir()

    def read_many(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The contents of those that can be read and are not huge."""
        found = {}
        for path in paths:
            with contextlib.suppress(OSError), (self.root / path).open("rb") as file:
                found[path] = file.read(_LARGEST)
        return found

    def below(self, folder: str) -> list[str]:
        """The files in a folder and the folders in it, hidden ones left out."""
        found: list[str] = []
        for above, folders, names in os.walk(self.root / folder):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            found += [os.path.relpath(f"{above}/{name}", self.root) for name in sorted(names)]
            if len(found) > _MOST_BELOW:
                break
        return [one for one in found if not self.is_hidden(one)][:_MOST_BELOW]


class TreeFiles:
    """The files of a git tree, and those on the disk that are not in it, as ``disk`` shows them.

    Raises CodeError where the tree cannot be listed.
    """

    def __init__(self, git: Git, tree: str, disk: DiskFiles) -> None:
        self.git = git
        self.disk = disk
        self.blobs: dict[str, str] = {}
        for line in git.need("ls-tree", "-r", "-z", "--full-tree", tree).parts:
            facts, _, path = line.partition("\t")
            mode, kind, sha = facts.split(" ")
            if kind == "blob" and mode != "120000":
                self.blobs[path] = sha
        self.folders = folders_of(self.blobs)
        self._rounds = 0
        self._ahead: dict[str, bytes] = {}

    def has(self, path: str) -> bool:
        """Whether the run had such a file."""
        return path in self.blobs or self.disk.has(path)

    def has_folder(self, path: str) -> bool:
        """Whether the run had such a folder."""
        return path in self.folders or self.disk.has_folder(path)

    def read_many(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The contents as they were in the tree, of others as they are on the disk."""
        found = dict(self.disk.read_many([path for path in paths if path not in self.blobs]))
        self._rounds += 1
        if self._rounds == _PATIENT_ROUNDS:
            self._ahead = self._read([path for path in self.blobs if path.endswith(".py")][:_MOST_AHEAD])
        wanted = [path for path in paths if path in self.blobs]
        found |= {path: self._ahead[path] for path in wanted if path in self._ahead}
        return found | self._read([path for path in wanted if path not in found])

    def _read(self, paths: Sequence[str]) -> dict[str, bytes]:
        if not paths:
            return {}
        given = "".join(f"{self.blobs[path]}\n" for path in paths).encode()
        answer = self.git.ask("cat-file", "--batch", given=given, limit=_BATCH_BYTES)
        return dict(zip(paths, _read_batch(answer.output), strict=False))

    def below(self, folder: str) -> list[str]:
        """The tree's files in a folder and the folders in it."""
        within = f"{folder}/" if folder else ""
        return [path for path in self.blobs if path.startswith(within)][:_MOST_BELOW]


def _read_batch(output: bytes) -> list[bytes]:
    """The contents in what ``cat-file --batch`` wrote; empty for what is missing."""
    contents, position = [], 0
    while position < len(output):
        end = output.find(b"\n", position)
        if end < 0:
            break
        words = output[position:end].split(b" ")
        if len(words) != 3:
            contents.append(b"")
            position = end + 1
            continue
        size = int(words[2])
        contents.append(output[end + 1 : end + 1 + size])
        position = end + 1 + size + 1
    return contents
