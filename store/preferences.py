"""What people chose about alerts: quiet hours, digest times, the budget, rules, channels.

Each choice is a row of its own. Reading takes the default for what cannot be used, one by one; saving writes only what
has changed, so that what a newer version keeps beside it is still there afterwards.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from store import preference_checks
from store.alert_rules import NORMAL, NOW, RULES
from store.database import write
from store.errors import PreferencesError, WrongValue

_PREFIX = "alerts."
_RULE, _CHANNEL = "alerts.rule.", "alerts.channel."


@dataclass(frozen=True)
class RuleChoice:
    """What was chosen for one rule; None is the rule's own default."""

    on: bool | None = None
    sensitivity: str = NORMAL
    severity: str | None = None
    at_night: bool | None = None


@dataclass(frozen=True)
class ChannelChoice:
    """What one channel gets. ``least``: only ``now``, also ``soon``, or all down to ``digest``. A ``fallback`` gets
    what no other could deliver. ``device`` is the account's name for the one it goes to, empty for all."""

    on: bool = True
    least: str = "digest"
    fallback: bool = False
    device: str = ""


@dataclass(frozen=True)
class AlertPreferences:
    """The choices; times of day are those of this machine, as ``23:00``.

    ``quiet`` is from when to when nothing is pushed but what may be at night, None for never. ``push_budget`` is how
    many pushes a month may take, 0 for any number. ``review`` is when the week's review is due, as ``fri 16:00``, empty
    for never. ``private`` leaves paths, host names and log lines out.
    """

    quiet: tuple[str, str] | None = None
    digests: tuple[str, ...] = ("09:00", "13:00", "18:00")
    push_budget: int = 500
    language: str = "auto"
    private: bool = False
    review: str = "fri 16:00"
    rules: Mapping[str, RuleChoice] = field(default_factory=dict)
    channels: Mapping[str, ChannelChoice] = field(default_factory=dict)

    def rule_on(self, kind: str) -> bool:
        """Whether the rule is on; what is no rule (a note, a test) always is."""
        chosen = self.rules.get(kind, RuleChoice()).on
        return chosen if chosen is not None else kind not in RULES or RULES[kind].on

    def sensitivity(self, kind: str) -> str:
        """``keen``, ``normal`` or ``patient``."""
        return self.rules.get(kind, RuleChoice()).sensitivity

    def severity(self, kind: str) -> str:
        """``now``, ``soon`` or ``digest``; what is no rule is ``now``."""
        return self.rules.get(kind, RuleChoice()).severity or (RULES[kind].severity if kind in RULES else NOW)

    def at_night(self, kind: str) -> bool:
        """Whether it may be pushed in quiet hours."""
        chosen = self.rules.get(kind, RuleChoice()).at_night
        return chosen if chosen is not None else kind in RULES and RULES[kind].at_night

    def channel(self, name: str) -> ChannelChoice:
        """What was chosen for a channel, the defaults where nothing was."""
        return self.channels.get(name, ChannelChoice())


def read_preferences(connection: sqlite3.Connection) -> AlertPreferences:
    """The choices in force: defaults where nothing is kept, or nothing that this version can use."""
    return _parse(_stored(connection))


def save_preferences(connection: sqlite3.Connection, preferences: AlertPreferences, now: float) -> None:
    """Keep the choices, in a transaction of its own.

    Raises PreferencesError, and keeps nothing, where one is not what it can be; it says how a right one looks.
    """
    for part, check in preference_checks.PARTS.items():
        _require(part, check, getattr(preferences, part))
    for kind, choice in preferences.rules.items():
        _require(f"rules.{kind}", _check_kind, kind)
        for name, check in preference_checks.RULE.items():
            _require(f"rules.{kind}.{name}", check, getattr(choice, name))
    for channel, wanted in preferences.channels.items():
        _require(f"channels.{channel}", preference_checks.check_channel_name, channel)
        for name, check in preference_checks.CHANNEL.items():
            _require(f"channels.{channel}.{name}", check, getattr(wanted, name))
    with write(connection):
        stored = _stored(connection)
        known = _parse(stored)
        for part, check in preference_checks.PARTS.items():
            value = check(getattr(preferences, part))
            if value != getattr(known, part):
                _put(connection, f"{_PREFIX}{part}", value, now)
        _save_choices(connection, _RULE, preferences.rules, known.rules, stored, now)
        _save_choices(connection, _CHANNEL, preferences.channels, known.channels, stored, now)


def _require(part: str, check: Callable[[Any], Any], value: Any) -> None:
    try:
        check(value)
    except WrongValue as error:
        raise PreferencesError(part, error) from error


def _check_kind(kind: str) -> str:
    if kind not in RULES:
        raise WrongValue("there is no such rule; the rules are {rules}", rules=", ".join(RULES))
    return kind


def _stored(connection: sqlite3.Connection) -> dict[str, Any]:
    """Everything kept about alerts, by name; what is no JSON is left out."""
    found = {}
    for row in connection.execute("SELECT name, value FROM preferences"):
        if row["name"].startswith(_PREFIX):
            with contextlib.suppress(ValueError, RecursionError):
                found[row["name"]] = json.loads(row["value"])
    return found


def _parse(stored: Mapping[str, Any]) -> AlertPreferences:
    parts = _usable(stored, {f"{_PREFIX}{part}": check for part, check in preference_checks.PARTS.items()})
    rules, channels = {}, {}
    for name, value in stored.items():
        if not isinstance(value, dict):
            continue
        if name.startswith(_RULE) and name.removeprefix(_RULE) in RULES:
            rules[name.removeprefix(_RULE)] = RuleChoice(**_usable(value, preference_checks.RULE))
        elif name.startswith(_CHANNEL):
            channels[name.removeprefix(_CHANNEL)] = ChannelChoice(**_usable(value, preference_checks.CHANNEL))
    return AlertPreferences(
        **{name.removeprefix(_PREFIX): value for name, value in parts.items()}, rules=rules, channels=channels
    )


def _usable(values: Mapping[str, Any], checks: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """Those of ``values`` that there is a check for and that pass it."""
    found = {}
    for name, check in checks.items():
        if name in values:
            with contextlib.suppress(ValueError):
                found[name] = check(values[name])
    return found


def _save_choices(
    connection: sqlite3.Connection,
    prefix: str,
    wanted: Mapping[str, RuleChoice] | Mapping[str, ChannelChoice],
    known: Mapping[str, RuleChoice] | Mapping[str, ChannelChoice],
    stored: Mapping[str, Any],
    now: float,
) -> None:
    """Write the choices that differ from the known ones, and drop those that are no longer made."""
    for name in known.keys() - wanted.keys():
        connection.execute("DELETE FROM preferences WHERE name = ?", (prefix + name,))
    for name, choice in wanted.items():
        before = known.get(name)
        if choice == before:
            continue
        kept = stored.get(prefix + name)
        values = dict(kept) if isinstance(kept, dict) else {}
        default = before or type(choice)()
        changed = {one: value for one, value in asdict(choice).items() if value != getattr(default, one)}
        _put(connection, prefix + name, values | changed, now)


def _put(connection: sqlite3.Connection, name: str, value: Any, now: float) -> None:
    connection.execute(
        "INSERT INTO preferences (name, value, changed) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET value = excluded.value, changed = excluded.changed",
        (name, json.dumps(value), now),
    )
