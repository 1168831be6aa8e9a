"""The best result of each project in a week, and what was changed to get it."""

import math
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from store import choices, commits, progress, series
from store.commits import Commit
from store.database import write
from store.glossary import Entry, Glossary
from store.weekly.best import Contest, Result, read_best, reckon_best

BEGIN, UNTIL = 10_000.0, 20_000.0
Trial = Callable[..., str]


@pytest.fixture(name="trial")
def _trial(journal: sqlite3.Connection, launched: Callable[..., str], judged: Callable[..., None]) -> Trial:
    """Enters a run that ended, with the values of its metrics; its id."""

    def trial(run_id: str, ended: float, *, state: str = "finished", source: str = "log", legs: Sequence[int] = (),
              steps: Sequence[float] = (), metrics: dict[str, list[float]], **manifest: Any) -> str:  # fmt: skip
        launched(run_id, created=ended - 500, **{"name": f"{run_id} run", **manifest})
        judged(run_id, state, started=ended - 400, ended=ended)
        for name, values in metrics.items():
            add(journal, run_id, name, values, source, legs, steps)
        return run_id

    return trial


def add(
    connection: sqlite3.Connection,
    run_id: str,
    name: str,
    values: Sequence[float],
    source: str = "log",
    legs: Sequence[int] = (),
    steps: Sequence[float] = (),
) -> None:
    """Give a run a metric."""
    n = len(values)
    with write(connection):
        series.append(
            connection, run_id, name, source=source, unit="step", legs=legs or [0] * n,
            steps=steps or list(range(n)), times=[1.0] * n, values=values,
        )  # fmt: skip


def commit(connection: sqlite3.Connection, sha: str, time: float, *, mine: bool = True, repository: str = "/p") -> None:
    """Enter a commit of the first project."""
    with write(connection):
        commits.record(
            connection, [Commit(repository, sha, 1, "k", "k@lab", time, sha, "", 1, 1, 0, (), mine)]
        )  # fmt: skip


def only(connection: sqlite3.Connection, **options: Any) -> dict[str, Any]:
    """The row of the one project."""
    (row,) = read_best(connection, BEGIN, UNTIL, **options)
    return row


def test_an_improvement_says_what_was_changed(journal: sqlite3.Connection, trial: Trial) -> None:
    """The best of the week against the best of all before: parameters that differ, own commits between the starts."""
    trial("old", 5000.0, metrics={"val_acc": [0.7, 0.85]}, params={"lr": "0.1", "seed": "1", "amp": "on"})
    trial("older", 4000.0, metrics={"val_acc": [0.8]}, params={"lr": "1"})
    trial(
        "new",
        12_000.0,
        metrics={"val_acc": [0.5, 0.91, 0.9], "loss": [1.0]},
        params={"lr": "0.05", "seed": "1", "wd": "0"},
    )
    trial("worse", 13_000.0, metrics={"val_acc": [0.9]})
    trial("next", 20_000.0, metrics={"val_acc": [0.99]})
    for sha, time, mine in (("a" * 40, 4599.0, True), ("b" * 40, 4600.0, True), ("f" * 40, 4600.0, True), ("c" * 40, 9000.0, False),
                            ("d" * 40, 11_599.0, True), ("e" * 40, 11_600.0, True)):  # fmt: skip
        commit(journal, sha, time, mine=mine)
    commit(journal, "d" * 40, 11_599.0, repository="/clone")
    commit(journal, "9" * 40, 9000.0)
    with write(journal):
        commits.mark_gone(journal, "/p", {"9" * 40: True}, 1.0)
    assert only(journal) == {
        "project": "cifar", "project_id": 1, "metric": "val_acc", "direction": "higher",
        "value": 0.91, "run": "new", "name": "new run", "improved": True,
        "before": {"value": 0.85, "run": "old", "name": "old run"},
        "changed": [{"key": "lr", "was": "0.1", "now": "0.05"}, {"key": "wd", "was": None, "now": "0"},
                    {"key": "amp", "was": "on", "now": None}],
        "commits": 3,
    }  # fmt: skip


