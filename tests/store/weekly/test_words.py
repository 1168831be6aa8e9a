"""What figures say: nothing that is not so, in both languages, and the same of an old or a damaged week."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.weekly import run_sentences, terms, words
from store.weekly.terms import NAMES, gpu_hours, hours, number, per_cent
from store.words import Words

EN, JA = Words("en", ZoneInfo("Asia/Tokyo")), Words("ja", ZoneInfo("Asia/Tokyo"))
BEGIN, DAY = 1_793_545_200.0, 86400.0  # Monday 2026-11-02, 0:00 in Tokyo
Figures = dict[str, Any]


def week(**parts: Any) -> Figures:
    """A week that is over; ``parts`` are its figures."""
    head = {"week": "2026-W45", "begin": BEGIN, "end": BEGIN + 7 * DAY, "until": BEGIN + 7 * DAY, "zone": "Asia/Tokyo",
            "start": "mon", "partial": False, "closed": None}  # fmt: skip
    return {**head, **parts}


def said(figures: Figures, name: str, say: Words = EN) -> str:
    """A part as one text: its sentences, then its things."""
    (part,) = [one for one in words.tell_week(figures, say) if one.name == name]
    items = [f"{one.name}: {one.text}" for one in part.items]
    return " ".join([*part.sentences, *items])


def test_a_week_without_anything_is_calm_in_every_part() -> None:
    """Every part says that nothing was; none tells a number, or of something."""
    for say in (EN, JA):
        parts = words.tell_week(week(), say)
        assert all(part.calm and part.sentences and not part.items for part in parts)
        assert not re.search(r"\d", " ".join(text for part in parts for text in part.sentences))
        assert len({part.name for part in parts}) == len(parts) == 11
    assert words.is_empty(week()) and words.headline(week(), EN) == "nothing known"


def test_only_what_was_done_makes_a_week_one_with_something() -> None:
    """Tasks that are carried along, goals, and that the machine was watched do not."""
    idle = week(tasks={"carried": 12}, watched={"seconds": 9e5, "gaps": []}, goals={"count": 3, "open": 3})
    assert words.is_empty(idle)
    for path in ("runs.at_work", "tasks.done", "papers.found", "pushes.sent", "entries.count", "work.commits"):
        part, _, name = path.partition(".")
        assert not words.is_empty(week(**{part: {name: 1}})), path


def test_runs_are_told_by_their_ends_and_gpus() -> None:
    """Each outcome that there is, in one order; idle hours with their share; runs that no GPU was seen of."""
    figures = week(
        runs={"at_work": 12, "begun": 9, "finished": 8, "failed": 0, "killed": 1, "lost": 0, "stopped": 2,
              "running": 1, "spanning": 1, "seconds": 31.5 * 3600},
        gpu={"seconds": 40 * 3600.0, "idle_seconds": 10 * 3600.0, "gpus": 2, "without_runs": 1, "without_seconds": 600},
    )  # fmt: skip
    assert said(figures, "runs") == (
        "12 runs were at work, 31 h 30 m in all. How they ended: 8 finished, 1 killed, 2 stopped, 1 not over yet. "
        "1 was also at work before or after; only its time in this week counts. They held 2 GPUs for 40 GPU-hours. "
        "For 10 GPU-hours of that (25 %) the GPU did nothing. 1 run was seen on no GPU (10 m)."
    )
    assert "完了 8、強制終了 1、停止 2、継続中 1" in said(figures, "runs", JA)
    figures["gpu"]["idle_seconds"] = 0.0
    assert "never seen doing nothing" in said(figures, "runs")


def test_crashes_are_told_with_what_found_them_how_late() -> None:
    """By a push, on the dashboard, by nobody; a single one has no median; attempts that went on are no runs that did."""
    one = {"run": "r1", "name": "resnet", "attempt": 2, "state": "killed", "ended": BEGIN + DAY, "cause": None,
           "seconds": 7200.0, "by": "push", "late": 3.0}  # fmt: skip
    figures = week(
        runs={"killed": 0},
        crashes={"count": 1, "seconds": 7200.0, "found": [one], "late_median": 3.0, "late_worst": 3.0, "unnoticed": 0},
    )
    assert said(figures, "crashes") == (
        "1 crash, 2 h of training lost with it. 1 of them was an attempt that another one followed. "
        "Noticed 3.0 s later. resnet, attempt 2: 11-03 00:00 · killed after 2 h · a push told of it 3.0 s later"
    )
    other = one | {"attempt": 1, "by": "dashboard", "late": 600.0, "cause": "out of memory"}
    lost = one | {"name": "vit", "attempt": 1, "by": None, "late": None, "state": "lost"}
    figures["crashes"] = {"count": 3, "seconds": 3 * 7200.0, "found": [one, other, lost], "late_median": 301.5,
                          "late_worst": 600.0, "unnoticed": 1}  # fmt: skip
    figures["runs"] = {"killed": 2, "lost": 1}
    text = said(figures, "crashes")
    assert "Noticed a median of 5 m 2 s later; the last, 10 m later. 1 was not noticed at all." in text
    assert "killed after 2 h · out of memory · seen on the dashboard 10 m later" in text
    assert "vit: 11-03 00:00 · lost after 2 h · nobody noticed" in text and "followed" not in text


def test_a_better_result_is_told_with_what_was_changed() -> None:
    """The value, the best before, each parameter that differs, how many commits lie between; a first result alone."""
    best = {"project": "cifar", "project_id": 1, "metric": "val_acc", "direction": "higher", "value": 0.91234, "run": "r2",
            "name": "aug", "improved": True, "before": {"value": 0.89, "run": "r1", "name": "base"}, "commits": 3,
            "changed": [{"key": "lr", "was": "0.1", "now": "0.05"}, {"key": "mix", "was": None, "now": "1"}]}  # fmt: skip
    assert said(week(best=[best]), "best") == (
        "1 project has a better result than before. cifar: val_acc 0.9123 by aug; before, 0.89 by base · "
        "changed: lr 0.1 → 0.05, mix – → 1 · 3 commits between"
    )
    first = best | {"before": None, "changed": [], "commits": 0}
    assert said(week(best=[first]), "best").endswith("cifar: val_acc 0.9123 by aug, the first result")
    worse = best | {"improved": False, "changed": [], "commits": 0}
    text = said(week(best=[worse]), "best")
    assert "No project has a better result" in text and "the best is still 0.89 by base" in text
    many = best | {"changed": [{"key": f"k{n}", "was": n, "now": "x" * 99} for n in range(9)]}
    assert "3 more" in said(week(best=[many]), "best") and "x" * 40 not in said(week(best=[many]), "best")


def test_waiting_time_is_told_against_sessions() -> None:
    """As the issue puts it; without anybody at the desk, that too; kinds of sessions, the longest first."""
    figures = week(
        waiting={"desk_seconds": 2e5, "training_seconds": 3e5, "waiting_seconds": 11 * 3600 + 1200, "used_seconds": 14700},
        sessions={"count": 3, "seconds": 18000.0, "kinds": {"mail": {"count": 1, "seconds": 3000.0},
                  "read": {"count": 2, "seconds": 15000.0}}},
    )  # fmt: skip
    text = said(figures, "waiting")
    assert text.startswith("11 h 20 m of training ran while you were at the desk; 4 h 5 m of it had a session (36 %).")
    assert text.endswith("3 sessions, 5 h. Reading: 4 h 10 m · 2 sessions Mail and messages: 50 m · 1 session")
    alone = week(waiting={"training_seconds": 7200.0, "waiting_seconds": 0.0})
    assert (
        said(alone, "waiting") == "Training ran for 2 h, never while you were seen at the desk. No session was begun."
    )


def test_remarks_say_how_far_the_figures_go() -> None:
    """A week that goes on, has not begun, was closed before it was over, was the first, was not watched for a while."""
    going = week(until=BEGIN + 2 * DAY, partial=True, entries={"count": 1})
    assert words.remarks(going, EN) == ["This week is not over: what is told is until 2026-11-04 00:00."]
    assert words.remarks(week(until=BEGIN, partial=True), EN) == ["This week has not begun."]
    closed = going | {"closed": BEGIN + 2 * DAY + 60}
    assert words.remarks(closed, EN) == [
        "Closed 2026-11-04 00:01: these figures are frozen.",
        "The week was not over then; what came later is not in them.",
    ]
    full = week(entries={"count": 1})
    assert words.remarks(full, EN) == []
    first = words.remarks(full, EN, since=BEGIN + DAY)
    assert first == ["This is the first week: nothing is known of before 2026-11-03 00:00."]
    assert words.remarks(full, EN, since=BEGIN - DAY) == [] == words.remarks(full, EN, since=BEGIN + 8 * DAY)
    assert words.remarks(week(), EN)[0].startswith("Nothing is known of this week")


def test_times_without_a_watch_are_told() -> None:
    """The first three of them and how many more; where there was none all week, that instead."""
    gaps = [{"begin": BEGIN + n * DAY, "end": BEGIN + n * DAY + 1800} for n in range(5)]
    (text,) = words.remarks(week(entries={"count": 1}, watched={"seconds": 1.0, "gaps": gaps}), EN)
    assert text.startswith(
        "For 2 h 30 m nothing was watched, so the machine or Machiai was off: 11-02 00:00 – 11-02 00:30"
    )
    assert text.count("–") == 3 and "2 more" in text
    whole = {"seconds": 0.0, "gaps": [{"begin": BEGIN, "end": BEGIN + 7 * DAY}]}
    (text,) = words.remarks(week(entries={"count": 1}, watched=whole), EN)
    assert text.startswith("Machiai did not watch in this week")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 m"), (20, "20 s"), (60, "1 m"), (3599, "1 h"), (3600, "1 h"), (112_800, "31 h 20 m"), (-5, "0 m")],
)
def test_sums_are_in_hours_however_many(seconds: float, text: str) -> None:
    """A week's sum is no number of days."""
    assert hours(seconds, EN) == text


