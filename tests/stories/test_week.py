"""A week in a researcher's life: what a good colleague would say at each moment, and nothing that is wrong at any.

While the week is played, every ten minutes and at each moment that has a name, all of ``Colleague.check`` must hold:
never more time left than there is, nothing that takes longer than that, no blocked task, no refactoring of what a run
needs, no reading beyond what one can read, no mail again at once, plans first; and every drift is what git counts.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store import sessions, tasks
from store.plans import plan_versions, read_plan
from store.search import search
from tests.fakes.pushbullet_server import PushbulletServer
from tests.stories.colleague import Colleague, Moment
from tests.stories.week import READ_FIRST, READ_NEXT, Week
from tests.stories.world import MORNING
from tests.workers.alerts.lab import HOUR, MINUTE
from workers.entry_files import export_journal

pytestmark = pytest.mark.timeout(600)  # a week takes a quarter of a minute of CPU time

MONDAY_EIGHT = MORNING - 26 * HOUR
WORD = re.compile(r"[A-Za-z]{2,}|[ｦ-ﾟ]+|[一-鿿々]+|[ァ-ヺー]{2,}")
SOON = 30.0
CRASHES = ("aug-strong", "lm-tiny", "final")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """The whole week, with all settings as they are at first."""
    with PushbulletServer() as server:
        researcher = Colleague(tmp_path_factory.mktemp("week"), server, now=MONDAY_EIGHT)
        try:
            made = Week(researcher)
            made.play()
            yield made
        finally:
            researcher.close()


@pytest.fixture
def at(week: Week) -> dict[str, Moment]:
    """The moments by name."""
    return week.researcher.moments


def task(week: Week, name: str) -> str:
    """A task as advice names it."""
    return f"task:{week.tasks[name]}"


def run(week: Week, name: str) -> str:
    """A run as advice names it."""
    return f"run:{week.runs[name]}"


class TestPlans:
    """What follows a result is written before it is known."""

    def test_they_come_first(self, week: Week, at: dict[str, Moment]) -> None:
        """A running run without a plan is the first thing, however short or long it is, nearest first; then no more."""
        for moment, name in (("five minutes", "smoke"), ("no plan yet", "baseline"), ("two sweeps", "sweep-a"),
                             ("a night without a plan", "lm-night"), ("two run, one without a plan", "lm-tiny")):  # fmt: skip
            assert at[moment].subjects[0] == run(week, name), moment
        assert "runs without a plan besides: 1" in at["two sweeps"].text(at["two sweeps"].advice[0])
        for moment in ("a plan", "a long wait", "the laptop slept", "the final one goes on"):
            assert not any(one.startswith("run:") for one in at[moment].subjects), moment

    def test_late(self, week: Week) -> None:
        """What is written after a crash is marked so, and what was written in time is not; both become a task once."""
        assert week.late is not None
        assert week.late.late
        assert len(plan_versions(week.connection, week.runs["final"])) == 2
        assert not any(
            read_plan(week.connection, week.runs[name]).late for name in ("baseline", "aug-strong", "lm-night")
        )
        made = tasks.made_of(week.connection, f"plan:{week.runs['aug-strong']}:failure")
        assert made is not None
        assert (made.id, made.title, made.estimate) == (
            week.tasks["halve"],
            "バッチサイズを半分にして再実行",
            15 * MINUTE,
        )
        assert [push["title"] for push in pushes(week, "Your plan for failure: 語彙の穴を調べる")] == [
            "✖ crashed after 30 m: KeyError: 'val/0412.png'… — lm-tiny"
        ]


class TestTime:
    """How much is left, and what fits."""

    def test_what_is_said(self, at: dict[str, Moment]) -> None:
        """The time left in words: to the minute, of the nearest of several, with its interval, or that nobody knows."""
        for moment, words in (
            ("nothing to do yet", "nothing is running"),
            ("no plan yet", "about 1 h 51 m left"),
            ("two sweeps", "about 12 m left until “sweep-a” ends"),
            ("nobody knows when", "when “トークナイザ比較” ends is not known"),
            ("silence", "the daemon is silent: how the runs are is not known"),
        ):
            assert at[moment].lead == words
        assert re.fullmatch(
            r"about 1 h 30 m left until “lm-lr” ends \(1 h 2\d m to 1 h 3\d m\)", at["an interval"].lead
        )

    def test_too_short(self, at: dict[str, Moment]) -> None:
        """Under three minutes there is one thing to do, and it is no work."""
        for moment in ("two minutes", "two minutes before"):
            assert at[moment].kinds == ["stretch"]

    def test_no_clock(self, at: dict[str, Moment]) -> None:
        """Where nobody knows the end, or nothing runs, there is something to do all the same, and no minute is made up."""
        for moment in ("nobody knows when", "silence", "no run", "sunday: nothing runs"):
            assert at[moment].advice
            assert (at[moment].wait.at, at[moment].wait.budget) == (None, None)
            assert " left" not in at[moment].words.replace("of it left", "")
            assert "other" not in at[moment].kinds
        assert at["nothing to do yet"].subjects == ["tasks"]

    def test_the_next_experiment(self, week: Week, at: dict[str, Moment]) -> None:
        """While nothing runs the GPUs wait for the next experiment."""
        assert at["no run"].subjects[0] == task(week, "augment")
        assert "the GPUs wait for it" in at["no run"].text(at["no run"].advice[0])
        assert "the GPUs wait" not in at["a plan"].words

    def test_the_machine_slept(self, week: Week, at: dict[str, Moment]) -> None:
        """Twelve minutes of sleep are no time of the run: its end is as much later."""
        known = at["the laptop slept"]
        assert known.wait.job is not None
        assert known.wait.job.name == "sweep-a"
        assert known.wait.at == pytest.approx(known.rest, abs=30)


class TestTasks:
    """What waits, and what has come."""

    def test_woken_ones(self, week: Week, at: dict[str, Moment]) -> None:
        """They come first, with what they waited for, until somebody touches them; and not before that has come."""
        woken = {task(week, "compare"), task(week, "paper")}
        for moment in ("it ended in a session", "woken"):
            assert set(at[moment].subjects[:2]) == woken
            assert "it waited for “baseline”, and that is there" in at[moment].words
        assert not woken & at["a plan"].possible
        assert not woken & at["just crashed"].possible
        assert task(week, "vendor") not in at["before the date"].possible
        assert at["the date has come"].subjects[0] == task(week, "vendor")
        for moment, name in (
            ("just crashed", "pick"),
            ("crashed beside another", "vocabulary"),
            ("the morning after", "evaluate"),
        ):
            assert at[moment].subjects[0] == task(week, name)
        assert set(at["the long one is done"].subjects[:2]) <= {
            task(week, name) for name in ("report", "clean", "tell")
        }

    def test_a_text_that_only_a_person_can_answer(self, week: Week, at: dict[str, Moment]) -> None:
        """What waits for somebody's answer is never proposed, and never wakes by itself."""
        known = tasks.get(week.connection, week.tasks["submit"])
        assert known is not None
        assert known.state == "blocked"
        assert not any(task(week, "submit") in moment.possible for moment in at.values())

    def test_once(self, week: Week) -> None:
        """Each task that waited for a run woke once, by it, and that run's push named it."""
        researcher, count = week.researcher, 0
        for number, waiting in researcher.waited.items():
            events = [one for one in tasks.history(week.connection, number) if one.kind == "woken"]
            by = [str(one.detail["by"]) for one in events]
            assert by == [f"run:{one}" for one in waiting.runs] or (by == ["date"] and not waiting.runs) or not by
            assert len(by) == 1 or waiting.title == "Submit the abstract"
            for one in waiting.runs:
                name = researcher.trainings[one].name
                [push] = [push for push in pushes(week, waiting.title) if str(push["title"]).endswith(f" — {name}")]
                assert "Can go on now: " in push["body"]
                count += 1
        assert count == 8


