"""The resume form that waits to be filled, and what was typed into it so far.

One for a journal, held as ``app.unkept`` has it; the journal hears of it when it is done.
"""

import contextlib
import threading
from dataclasses import dataclass, field
from pathlib import Path

from app import unkept
from store.advice import Advice
from store.settings import Settings

FIELDS = ("place", "next_step", "question")
FILE = "resume-form.json"


@dataclass(frozen=True)
class Start:
    """A session to begin; ``minutes`` None for what is usual for its kind, ``paper`` the ref of the one to be read."""

    kind: str
    minutes: float | None = None
    project_id: int | None = None
    task_id: int | None = None
    paper: str | None = None


@dataclass(frozen=True)
class Leaving:
    """A session that is left, and what is to begin then; None where it has just ended."""

    session_id: int
    then: Start | Advice | None = None


@dataclass
class _Desk:
    """What is known for one journal. ``typed`` belongs to ``session_id``; ``form`` is None while none is shown."""

    session_id: int | None = None
    form: Leaving | None = None
    typed: dict[str, str] = field(default_factory=dict)


_LOCK = threading.RLock()
_DESKS: dict[Path, _Desk] = {}


def ask(settings: Settings, one: Leaving) -> None:
    """Let the form of that session be shown, in place of another."""
    with _LOCK:
        desk = _desk(settings)
        if desk.session_id != one.session_id:
            desk.typed = {}
        desk.session_id, desk.form = one.session_id, one
        _copy(settings, desk)


def waiting(settings: Settings) -> Leaving | None:
    """The form that is to be shown."""
    with _LOCK:
        return _desk(settings).form


def done(settings: Settings, one: Leaving, *, kept: bool = False) -> None:
    """Show that form no longer; another one stays. With ``kept`` what was typed waits for the next time."""
    with _LOCK:
        desk = _desk(settings)
        if desk.form != one:
            return
        desk.form = None
        if not kept:
            desk.session_id, desk.typed = None, {}
        _copy(settings, desk)


def type_in(settings: Settings, name: str, text: str) -> None:
    """Remember what was typed."""
    with _LOCK:
        desk = _desk(settings)
        desk.typed[name] = text
        _copy(settings, desk)


def typed(settings: Settings, name: str) -> str:
    """What was typed so far."""
    with _LOCK:
        return _desk(settings).typed.get(name, "")


def _desk(settings: Settings) -> _Desk:
    """What is known, from the copy where this process has just begun. A switch that was meant is forgotten then: its
    session goes on, and its text waits for the next time."""
    known = _DESKS.get(settings.journal)
    if known is None:
        known = _DESKS[settings.journal] = _Desk()
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            data = unkept.read(settings.home / FILE)
            known.session_id = int(data["session"])
            known.typed = {name: str(data["typed"][name]) for name in FIELDS if name in data["typed"]}
            known.form = Leaving(known.session_id) if data["ended"] else None
    return known


def _copy(settings: Settings, desk: _Desk) -> None:
    data = None
    if desk.session_id is not None:
        ended = desk.form is not None and desk.form.then is None
        data = {"session": desk.session_id, "ended": ended, "typed": dict(desk.typed)}
    unkept.write(settings.home / FILE, data)
