"""The files that settings come from, followed while they change: what is set now is in force at once."""

from collections.abc import Callable
from pathlib import Path

from store.errors import SettingsError
from store.settings import Settings

Stamp = tuple[int, int, int, int] | None


class SettingsFiles:
    """Reads the settings afresh when one of their files has changed; costs two ``stat`` calls when none has."""

    def __init__(self, load: Callable[[], Settings]) -> None:
        """``load`` reads the settings afresh, as ``store.settings.load`` does."""
        self.trouble = ""
        """Why the files cannot be read as they are now; empty where they can."""
        self._load = load
        self._files: tuple[Path, ...] = ()
        self._seen: list[Stamp] = []

    def changed(self) -> Settings | None:
        """The settings, when they may have changed since the last call and can be read; the first time always."""
        seen = [_stamp(path) for path in self._files]
        if self._files and seen == self._seen:
            return None
        try:
            settings = self._load()
        except SettingsError as error:
            self.trouble = str(error)
            self._seen = seen
            return None
        files = (settings.secrets, settings.home / "config.toml")
        if files != self._files:
            self._files = files
            return self.changed()  # again, with the right files stamped before they are read
        self._seen = seen
        self.trouble = ""
        return settings


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