class TestCode:
    """Refactoring, and what it does to runs."""

    def test_what_a_run_needs(self, week: Week, at: dict[str, Moment]) -> None:
        """Files that a run imports are left alone while it goes on or nobody knows why it failed; others are not."""
        net, plots = task(week, "net"), task(week, "plots")
        for moment in ("a plan", "rested from reading", "just crashed", "it began with changes", "the date has come",
                       "two sweeps", "the final one crashed", "sunday: nothing runs"):  # fmt: skip
            assert net not in at[moment].possible, moment
        for moment in ("no run", "looked at", "the morning after", "the long one is done"):
            assert net in at[moment].possible, moment
        for moment in ("reading", "just crashed", "the date has come"):
            assert plots in at[moment].possible, moment
        assert "keep off the files that “baseline” imports (4), or it drifts" in at["reading"].words

    def test_the_drift_that_is_told(self, week: Week, at: dict[str, Moment]) -> None:
        """Commits and files of a refactoring during a run are told with it, as git counts them."""
        known = at["a refactoring of what it imports"]
        [words] = [known.text(one) for one in known.proposals if one.subject == task(week, "plots")]
        assert "drift so far: commits 2, files that it imports 1" in words
        assert week.researcher.drifts_told >= 10

    def test_its_crash_is_looked_into(self, week: Week, at: dict[str, Moment]) -> None:
        """Why a run failed is to be found out, until somebody wrote of it; also after the weekend."""
        for moment, name in (("just crashed", "aug-strong"), ("crashed beside another", "lm-tiny"),
                             ("the final one crashed", "final"), ("sunday: nothing runs", "final")):  # fmt: skip
            assert run(week, name) in at[moment].subjects, moment
        for moment, name in (("looked at", "aug-strong"), ("looked at, and the long one goes on", "lm-tiny")):
            assert run(week, name) not in at[moment].possible, moment

    def test_commits_that_pile_up(self, week: Week, at: dict[str, Moment]) -> None:
        """After three of one's own that one has not read again."""
        assert "review" not in {one.kind for one in at["rested from reading"].proposals}
        for moment in ("woken", "a file of it was renamed", "two hours read"):
            assert "review" in at[moment].kinds, moment