def test_small_shares_are_not_nothing() -> None:
    """Something is never told as 0 %."""
    assert [per_cent(1, 1000), per_cent(0, 10), per_cent(5, 0), per_cent(1, 3)] == ["< 1 %", "0 %", "0 %", "33 %"]
    assert gpu_hours(3600.0, EN) == "1 GPU-hours" and gpu_hours(5400.0, JA) == "1.5 GPU 時間"


def test_differences_are_told_by_name_in_their_units() -> None:
    """Every figure there is has a name; kinds, passes and projects by theirs; what an older week did not know is –."""
    assert words.tell_difference("crashes.count", 2, 3, EN) == "crashes 2 → 3"
    assert (
        words.tell_difference("crashes.late_worst", None, 90.0, EN) == "longest time until a crash was noticed – → 2 m"
    )
    assert words.tell_difference("gpu.seconds", 36000.0, 37800.0, JA) == "GPU 時間 10.0 → 10.5"
    assert words.tell_difference("sessions.kinds.read.seconds", 0, 600.0, EN) == "Reading: time 0 m → 10 m"
    assert words.tell_difference("papers.passes.2.count", 0, 1, EN) == "pass 2: times 0 → 1"
    assert words.tell_difference("entries.kinds.idea", 1, 2, EN) == "entries: idea 1 → 2"
    assert words.tell_difference("best.cifar", 0.9, 0.91, EN) == "best result of cifar 0.9 → 0.91"
    assert words.tell_difference("eta.median_error", 0.1, 0.2, EN) == "median error of predictions 10 % → 20 %"
    assert words.tell_difference("runs.seconds", 2_800_800.0, 2_800_802.0, EN) == "time of runs 778 h → 778 h (+2.0 s)"
    assert words.tell_difference("later.figure", 1, 2, EN) == "later.figure 1 → 2"


