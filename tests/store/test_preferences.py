"""What people chose about alerts: kept as given, refused when wrong, read with care."""

import json
import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from store.alert_rules import RULES
from store.database import open_journal, write
from store.errors import JournalBusy, PreferencesError
from store.preferences import AlertPreferences, ChannelChoice, RuleChoice, read_preferences, save_preferences
from store.settings import Settings

NOW = 1_790_000_000.0
CHOSEN = AlertPreferences(
    quiet=("23:00", "07:00"),
    digests=("08:30", "20:00"),
    push_budget=0,
    language="ja",
    private=True,
    review="",
    rules={
        "stalled": RuleChoice(sensitivity="patient"),
        "finished": RuleChoice(False, severity="digest", at_night=True),
    },
    channels={"pushbullet": ChannelChoice(device="ujAbc123"), "ntfy-2": ChannelChoice(False, "now", fallback=True)},
)


def store(journal: sqlite3.Connection, name: str, text: str) -> None:
    """Keep something as another version, or an accident, might have."""
    with write(journal):
        journal.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?, ?)", (f"alerts.{name}", text, NOW - 5))


def kept(journal: sqlite3.Connection) -> dict[str, tuple[str, float]]:
    """What is kept: text and when it changed, by name."""
    return {row[0]: (row[1], row[2]) for row in journal.execute("SELECT name, value, changed FROM preferences")}


def test_defaults(journal: sqlite3.Connection) -> None:
    """A newcomer has the rules' own defaults, three digests, no quiet hours, and 500 pushes a month."""
    found = read_preferences(journal)
    assert found == AlertPreferences()
    assert (found.quiet, found.digests, found.push_budget) == (None, ("09:00", "13:00", "18:00"), 500)
    for kind, rule in RULES.items():
        assert (found.rule_on(kind), found.severity(kind)) == (rule.on, rule.severity)
        assert (found.at_night(kind), found.sensitivity(kind)) == (rule.at_night, "normal")
    assert found.channel("pushbullet") == ChannelChoice(on=True, least="digest", fallback=False, device="")


def test_what_is_no_rule(journal: sqlite3.Connection) -> None:
    """A note from a script or a test push is always on, at once, and no matter for the night."""
    found = read_preferences(journal)
    assert (found.rule_on("note"), found.severity("test"), found.at_night("note")) == (True, "now", False)


def test_kept(journal: sqlite3.Connection, settings: Settings) -> None:
    """What was chosen is there after a restart, and what was chosen back is the default again."""
    save_preferences(journal, CHOSEN, NOW)
    other = open_journal(settings.journal)
    found = read_preferences(other)
    other.close()
    assert found == CHOSEN
    assert (found.rule_on("finished"), found.severity("finished"), found.at_night("finished")) == (
        False,
        "digest",
        True,
    )
    assert (found.rule_on("stalled"), found.sensitivity("stalled")) == (True, "patient")
    save_preferences(journal, AlertPreferences(), NOW)
    assert read_preferences(journal) == AlertPreferences()