def test_what_is_no_better_is_no_improvement(journal: sqlite3.Connection, trial: Trial) -> None:
    """The same value as before is none; the first of two equal ones is named, and no change is claimed."""
    trial("old", 5000.0, metrics={"loss": [2.0, 0.5]}, params={"lr": "1"})
    trial("old-2", 6000.0, metrics={"loss": [0.5]})
    trial("new-2", 13_000.0, metrics={"loss": [0.5]}, params={"lr": "2"})
    trial("new", 12_000.0, metrics={"loss": [0.5]}, params={"lr": "2"})
    row = only(journal)
    assert (row["direction"], row["value"], row["run"], row["before"]["run"]) == ("lower", 0.5, "new", "old")
    assert (row["improved"], row["changed"], row["commits"]) == (False, [], None)


def test_a_first_result_is_compared_with_its_parent(journal: sqlite3.Connection, trial: Trial) -> None:
    """Where there was no result before, what was changed is told against the run it was made from, if any."""
    trial("base", 5000.0, metrics={}, params={"lr": "1"})
    trial("child", 12_000.0, metrics={"acc": [0.5]}, params={"lr": "2"}, parent="base")
    commit(journal, "a" * 40, 6000.0)
    row = only(journal)
    assert (row["before"], row["improved"], row["commits"]) == (None, True, 1)
    assert row["changed"] == [{"key": "lr", "was": "1", "now": "2"}]
    with write(journal):
        journal.execute("UPDATE runs SET parent = 'gone' WHERE id = 'child'")
    row = only(journal)
    assert (row["improved"], row["changed"], row["commits"]) == (True, [], None)


def test_the_metric_is_the_main_one_of_the_newest_run(journal: sqlite3.Connection, trial: Trial) -> None:
    """Held-out quality before the loss; what the newest run does not have is looked for in the one before it; what was
    measured under another name is not compared."""
    trial("old", 5000.0, metrics={"val_acc": [0.99], "bleu": [10.0]})
    trial("first", 12_000.0, metrics={"val_acc": [0.9], "loss": [0.1]})
    trial("second", 13_000.0, metrics={"bleu": [20.0], "loss": [0.1]})
    trial("odd", 14_000.0, metrics={"zzz": [1.0]})
    row = only(journal)
    assert (row["metric"], row["run"], row["before"]["value"]) == ("bleu", "second", 10.0)


def test_a_direction_that_was_chosen(journal: sqlite3.Connection, trial: Trial) -> None:
    """A metric of no plain direction counts once the user has said which is better, by a choice or in the glossary."""
    trial("only", 12_000.0, metrics={"zzz": [1.0, 3.0, 2.0]})
    assert read_best(journal, BEGIN, UNTIL) == []
    with write(journal):
        choices.choose_direction(journal, 1, "zzz", "lower", 1.0)
    assert (only(journal)["value"], only(journal)["direction"]) == (1.0, "lower")
    with write(journal):
        choices.choose_direction(journal, 1, "zzz", None, 1.0)
    assert read_best(journal, BEGIN, UNTIL) == []
    trial("again", 13_000.0, metrics={"acc": [0.5]})
    assert only(journal)["value"] == 0.5
    meanings = Glossary((Entry("acc", "acc", ("accuracy",), "ours", direction="lower"),))
    assert only(journal, meanings=meanings)["direction"] == "lower"
    with write(journal):
        choices.choose_direction(journal, 1, "acc", "", 1.0)
    assert read_best(journal, BEGIN, UNTIL) == [], "the user said that neither is better"


def test_the_loss_that_the_log_names(journal: sqlite3.Connection, trial: Trial) -> None:
    """Of several losses the one that the run's progress names is the main one."""
    trial("only", 12_000.0, metrics={"loss": [0.5], "kl_loss": [0.1]})
    assert only(journal)["metric"] == "loss"
    with write(journal):
        progress.record_progress(journal, "only", progress.Progress(1, 1.0, 1.0, "step", 1.0, main="kl_loss"))
    assert only(journal)["metric"] == "kl_loss"