class TestTheDay:
    """Reading, mail, and another project."""

    def test_reading(self, week: Week, at: dict[str, Moment]) -> None:
        """One text goes on for 50 minutes at most and a day's for two hours; after a pause there is room again."""
        assert READ_FIRST in at["a plan"].words
        for moment in ("read enough", "after the mail", "two hours read", "too early for mail", "mail again"):
            assert "read" not in {one.kind for one in at[moment].proposals}, moment
        assert READ_NEXT in at["rested from reading"].words
        assert "you have read 45 m today" in at["rested from reading"].words
        assert "サーベイを拾い読み" in at["two run, one without a plan"].words
        assert "you have not read today" in at["two run, one without a plan"].words

    def test_mail(self, at: dict[str, Moment]) -> None:
        """Not again at once; after three hours it may be, last of all."""
        for moment in ("after the mail", "rested from reading", "too early for mail", "sunday: nothing runs"):
            assert "mail" not in at[moment].possible, moment
        assert at["mail again"].kinds[-1] == "mail"

    def test_another_project(self, at: dict[str, Moment]) -> None:
        """Only for a long wait, with where one was; and its tasks not before one is there."""
        known = at["a long wait"]
        assert known.kinds[0] == "other"
        assert "you left it at: 混合の比率を決めるところ" in known.text(known.advice[0])
        assert "next: alpha を 0.1 にしてみる" in known.text(known.advice[0])
        assert known.advice[0].resume_id is not None
        assert "関連研究の節を書く" not in known.words
        assert "関連研究の節を書く" in at["at the other project"].words
        short = [name for name, moment in at.items() if moment.rest is not None and moment.rest < HOUR]
        assert len(short) >= 5
        assert not any("other" in {one.kind for one in at[name].proposals} for name in short)