def test_digests_in_order(journal: sqlite3.Connection) -> None:
    """Digest times are kept in order of the day, each once, however they were given."""
    save_preferences(journal, replace(CHOSEN, digests=("20:00", "08:30", "20:00")), NOW)
    assert read_preferences(journal).digests == ("08:30", "20:00")


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("quiet", ("7:00", "23:00"), "looks like 09:00"),
        ("quiet", ("24:00", "07:00"), "00:00 to 23:59"),
        ("quiet", ("23:00", "23:00"), "both 23:00"),
        ("quiet", ("23:00",), "its begin and its end"),
        ("quiet", "23:00", "its begin and its end"),
        ("digests", (), "1 to 12"),
        ("digests", tuple(f"{hour:02}:00" for hour in range(13)), "1 to 12"),
        ("digests", ("09:60",), "looks like 09:00"),
        ("digests", ("０９:００",), "looks like 09:00"),
        ("digests", "09:00", "09:00, 13:00, 18:00"),
        ("push_budget", -1, "0 (no limit) to 100000"),
        ("push_budget", 100_001, "0 (no limit) to 100000"),
        ("push_budget", 5.5, "500 say"),
        ("push_budget", True, "500 say"),
        ("language", "fr", "auto, en, ja"),
        ("private", 1, "neither true nor false"),
        ("review", "friday 16:00", "looks like fri 16:00"),
        ("review", "fri 4pm", "looks like fri 16:00"),
        ("review", "fri", "looks like fri 16:00"),
        ("review", None, "looks like fri 16:00"),
        ("rules", {"stale": RuleChoice()}, "the rules are finished"),
        ("rules", {"stalled": RuleChoice(sensitivity="high")}, "keen, normal, patient"),
        ("rules", {"stalled": RuleChoice(severity="urgent")}, "now, soon, digest"),
        ("rules", {"stalled": RuleChoice(on="yes")}, "neither true nor false"),  # type: ignore[arg-type]
        ("channels", {"My phone": ChannelChoice()}, "looks like ntfy-phone"),
        ("channels", {"ntfy": ChannelChoice(least="all")}, "now, soon, digest"),
        ("channels", {"ntfy": ChannelChoice(device="a\nb")}, "account's list"),
        ("channels", {"ntfy": ChannelChoice(device="x" * 201)}, "account's list"),
    ],
)
def test_refused(journal: sqlite3.Connection, part: str, value: Any, says: str) -> None:
    """A choice that cannot be is refused with its name and how one looks, and none of the others is kept."""
    save_preferences(journal, CHOSEN, NOW)
    with pytest.raises(PreferencesError) as raised:
        save_preferences(journal, replace(AlertPreferences(), **{part: value}), NOW)
    assert raised.value.part.startswith(part)
    assert str(raised.value).startswith(part)
    assert says in str(raised.value)
    assert read_preferences(journal) == CHOSEN


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("quiet", '["23:00"]'),
        ("quiet", '{"a": 1}'),
        ("digests", "[]"),
        ("digests", "[9]"),
        ("push_budget", '"many"'),
        ("push_budget", "NaN"),
        ("language", "no JSON"),
        ("private", "0"),
        ("review", '["fri"]'),
        ("rule.stalled", "7"),
        ("rule.stalled", '{"sensitivity": "huge"}'),
        ("rule.stalled", '{"severity": []}'),
        ("rule.dreams", '{"on": true}'),
        ("channel.ntfy", '{"least": {}, "fallback": 1}'),
        ("channel.ntfy", "[" * 100_000),
    ],
)
def test_what_cannot_be_read(journal: sqlite3.Connection, name: str, text: str) -> None:
    """Where what is kept cannot be used the default holds, for that alone; all else is as it was chosen."""
    save_preferences(journal, CHOSEN, NOW)
    part, _, key = name.partition(".")
    store(journal, name, text)
    found = read_preferences(journal)
    if not key:
        assert getattr(found, part) == getattr(AlertPreferences(), part)
        assert replace(found, **{part: getattr(CHOSEN, part)}) == CHOSEN
    else:
        assert found.rules.get("stalled", RuleChoice()) == (
            RuleChoice() if key == "stalled" else CHOSEN.rules["stalled"]
        )
        assert found.channel("ntfy") == ChannelChoice()
        assert replace(found, rules=CHOSEN.rules, channels=CHOSEN.channels) == CHOSEN


def test_what_a_newer_version_kept(journal: sqlite3.Connection) -> None:
    """Saving keeps what a newer version added: other rules, other choices of a rule, values unknown here."""
    store(journal, "rule.dreams", '{"on": true}')
    store(journal, "rule.stalled", '{"colour": "red", "severity": "whenever"}')
    store(journal, "quiet", '[["23:00", "07:00"], ["12:00", "13:00"]]')
    store(journal, "sounds", '"bell"')
    found = read_preferences(journal)
    assert found == AlertPreferences(rules={"stalled": RuleChoice()})
    save_preferences(journal, replace(found, private=True, rules={"stalled": RuleChoice(on=False)}), NOW)
    after = kept(journal)
    assert json.loads(after["alerts.rule.stalled"][0]) == {"colour": "red", "severity": "whenever", "on": False}
    assert after["alerts.rule.dreams"] == ('{"on": true}', NOW - 5)
    assert after["alerts.sounds"] == ('"bell"', NOW - 5)
    assert after["alerts.quiet"] == ('[["23:00", "07:00"], ["12:00", "13:00"]]', NOW - 5)


def test_only_what_changes_is_written(journal: sqlite3.Connection) -> None:
    """Saving the same again writes nothing, and one change is one row."""
    save_preferences(journal, AlertPreferences(), NOW)
    assert kept(journal) == {}
    save_preferences(journal, CHOSEN, NOW)
    before = kept(journal)
    save_preferences(journal, CHOSEN, NOW + 5)
    assert kept(journal) == before
    save_preferences(journal, replace(CHOSEN, language="en"), NOW + 5)
    assert {name for name, value in kept(journal).items() if value != before[name]} == {"alerts.language"}


def test_others_rows_are_left_alone(journal: sqlite3.Connection) -> None:
    """What others keep in the same table is neither read nor dropped."""
    with write(journal):
        journal.execute("INSERT INTO preferences VALUES ('pushbullet_used_up', '\"2026-11\"', 1.0)")
    save_preferences(journal, CHOSEN, NOW)
    save_preferences(journal, AlertPreferences(), NOW)
    assert kept(journal)["pushbullet_used_up"] == ('"2026-11"', 1.0)


def test_locked(journal: sqlite3.Connection, settings: Settings) -> None:
    """While another writes, nothing is half kept: it says so."""
    other = open_journal(settings.journal, busy_seconds=0.0)
    with write(journal), pytest.raises(JournalBusy):
        save_preferences(other, CHOSEN, NOW)
    assert read_preferences(other) == AlertPreferences()
    other.close()
