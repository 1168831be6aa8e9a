"""What the page *Settings* reads and changes about alerts.

Every change reads what is kept, alters the one thing it is about and saves, so that two open pages do not undo each
other's changes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app import reads
from app.reads import Pulse
from store import channels, delivery_log, intents, machines, preferences, push_budget, secrets
from store.errors import SettingsError
from store.intents import Intent
from store.preferences import AlertPreferences, ChannelChoice, RuleChoice
from store.push_budget import Budget
from store.settings import Settings

DEVICES = "devices"
TOLD_SECONDS = 600.0
"""How long the outcome of a test or of asking for the devices is shown."""
LOG_LINES = 100
NOTEBOOK_FILE = Path(__file__).resolve().parents[1] / "workers" / "notebook" / "machiai_watch.py"
"""The one file that tells the phone from where the dashboard is not."""

Change = Callable[[AlertPreferences], AlertPreferences]


@dataclass(frozen=True)
class Kept:
    """What was chosen, and what it is about."""

    pulse: Pulse
    preferences: AlertPreferences
    budget: Budget


@dataclass(frozen=True)
class Asked:
    """What the daemon was asked on this page and how it fared: the latest test of each channel, the account's devices
    (name by identifier) as of when they were listed."""

    tests: dict[str, Intent]
    listing: Intent | None
    devices: dict[str, str]
    as_of: float | None


def read_kept(settings: Settings) -> Kept:
    """The choices in force."""
    with reads.open_journal(settings) as connection:
        chosen = preferences.read_preferences(connection)
        budget = push_budget.read_budget(connection, chosen, time.time())
        return Kept(reads.pulse_of(connection), chosen, budget)


def read_asked(settings: Settings) -> Asked:
    """What the daemon has answered lately."""
    since = time.time() - TOLD_SECONDS
    with reads.open_journal(settings) as connection:
        trials = intents.latest_intents(connection, intents.TEST_CHANNEL, since)
        listings = intents.latest_intents(connection, intents.LIST_DEVICES, since)
        reading = machines.read_reading(connection, DEVICES, channels.PUSHBULLET)
    listed: list[dict[str, Any]] = reading.data.get("devices", []) if reading else []
    devices = {str(one["iden"]): str(one.get("nickname") or one["iden"]) for one in listed if one.get("active", True)}
    tests = {str(one.detail.get("channel")): one for one in reversed(trials)}
    return Asked(tests, listings[0] if listings else None, devices, reading.as_of if reading else None)


def read_log(settings: Settings) -> list[delivery_log.Line]:
    """The last lines of the delivery log, newest first, nothing secret in them."""
    with reads.open_journal(settings) as connection:
        lines = delivery_log.read(connection, LOG_LINES)
    return [
        line._replace(title=settings.redact(line.title or ""), reason=settings.redact(line.reason or ""))
        for line in lines
    ]


def change(settings: Settings, alter: Change) -> None:
    """Alter the choices as they are kept now. Raises PreferencesError, and keeps nothing, for what cannot be."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection:
        preferences.save_preferences(connection, alter(preferences.read_preferences(connection)), time.time())


def alter_rule(kind: str, **values: Any) -> Change:
    """A change of some fields of one rule."""
    return lambda chosen: replace(
        chosen, rules={**chosen.rules, kind: replace(chosen.rules.get(kind, RuleChoice()), **values)}
    )


def alter_channel(name: str, **values: Any) -> Change:
    """A change of some fields of one channel."""
    return lambda chosen: replace(
        chosen, channels={**chosen.channels, name: replace(chosen.channels.get(name, ChannelChoice()), **values)}
    )


def add_channel(settings: Settings, name: str, url: str) -> None:
    """Keep a channel's address in the secrets file, never in the journal. Raises SettingsError where it cannot be."""
    reads.refuse_read_only(settings)
    if name.strip() in (one.name for one in settings.channels):
        raise SettingsError(
            "there is a channel {name} already; remove it first, or take another name", name=repr(name.strip())
        )
    secrets.store_channel(settings.secrets, name, url)


def remove_channel(settings: Settings, name: str) -> None:
    """Take a channel out of the secrets file, and what was chosen for it out of the journal."""
    reads.refuse_read_only(settings)
    secrets.remove_channel(settings.secrets, name)
    change(
        settings,
        lambda chosen: replace(
            chosen, channels={other: value for other, value in chosen.channels.items() if other != name}
        ),
    )


def ask_test(settings: Settings, name: str) -> None:
    """Ask the daemon to send a test message through one channel."""
    _ask(settings, intents.TEST_CHANNEL, {"channel": name})


def ask_devices(settings: Settings) -> None:
    """Ask the daemon to list the devices of the Pushbullet account."""
    _ask(settings, intents.LIST_DEVICES, {})


def _ask(settings: Settings, kind: str, detail: dict[str, str]) -> None:
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection:
        intents.ask(connection, kind, None, time.time(), detail)
