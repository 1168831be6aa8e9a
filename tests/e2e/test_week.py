"""A week in a researcher's life on the real pages: the dashboard, the daemon and the commands are processes, Chromium
looks at them, and the clocks of all are driven; what must be seen is known by the script.

It is the week of ``tests/stories``, with the same colleague beside it. Some of its deeds are done with a mouse, some
with a command; what the pages say at those moments is held against the script's own numbers and git's (`PagesWeek`).
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from store import resumes, sessions, tasks
from store.plans import plan_versions, read_plan
from tests.e2e.conftest import open_window
from tests.e2e.pages_week import PagesWeek
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.colleague import Moment
from tests.stories.test_week import CRASHES, MONDAY_EIGHT, TestCode, TestTheDay
from tests.stories.week import VISION, Week
from tests.workers.alerts.lab import HOUR, MINUTE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SOON = 30.0


@pytest.fixture(name="pages", scope="module")
def _pages(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesWeek]:
    """Somebody with a browser, whose time zone is this machine's."""
    hours = round(time.localtime(MONDAY_EIGHT).tm_gmtoff / 3600)
    window = open_window(browser, zone=f"Etc/GMT{-hours:+d}" if hours else "UTC", motion="reduce")
    with PushbulletServer() as server:
        made = PagesWeek(tmp_path_factory.mktemp("week"), server, window, now=MONDAY_EIGHT)
        try:
            yield made
        finally:
            made.close()
            window.page.context.close()


@pytest.fixture(name="week", scope="module")
def _week(pages: PagesWeek) -> Week:
    """The whole week."""
    made = Week(pages)
    made.play()
    return made


@pytest.fixture(name="at")
def _at(week: Week) -> dict[str, Moment]:
    """The moments by name."""
    return week.researcher.moments


class TestColleague(TestCode, TestTheDay):
    """What a good colleague would say of code and of the day, as in the stories."""

    def test_commits_that_pile_up(self, week: Week, at: dict[str, Moment]) -> None:
        """After three of one's own that one has not read again; one was read again since."""
        assert "review" not in {one.kind for one in at["rested from reading"].proposals}
        assert "review" in at["woken"].kinds
        assert f"project:{week.researcher.project(VISION)}" in at["two hours read"].possible


del TestCode, TestTheDay  # or they were collected by themselves as well


def test_every_scene_was_played(pages: PagesWeek, week: Week) -> None:
    """At each moment that has a scene a page or a command was asked; no error and no foreign request came of it."""
    assert [name for name in pages.scenes if name not in pages.deeds] == []
    assert {"a plan is written", "a session begins", "a session ends", "a branch is a task", "a hunk is a task",
            "a note is kept", "a limit", "the weights are reset"} <= set(pages.deeds)  # fmt: skip
    commands = {one.removeprefix("machiai ") for one in pages.deeds if one.startswith("machiai ")}
    assert commands >= {"task", "session", "note", "search", "drift", "code"}
    assert pages.seen.errors == []
    assert pages.seen.strangers == []
    assert len(pages.moments) >= 40 and pages.checks >= 100


def test_plans(pages: PagesWeek, week: Week) -> None:
    """What was typed on a page is the plan, late where it came after the result; a branch became one task."""
    plan = read_plan(week.connection, week.runs["baseline"])
    assert (plan.hypothesis, plan.if_success, plan.late) == (
        "拡張なしで 94 % に届く",
        "write the ablation table",
        False,
    )
    assert week.late is not None and week.late.late
    assert len(plan_versions(week.connection, week.runs["final"])) == 2
    known = {name: tasks.get(week.connection, week.tasks[name]) for name in ("halve", "clip")}
    assert known["halve"] is not None and known["clip"] is not None
    assert (known["halve"].title, known["halve"].estimate) == ("バッチサイズを半分にして再実行", 15 * MINUTE)
    assert (known["clip"].title, known["clip"].estimate) == ("勾配を切る", 10 * MINUTE)


def test_tasks_wake_by_themselves(pages: PagesWeek, week: Week) -> None:
    """Each that waited woke once, by what it waited for, and the run's push named it; a person's answer wakes none."""
    count = 0
    for number, waiting in pages.waited.items():
        events = [one for one in tasks.history(week.connection, number) if one.kind == "woken"]
        by = [str(one.detail["by"]) for one in events]
        if waiting.title == "Submit the abstract":
            assert by == []
            continue
        assert by == ([f"run:{one}" for one in waiting.runs] or ["date"])
        for one in waiting.runs:
            name = pages.trainings[one].name
            [push] = [push for push in pages.server.pushes if waiting.title in str(push["body"])]
            assert str(push["title"]).endswith(f" — {name}")
            count += 1
    assert count == 8


def test_news(pages: PagesWeek, week: Week) -> None:
    """What finished waits for the end of a session; what crashed, or ended beside none, is told at once; all once."""
    held = {"baseline": "writing", "resnet50-long": "until due", "sweep-a": "asleep"}
    for one in pages.trainings.values():
        told = [push for push in pages.server.pushes if re.match(f"[✔✖].* — {one.name}$", str(push["title"]))]
        [push] = told
        assert one.ended is not None
        late = push["created"] - one.ended
        if one.name not in held:
            assert 0 <= late <= SOON, one.name
            continue
        session = sessions.get_session(week.connection, week.sessions[held[one.name]])
        over = session.due if one.name == "resnet50-long" else session.ended
        assert over is not None
        assert late > 5 * MINUTE and 0 <= push["created"] - over <= SOON, one.name
    assert {one.name for one in pages.trainings.values() if one.failed} == set(CRASHES)
    assert len(pages.trainings) == 12


def test_sessions(pages: PagesWeek, week: Week) -> None:
    """One forgotten ends as planned; a short sleep is taken out, a long one ends it; mail has its cap; each note that
    was left was taken up again."""
    known = {name: sessions.get_session(week.connection, one) for name, one in week.sessions.items()}
    forgotten = known["forgotten"]
    assert (forgotten.ended_by, forgotten.ended) == ("forgotten", forgotten.begun + HOUR)
    assert known["asleep"].slept == pytest.approx(12 * MINUTE, abs=10)
    assert known["asleep for hours"].ended_by == "sleep"
    assert known["asleep for hours"].ended == pytest.approx(known["asleep for hours"].begun + 20 * MINUTE, abs=10)
    assert known["mail"].length == 10 * MINUTE
    assert known["read"].outcome == "二段落目まで"
    assert resumes.open_resumes(week.connection) == []


def test_everything_is_found_and_exported(pages: PagesWeek, week: Week, tmp_path: Path) -> None:
    """All that was typed anywhere stands in the Markdown files that the command writes."""
    pages.call("export", "--journal", str(tmp_path / "out"))
    files = dict.fromkeys(("entry", "task", "run", "note"), "")
    for folder, kind in (("entries", "entry"), ("tasks", "task"), ("runs", "run"), ("sessions", "note")):
        files[kind] = "\n".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out" / folder).glob("*.md"))
    typed = [one for one in pages.typed if one[0] != "commit"] + [("note", text) for text in pages.notes]
    assert len(typed) > 40
    assert [(kind, text) for kind, text in typed if text not in files[kind]] == []