def test_values_that_were_run_again_do_not_count(journal: sqlite3.Connection, trial: Trial) -> None:
    """A lucky value that a resumed run overwrote is none of its results, in the week as before it."""
    lucky = {"legs": [0, 0, 1, 1], "steps": [1.0, 2.0, 2.0, 3.0]}
    trial("old", 5000.0, metrics={"acc": [0.2, 0.98, 0.3, 0.4]}, **lucky)
    trial("old-2", 6000.0, metrics={"acc": [0.45]})
    trial("new", 12_000.0, metrics={"acc": [0.2, 0.99, 0.5, 0.6]}, **lucky)
    trial("new-2", 13_000.0, metrics={"acc": [0.55]})
    row = only(journal)
    assert (row["run"], row["value"]) == ("new", 0.6)
    assert (row["before"]["run"], row["before"]["value"], row["improved"]) == ("old-2", 0.45, True)


def test_many_that_were_run_again(journal: sqlite3.Connection, trial: Trial) -> None:
    """The best is found behind any number of values that do not count."""
    for number in range(45):
        trial(f"lucky-{number:02}", 12_000.0 + number, metrics={"acc": [0.2, 0.9 + number / 1000, 0.1, 0.1]},
              legs=[0, 0, 1, 1], steps=[1.0, 2.0, 2.0, 3.0])  # fmt: skip
    trial("plain", 13_000.0, metrics={"acc": [0.3]})
    assert (only(journal)["run"], only(journal)["value"]) == ("plain", 0.3)


def test_the_edge_of_the_week(journal: sqlite3.Connection, trial: Trial) -> None:
    """A run that ended in the very moment when the week begins is of this week, and not of what was before."""
    trial("edge", BEGIN, metrics={"acc": [0.9]})
    row = only(journal)
    assert (row["run"], row["before"], row["improved"]) == ("edge", None, True)


def test_of_two_sources_the_richer_is_believed(journal: sqlite3.Connection, trial: Trial) -> None:
    """A metric in the log and in an event file is one: the one with more points."""
    trial("new", 12_000.0, metrics={"acc": [0.95]})
    add(journal, "new", "acc", [0.5, 0.9400001, 0.6], source="/events")
    assert only(journal)["value"] == 0.9400001


def test_no_number_is_no_result(journal: sqlite3.Connection, trial: Trial) -> None:
    """A run of NaNs reached nothing, and infinity is no best; a failed run's values count."""
    trial("nan", 12_000.0, metrics={"loss": [math.nan, math.inf]})
    assert read_best(journal, BEGIN, UNTIL) == []
    trial("inf", 13_000.0, state="failed", metrics={"loss": [0.7, -math.inf]})
    assert (only(journal)["run"], only(journal)["value"]) == ("inf", 0.7)


def test_each_project_for_itself(journal: sqlite3.Connection, trial: Trial) -> None:
    """Projects come by name, each with its own metric and its own past; one without a run that ended is not there."""
    trial("z", 12_000.0, metrics={"acc": [0.9]}, project_root="/p/zebra")
    trial("a", 12_000.0, metrics={"loss": [0.9]}, project_root="/p/Ape")
    trial("a-0", 5000.0, metrics={"acc": [0.99], "loss": [1.0]}, project_root="/p/Ape")
    trial("m", 25_000.0, metrics={"loss": [0.9]}, project_root="/p/mole")
    rows = read_best(journal, BEGIN, UNTIL)
    assert [(row["project"], row["metric"], row["improved"]) for row in rows] == [
        ("Ape", "loss", True), ("zebra", "acc", True),
    ]  # fmt: skip
    assert rows[1]["before"] is None


def test_reckoned_from_facts() -> None:
    """Lower is better where the direction says so; commits are told of an improvement only."""
    now, was = Result("n", "new", 2.0, {"a": "1"}, 0.4), Result("o", "old", 1.0, {"a": "2"}, 0.5)
    better = Contest(2, "p", "loss", "lower", now, was, commits=7)
    worse = Contest(1, "p", "acc", "higher", now, was, commits=7)
    first, second = reckon_best([better, worse])
    assert (first["project_id"], first["improved"], first["changed"], first["commits"]) == (1, False, [], None)
    assert (second["improved"], second["commits"]) == (True, 7)
    assert second["changed"] == [{"key": "a", "was": "2", "now": "1"}]
