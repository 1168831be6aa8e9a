"""The score on real metric files: every series found, every point, the last values as a person or TensorBoard read them."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.corpus.index import LOGS, Log, read_index
from workers.logs.batches import FileReading, State
from workers.logs.candidates import is_wanted
from workers.logs.sources import EVENTS, TABLE, Source, read_source

TABLES = re.compile(r"\.csv$|\.jsonl$|\.json$|progress\.txt$|^(?:chainer|espnet)/[^/]*__log$")
CHUNK = 20_000
RATCHET = {"series": 1.0, "points": 1.0, "values": 1.0, "last step": 1.0}
"""Shares reached; a change that lowers one of them is to be looked at."""
NEVER = re.compile(r"(?:^|/)(?:seed|pid|timestamp|date|hostname|node_ip|trial_id|done|total_steps|current_steps)$")

pytestmark = pytest.mark.skipif(not LOGS.is_dir(), reason=f"NO REAL LOGS at {LOGS}: nothing was scored")


@dataclass
class Score:
    """How many of each were right, of how many."""

    name: str
    counts: dict[str, tuple[int, int]]

    def line(self) -> str:
        shares = "  ".join(f"{what} {right:>6}/{whole:<6}" for what, (right, whole) in self.counts.items())
        return f"{self.name[:62]:62}  {shares}"


def read_whole(path: Path, kind: str) -> dict[str, list[tuple[float, float]]]:
    """Steps and values of every series, read in small pieces."""
    series: dict[str, list[tuple[float, float]]] = {}
    state: State = {}
    for _ in range(10_000):
        reading: FileReading = read_source(Source(str(path), kind), state, limit=CHUNK)
        assert reading.trouble is None
        for batch in reading.batches:
            series.setdefault(batch.name, []).extend(zip(batch.steps, batch.values, strict=True))
        state = json.loads(json.dumps(reading.state))
        if not reading.more:
            return series
    raise AssertionError("never done")


def tables() -> list[Log]:
    """The rows of the index that are metric tables."""
    return [log for log in read_index() if TABLES.search(log.name)]


def score_events(name: str, truth: dict[str, list[object]]) -> Score:
    """Compare an event file with what TensorBoard's accumulator found in it."""
    series = read_whole(LOGS / "tensorboard" / name, EVENTS)
    found = {tag: [len(points), points[-1][0], str(points[-1][1])] for tag, points in series.items()}
    return Score(
        f"tensorboard/{name}",
        {
            "series": (len(found.keys() & truth.keys()), len(found.keys() | truth.keys())),
            "points": (sum(found[tag][0] == truth[tag][0] for tag in found.keys() & truth.keys()), len(truth)),
            "values": (sum(found[tag][2] == truth[tag][2] for tag in found.keys() & truth.keys()), len(truth)),
            "last step": (sum(found[tag][1] == truth[tag][1] for tag in found.keys() & truth.keys()), len(truth)),
        },
    )


def score_table(log: Log) -> Score:
    """Compare a table with what a person read in it."""
    series = read_whole(log.path, TABLE)
    wrong = [name for name in series if NEVER.search(name)]
    named = {
        name: next(
            (points for known, points in series.items() if name.split(" (")[0] in (known, known.partition("/")[2])),
            None,
        )
        for name in log.final_values
    }
    named = {name: points or val_of(series, name) for name, points in named.items()}
    right = [
        name
        for name, value in log.final_values.items()
        if (points := named[name]) and abs(points[-1][1] - value) <= max(abs(value) * 1e-3, 1e-12)
    ]
    steps = {step for points in series.values() for step, _ in points}
    last = [int(number) for number in re.findall(r"\d+", log.last_seen)]
    count = len({step for step, _ in next(iter(named.values())) or ()})
    return Score(
        log.name,
        {
            "series": (len(series) - len(wrong), len(series)),
            "points": (log.n_records - abs(count - log.n_records), log.n_records),
            "values": (len(right), len(log.final_values)),
            "last step": (int(bool(steps) and (int(max(steps)) in last or is_added_up(log, max(steps), last))), 1),
        },
    )


def val_of(series: dict[str, list[tuple[float, float]]], name: str) -> list[tuple[float, float]] | None:
    """``AP (val)`` is ``val/AP``."""
    found = re.fullmatch(r"(.+) \((\w+)\)", name)
    return series.get(f"{found[2]}/{found[1]}") if found else None


def is_added_up(log: Log, step: float, last: list[int]) -> bool:
    """Whether a step is that of the last batch of the last epoch, all batches counted: 25 epochs of 69."""
    return log.last_seen.startswith("epoch/iter") and len(last) == 2 and step == last[0] * last[1]


def test_score(capsys: pytest.CaptureFixture[str]) -> None:
    """Event files and tables are read as they were by TensorBoard and by people."""
    truth = json.loads((LOGS / "TENSORBOARD_SCALARS.json").read_text(encoding="utf-8"))
    scores = [score_events(name, tags) for name, tags in truth.items()] + [score_table(log) for log in tables()]
    total = {
        what: (sum(score.counts[what][0] for score in scores), sum(score.counts[what][1] for score in scores))
        for what in RATCHET
    }
    with capsys.disabled():
        print("", *(score.line() for score in [*scores, Score("all", total)]), sep="\n")
    assert len(scores) >= 11
    assert {what: right / whole for what, (right, whole) in total.items() if right / whole < RATCHET[what]} == {}


def test_names() -> None:
    """The real files' own names are among those that are looked for."""
    passed_over = [log.name for log in tables() if not is_wanted(log.path.name.rpartition("__")[2])]
    assert passed_over == []
    assert all(is_wanted(path.name) for path in (LOGS / "tensorboard").iterdir())


def test_other_logs_are_no_tables() -> None:
    """Of the logs that are no tables none is taken for one."""
    taken = []
    for log in read_index():
        if TABLES.search(log.name) or log.stack == "tensorboard":
            continue
        reading = read_source(Source(str(log.path), TABLE), {}, final=True)
        if reading.batches:
            taken.append(log.name)
    assert taken == []