def test_every_name_is_said_in_japanese() -> None:
    """No figure, kind or state is left in English."""
    for message in [name for name, _ in NAMES.values()] + list(words.GOAL_STATES.values()):
        assert JA.say(message) != message, message
    kinds = [*terms.SESSIONS.values(), *terms.ENTRIES.values(), *run_sentences.STATES.values()]
    assert all(JA.say(message) != message for message in kinds)


def test_a_damaged_figure_counts_as_none() -> None:
    """What is no number is told as nothing, and breaks no page."""
    assert number({"runs": {"at_work": "12"}}, "runs.at_work") == 0 == number({"runs": None}, "runs.at_work")
    assert words.headline({"runs": None, "tasks": {"done": 2}}, EN) == "2 tasks done"


def test_days_of_a_week_over_the_year_name_both_years() -> None:
    """The days are those of the zone that the week was reckoned in, whoever reads it."""
    assert words.days(week()) == "2026-11-02 – 11-08"
    begin = 1_798_383_600.0  # Monday 2026-12-28, 0:00 in Tokyo
    late = week(week="2026-W53", begin=begin, end=begin + 7 * DAY)
    assert words.days(late) == "2026-12-28 – 2027-01-03" and words.heading(late, EN) == "Week 53 of 2026"
    assert words.heading(late, JA) == "2026 年 第 53 週"
