"""A day of thirty runs: as many pushes as a person accepts, each of them readable on a lock screen.

How many that is: whoever launches a run waits for its end, so an end that its user did not make is told, and told at
once. What goes wrong besides ends (a loss, a hang, a disk) is told once each. All else, however much it is, comes in
three digests a day and the next morning's. Of thirty runs that is 27 ends, 4 troubles and 4 digests at the most; what
is told besides ends, which nobody waits for, stays below ten.
"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store.preferences import RuleChoice
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.day import KEY, Day, plan
from tests.stories.world import MORNING, World
from tests.workers.alerts.lab import GIB, HERE, HOUR, MINUTE

pytestmark = pytest.mark.timeout(600)  # a day takes half a minute of CPU time

EIGHT = MORNING - 2 * HOUR
SIGNS = {"finished": "✔", "crashed": "✖", "killed": "✖", "diverged": "!", "stalled": "⏳"}
WITHIN = {
    "finished": (0.0, 30.0),
    "crashed": (0.0, 30.0),
    "killed": (0.0, 30.0),
    "diverged": (60.0, 25 * MINUTE),
    "stalled": (10 * MINUTE, 11 * MINUTE),
}
MOST, MOST_BESIDES_ENDS = 35, 10
TITLE_COLUMNS = 60


def columns(text: str) -> int:
    """How wide it is shown."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def expect_readable(push: dict[str, Any], *, private: bool) -> None:
    """A title that fits, and two lines that say something in words."""
    title, lines = str(push["title"]), str(push["body"]).splitlines()[:2]
    assert columns(title) <= TITLE_COLUMNS, title
    for line in (title, *lines):
        assert line.strip(" …·;"), push
        assert not re.search(r"[{}]|\bNone\b|Traceback|\\n|\bGPU-\w", line), push
    if private:
        text = f"{title}\n{push['body']}"
        assert not re.search(rf"/home|/tmp|/root|\.py\b|(?<![\w-]){re.escape(HERE)}(?![\w-])", text), push
        assert "Last output" not in text
        assert "最後の出力" not in text


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """The whole day, from eight to half past nine of the next, with all settings as they are at first."""
    with PushbulletServer() as server:
        world = World(tmp_path_factory.mktemp("day"), server, now=EIGHT)
        try:
            made = plan(world)
            world.look_until(EIGHT + 25.5 * HOUR, every=25)
            yield made
        finally:
            world.close()


def pushes_of(day: Day, name: str) -> list[dict[str, Any]]:
    """What was pushed about one run alone."""
    return [push for push in day.world.server.pushes if str(push["title"]).endswith(f" — {name}")]


@pytest.mark.timeout(400)
class TestDay:
    """As it comes, with the settings nobody changed."""

    def test_a_number_that_a_person_accepts(self, day: Day) -> None:
        """One for each end, one for each trouble, and the digests."""
        pushes = day.world.server.pushes
        ends = [push for push in pushes if push["title"][0] in "✔✖"]
        assert day.count == 30
        assert len(pushes) <= MOST, day.world.titles()
        assert len(pushes) - len(ends) <= MOST_BESIDES_ENDS, day.world.titles()
        assert len([push for push in pushes if re.match(r"≡|\d+ things", push["title"])]) <= 4
        assert len({push["guid"] for push in pushes}) == len(pushes)

    def test_what_needs_a_person_is_told_at_once_and_once(self, day: Day) -> None:
        """Every end and every trouble that was planned is there, in time, and nothing else is told of these runs."""
        expected: dict[str, list[str]] = {name: [] for name in day.names.values()}
        for kind, run, moment in day.happened:
            name = day.names[run]
            expected[name].append(kind)
            told = [push for push in pushes_of(day, name) if push["title"].startswith(SIGNS[kind])]
            assert len(told) == 1, (kind, name, day.world.titles())
            earliest, latest = WITHIN[kind]
            assert earliest <= told[0]["created"] - moment <= latest, (kind, name, told[0]["created"] - moment)
        assert len(day.happened) == 27
        for name, kinds in expected.items():
            others = [push["title"] for push in pushes_of(day, name) if "disk" not in push["title"]]
            singles = [title for title in others if title[0] not in "★»"]
            assert len(singles) == len(kinds), (name, kinds, others)

    def test_all_of_it_is_readable(self, day: Day) -> None:
        """On a lock screen, in English."""
        for push in day.world.server.pushes:
            expect_readable(push, private=False)

    def test_the_disk(self, day: Day) -> None:
        """That a run will fill it is told while there is time, and not with each run anew."""
        told = [push for push in day.world.server.pushes if push["title"].startswith("! disk")]
        assert 1 <= len(told) <= 2, day.world.titles()

    def test_nothing_is_left(self, day: Day) -> None:
        """All that waits is for a later digest."""
        assert [way for way in day.world.waiting() if way.state != "held"] == []


@pytest.mark.timeout(400)
def test_a_private_night_in_japanese(tmp_path: Path, server: PushbulletServer) -> None:
    """From 23 to 7 only what may wakes; the rest comes in the morning, together. Nothing says where things are."""
    world = World(tmp_path, server, now=MORNING + 12 * HOUR)
    try:
        world.measures_every = 45.0
        world.choose(
            quiet=("23:00", "07:00"),
            language="ja",
            private=True,
            rules={"milestone": RuleChoice(on=True)},
        )
        night = Day(world, world.chance, world.wall)
        night.fine("vit-small", 30)
        night.later(30, lambda: night.fine("lm-tiny", 120))
        night.later(60, lambda: night.fine("lm-long", 400))
        night.later(90, lambda: night.fine("学習率スイープ", 300))
        night.later(120, lambda: night.crash("resnet50-夜", 200, KEY))
        night.later(150, lambda: night.killed("embed-all", 250))
        night.later(180, lambda: night.stall("dist-8", 100))
        night.later(210, lambda: night.diverge("resnet50-fp16", 660, lambda n: "loss nan", 140, is_seen=False))
        world.free = 60 * GIB
        world.look_until(MORNING + 21.5 * HOUR, every=25)
        woken = [push for push in server.pushes if MORNING + 13 * HOUR <= push["created"] < MORNING + 21 * HOUR]
        assert [push["title"][0] for push in woken] == ["✖", "✖"], world.titles()
        assert [len(pushes_of(night, name)) for name in ("resnet50-夜", "embed-all")] == [1, 1]
        early = [push for push in server.pushes if push not in woken and push["created"] < MORNING + 13 * HOUR]
        assert [push["title"].rpartition(" — ")[2] for push in early] == ["vit-small"]
        morning = [push for push in server.pushes if push["created"] >= MORNING + 21 * HOUR]
        assert 1 <= len(morning) <= 3, world.titles()
        assert all(push["created"] - (MORNING + 21 * HOUR) < 30 for push in morning[:1])
        told = "\n".join(f"{push['title']}\n{push['body']}" for push in morning)
        assert [name for name in ("lm-tiny", "lm-long", "学習率スイープ", "resnet50-fp16") if name not in told] == []
        assert any(word in told for word in ("完了", "終了")), told
        for push in server.pushes:
            expect_readable(push, private=True)
    finally:
        world.close()
