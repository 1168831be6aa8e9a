"""Lines of the page *Plan* that could not be kept when they were sent, until they are kept or discarded."""

import threading
from typing import NamedTuple

from app import tasks, unkept
from store.errors import MachiaiError
from store.settings import Settings

FILE = "plan-lines.json"
_LOCK = threading.Lock()


class Line(NamedTuple):
    """What a line says, and the project it goes to, None for none."""

    text: str
    project_id: int | None


def lines(settings: Settings) -> list[Line]:
    """Those that wait, the oldest first."""
    known = unkept.read(settings.home / FILE)
    found = known if isinstance(known, list) else []
    pairs = [one for one in found if isinstance(one, list) and len(one) == 2 and isinstance(one[0], str)]
    return [Line(text, one if isinstance(one, int) else None) for text, one in pairs]


def leave(settings: Settings, line: Line) -> None:
    """This line could not be kept."""
    with _LOCK:
        _write(settings, [*lines(settings), line])


def discard(settings: Settings, line: Line) -> bool:
    """This line is not wanted any more; False where it was not there."""
    with _LOCK:
        left = lines(settings)
        if line not in left:
            return False
        left.remove(line)
        _write(settings, left)
        return True


def keep(settings: Settings, line: Line) -> None:
    """Keep this line now, once, whoever else asks for it. It stays where it cannot be kept: MachiaiError."""
    if not discard(settings, line):
        return
    try:
        tasks.add(settings, line.text, line.project_id)
    except MachiaiError:
        leave(settings, line)
        raise


def _write(settings: Settings, left: list[Line]) -> None:
    unkept.write(settings.home / FILE, [list(one) for one in left] or None)
