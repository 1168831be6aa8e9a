"""The files of a project that a run's command uses: its entry script, all it imports, configurations it names.

Found in the text alone: what is imported by a name that is made up while running is not seen.
"""

import posixpath
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workers.code.entry_script import Entry, find_entry, read_shell
from workers.code.imports import Import, Reading, read_imports, read_targets

MOST_FILES = 3000
_CONFIGURATIONS = (".yaml", ".yml", ".json", ".toml", ".cfg", ".ini", ".py")
_TEXTS = (".yaml", ".yml")


class Sources(Protocol):
    """The files of a project at one moment; paths are relative to its root, with ``/``."""

    def has(self, path: str) -> bool:
        """Whether there is a file of that path."""

    def has_folder(self, path: str) -> bool:
        """Whether there is a folder of that path, the root being ``""``."""

    def read_many(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The contents of those that can be read."""

    def below(self, folder: str) -> list[str]:
        """The files in a folder and the folders in it."""


@dataclass(frozen=True)
class Closure:
    """The ``files`` of the project that a command uses; ``entry`` is what it begins, empty where that is not known."""

    entry: str = ""
    files: frozenset[str] = frozenset()
    capped: bool = False


def find_closure(
    argv: Sequence[str],
    folder: str | None,
    sources: Sources,
    environment: Mapping[str, str] | None = None,
    root: str = "/",
) -> Closure:
    """Follow a command's imports through ``sources``.

    ``folder`` is where it was started, relative to the ``root`` (an absolute path), None where that is outside of it.
    """
    return _Search(sources, folder, root, environment or {}).run(argv)


class _Search:
    def __init__(self, sources: Sources, folder: str | None, root: str, environment: Mapping[str, str]) -> None:
        self.sources = sources
        self.folder = folder
        self.root = root
        self.found: dict[str, None] = {}
        self.waiting: list[str] = []
        self.paths: list[str] = []
        """Where modules are looked for, as Python would."""
        self.guesses: list[str] = []
        """Where they are looked for then: folders that are often put on the path, or installed."""
        self.given = [
            place
            for one in environment.get("PYTHONPATH", "").split(":")
            if one and (place := self._place(one)) is not None
        ]

    def run(self, argv: Sequence[str]) -> Closure:
        entry = find_entry(argv)
        for shell in list(entry.shells):
            place = self._place(shell)
            if place is not None and self.sources.has(place):
                self.found[place] = None
                for content in self.sources.read_many([place]).values():
                    read_shell(content.decode("utf-8", "replace"), entry)
        self._read_console_scripts(entry)
        self._begin(entry)
        for word in argv:
            self._take_configuration(word)
        self._follow()
        name = entry.name if self.found else ""
        return Closure(name, frozenset(self.found), len(self.found) >= MOST_FILES)

    def _begin(self, entry: Entry) -> None:
        scripts = [place for script in entry.scripts if (place := self._place(script)) is not None]
        if (entry.modules or entry.texts or entry.commands) and self.folder is not None:
            self._add_path(self.folder)
        for place in scripts:
            above = posixpath.dirname(place)
            self._add_path(above)
            while above:
                above = posixpath.dirname(above)
                self.guesses.append(above)
            if self.sources.has(place):
                self._take(place)
        for place in self.given:
            self._add_path(place)
        self.guesses += [one for one in (self.folder, "", "src") if one is not None]
        for module in entry.modules:
            self._take_module(module, run=True)
        for text in entry.texts:
            self._use(read_imports(text.encode("utf-8", "replace")), "")

    def _read_console_scripts(self, entry: Entry) -> None:
        """A command of the project's own, as its pyproject.toml declares it."""
        if not entry.commands or not self.sources.has("pyproject.toml"):
            return
        for content in self.sources.read_many(["pyproject.toml"]).values():
            try:
                known = tomllib.loads(content.decode("utf-8", "replace"))
            except tomllib.TOMLDecodeError:
                return
            for keys in (("project", "scripts"), ("tool", "poetry", "scripts")):
                scripts: Any = known
                for key in keys:
                    scripts = scripts.get(key) if isinstance(scripts, dict) else None
                targets = [scripts.get(command) for command in entry.commands] if isinstance(scripts, dict) else []
                entry.modules += [one.partition(":")[0].strip() for one in targets if isinstance(one, str)]

    def _follow(self) -> None:
        """Read what was found and take what it imports, until there is no more."""
        while self.waiting and len(self.found) < MOST_FILES:
            batch, self.waiting = self.waiting, []
            contents = self.sources.read_many(batch)
            for path in batch:
                if path in contents and path.endswith(".py"):
                    self._use(read_imports(contents[path]), path)
                elif path in contents:
                    self._use(read_targets(contents[path]), path)

    def _use(self, reading: Reading, path: str) -> None:
        above = posixpath.dirname(path)
        for folder in reading.folders:
            place = self._place(folder)
            if place is not None:
                self.guesses.append(place)
        for base in reading.bases:
            self._take(posixpath.normpath(posixpath.join(above, base)))
        for folder in reading.configurations:
            place = posixpath.normpath(posixpath.join(above, folder))
            for one in self.sources.below("" if place == "." else place):
                if one.endswith(_TEXTS):
                    self._take(one)
        for wanted in reading.imports:
            if wanted.level:
                self._take_relative(wanted, above)
            else:
                self._take_module(wanted.module, wanted.names)

    def _take_relative(self, wanted: Import, above: str) -> None:
        for _ in range(wanted.level - 1):
            if not above:
                return
            above = posixpath.dirname(above)
        self._take_package(above)
        self._descend(above, wanted.module.split(".") if wanted.module else [], wanted.names)

    def _take_module(self, module: str, names: Sequence[str] = (), *, run: bool = False) -> None:
        parts = module.split(".")
        places = [*self.paths, *(self.guesses if parts[0] not in sys.stdlib_module_names else ())]
        whole = [place for place in places if self._holds(place, parts[0])]
        loose = [place for place in places if self.sources.has_folder(_join(place, parts[0]))]
        for place in (whole or loose)[:1]:
            self._descend(place, parts, names, run=run)

    def _holds(self, place: str, part: str) -> bool:
        base = _join(place, part)
        return self.sources.has(f"{base}.py") or self.sources.has(f"{base}/__init__.py")

    def _descend(self, base: str, parts: Sequence[str], names: Sequence[str], *, run: bool = False) -> None:
        for part in parts:
            base = _join(base, part)
            if self.sources.has(f"{base}/__init__.py"):
                self._take(f"{base}/__init__.py")
            elif self.sources.has(f"{base}.py"):
                self._take(f"{base}.py")
                return
        if run:
            self._take(f"{base}/__main__.py")
        for name in names:
            self._take(f"{_join(base, name)}.py")
            self._take(f"{_join(base, name)}/__init__.py")

    def _take_package(self, folder: str) -> None:
        """The ``__init__`` files that Python has executed before a module of that package."""
        while folder and self.sources.has(f"{folder}/__init__.py"):
            self._take(f"{folder}/__init__.py")
            folder = posixpath.dirname(folder)

    def _take_configuration(self, word: str) -> None:
        for value in dict.fromkeys((word, word.rpartition("=")[2], word.lstrip("@"))):
            place = self._place(value) if value.endswith(_CONFIGURATIONS) else None
            if place is not None:
                self._take(place)

    def _take(self, path: str) -> None:
        if path not in self.found and len(self.found) < MOST_FILES and self.sources.has(path):
            self.found[path] = None
            if path.endswith((".py", *_TEXTS)):
                self.waiting.append(path)

    def _add_path(self, place: str | None) -> None:
        if place is not None and place not in self.paths:
            self.paths.append(place)

    def _place(self, typed: str) -> str | None:
        """A path as it was typed, relative to the root; None where it is outside."""
        if typed.startswith("/"):
            whole = posixpath.normpath(typed)
            base = self.root.rstrip("/")
            if whole == base:
                return ""
            return whole[len(base) + 1 :] if whole.startswith(f"{base}/") else None
        if self.folder is None:
            return None
        place = posixpath.normpath(posixpath.join(self.folder, typed))
        return None if place == ".." or place.startswith("../") else "" if place == "." else place


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def folders_of(paths: Iterable[str]) -> set[str]:
    """All folders that hold one of these files, at any depth; the root is ``""``."""
    folders = {""}
    for path in paths:
        above = posixpath.dirname(path)
        while above not in folders:
            folders.add(above)
            above = posixpath.dirname(above)
    return folders