class TestSessions:
    """The researcher's own time, and what may disturb it."""

    def test_how_they_ended(self, week: Week) -> None:
        """One forgotten ends as planned; a short sleep is taken out, a long one ends it; mail has its cap."""
        known = {name: sessions.get_session(week.connection, one) for name, one in week.sessions.items()}
        forgotten = known["forgotten"]
        assert (forgotten.ended_by, forgotten.ended) == ("forgotten", forgotten.begun + HOUR)
        assert known["asleep"].ended_by == "user"
        assert known["asleep"].slept == pytest.approx(12 * MINUTE, abs=5)
        away = known["asleep for hours"]
        assert away.ended_by == "sleep"
        assert away.ended == pytest.approx(away.begun + 20 * MINUTE, abs=5)
        assert known["mail"].length == 10 * MINUTE

    def test_news(self, week: Week) -> None:
        """What finished waits for the end of a session; what crashed, or ended beside none, is told at once."""
        researcher, ends = week.researcher, {}
        for one in researcher.trainings.values():
            [push] = [
                push
                for push in pushes(week)
                if re.match("[✔✖]", push["title"]) and push["title"].endswith(f" — {one.name}")
            ]
            assert one.ended is not None
            ends[one.name] = (push["created"] - one.ended, push["created"])
        held = {"baseline": "writing", "resnet50-long": "until due", "sweep-a": "asleep"}
        for name, (late, moment) in ends.items():
            if name not in held:
                assert 0 <= late <= (SOON if name != "lm-night" else 300), name
                continue
            session = sessions.get_session(week.connection, week.sessions[held[name]])
            over = session.due if name == "resnet50-long" else session.ended
            assert over is not None
            assert late > 5 * MINUTE, name
            assert 0 <= moment - over <= SOON, name
        assert {one.name for one in researcher.trainings.values() if one.failed} == set(CRASHES)
        assert len(ends) == 12


def test_all_of_it_was_checked(week: Week) -> None:
    """Moments with a name, and every ten minutes at which somebody could have asked."""
    assert len(week.researcher.moments) >= 25
    assert week.researcher.checks >= 500


def test_every_word_is_found(week: Week) -> None:
    """In tasks, plans, entries and commits, in Japanese and English, each among its kind."""
    typed = [
        (kind, word) for kind, text in week.researcher.typed for word in WORD.findall(re.sub(r"run:\S+", "", text))
    ]
    assert len(typed) > 150
    lost = [(kind, word) for kind, word in dict.fromkeys(typed) if not search(week.connection, word, kinds=[kind])]
    assert lost == []
    for query, kind in (("学習", "task"), ("率", "run"), ("GPU使用率", "entry"), ("バッチ", "entry"), ("ﾊﾞｯﾁ", "run")):
        assert search(week.connection, query, kinds=[kind]), query


def test_everything_is_exported(week: Week, tmp_path: Path) -> None:
    """All that was typed stands in the Markdown files, resume notes and outcomes of sessions too."""
    researcher = week.researcher
    done = export_journal(week.connection, researcher.settings, tmp_path / "out")
    assert done.problems == []
    files = dict.fromkeys(("entry", "task", "run", "note"), "")
    for folder, kind in (("entries", "entry"), ("tasks", "task"), ("runs", "run"), ("sessions", "note")):
        files[kind] = "\n".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out" / folder).glob("*.md"))
    typed = [one for one in researcher.typed if one[0] != "commit"] + [("note", text) for text in researcher.notes]
    assert [(kind, text) for kind, text in typed if text not in files[kind]] == []
    assert len(researcher.notes) >= 4


def pushes(week: Week, text: str = "") -> list[dict[str, Any]]:
    """The pushes whose body holds that."""
    return [push for push in week.researcher.server.pushes if text in str(push["body"])]
