"""Metric tables of every kind, read as they grow and as they are rewritten."""

import json
import math
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.logs.batches import FileReading, State
from workers.logs.table_kinds import NOT_METRICS
from workers.logs.tables import read_table

Points = dict[str, list[tuple[int, float, float]]]


def read_all(path: Path, state: State | None = None, **options: Any) -> tuple[Points, FileReading]:
    """Read to the end, the state going through JSON after every call; the points as leg, step, value."""
    points: Points = {}
    state = state or {}
    for _ in range(10_000):
        reading = read_table(path, state, **options)
        state = json.loads(json.dumps(reading.state))
        if reading.rewritten:
            points = {}
        for batch in reading.batches:
            points.setdefault(batch.name, []).extend(zip(batch.legs, batch.steps, batch.values, strict=True))
        if not reading.more:
            return points, reading
    raise AssertionError("never done")


def values(path: Path, **options: Any) -> dict[str, list[tuple[float, float]]]:
    """Step and value of each series of a whole file."""
    return {name: [(step, value) for _, step, value in found] for name, found in read_all(path, **options)[0].items()}


def written(folder: Path, text: str | bytes, name: str = "metrics.csv") -> Path:
    """A file with that content."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_csv(tmp_path: Path) -> None:
    """Cells are read by their header; the step's column is the step, empty cells and words are no points."""
    path = written(tmp_path, "epoch,step,train_loss,val_loss,note\n0,10,0.5,,a\n0,20,0.4,0.6,b\n")
    assert values(path) == {
        "epoch": [(10, 0), (20, 0)],
        "train_loss": [(10, 0.5), (20, 0.4)],
        "val_loss": [(20, 0.6)],
    }


@pytest.mark.parametrize(
    "text",
    [
        "epoch\tloss\n1\t0.5\n2\t0.4\n",
        "epoch;loss\n1;0.5\n2;0.4\n",
        "\ufeffepoch,loss\n1,0.5\n2,0.4\n",
        "epoch,loss\r\n1,0.5\r\n2,0.4\r\n",
        '"epoch","loss"\n"1","0.5"\n"2","0.4"\n',
        "   epoch,   loss\n       1,    0.5\n       2,    0.4\n",
        "# written by a trainer\nepoch,loss\n1,0.5\n2,0.4\n",
        "epoch,loss,\n1,0.5,\n2,0.4,\n",
        '{"epoch": 1, "loss": 0.5}\n{"epoch": 2, "loss": 0.4}\n',
        '{"epoch": 1, "loss": 0.5}\r\n\r\nnot json\n{"epoch": 2, "loss": 0.4}\r\n',
        '[\n {\n  "epoch": 1,\n  "loss": 0.5\n },\n {\n  "epoch": 2,\n  "loss": 0.4\n }\n]',
        '{\n "best": null,\n "log_history": [\n  {"epoch": 1, "loss": 0.5},\n  {"epoch": 2, "loss": 0.4}\n ],\n "n": 2\n}\n',
        '{"epoch": 1, "loss": 0.5}\n{"epoch": 2, "loss": 0.4}',
    ],
)
def test_dialects(tmp_path: Path, text: str) -> None:
    """Tabs, semicolons, a byte order mark, CRLF, quotes, padding, remarks, JSON lines and arrays: all the same."""
    assert values(written(tmp_path, text)) == {"loss": [(1, 0.5), (2, 0.4)]}


def test_monitor(tmp_path: Path) -> None:
    """A monitor file counts its rows, and its times begin where its first line says."""
    path = written(tmp_path, '#{"t_start": 1600000000.5, "env_id": "Ant"}\r\nr,l,t\r\n-17.5,73,0.5\r\n-20.5,38,2\r\n')
    reading = read_table(path, {})
    found = {batch.name: batch for batch in reading.batches}
    assert list(found["r"].values) == [-17.5, -20.5]
    assert list(found["r"].times) == [1600000001.0, 1600000002.5]
    assert list(found["r"].steps) == [1, 2]


def test_what_is_never_a_metric(tmp_path: Path) -> None:
    """Times, seeds, processes, hosts, versions, byte counts and truth values are no metrics."""
    row = {
        "step": 1, "loss": 0.5, "timestamp": 1761132824, "date": "2025-10-22", "pid": 35387, "seed": 7, "hostname": "h1",
        "trial_id": 5, "done": False, "torch_version": 2.1, "read_bytes": 12345, "time": 1761132824.25, "rank": 0,
        "shape": [1, 2], "none": None, "version": 3,
    }  # fmt: skip
    path = written(tmp_path, json.dumps(row) + "\n", "metrics.jsonl")
    assert values(path) == {"loss": [(1, 0.5)]}
    assert list(read_table(path, {}).batches[0].times) == [1761132824.0]


@pytest.mark.parametrize("cell", ["2025-10-22T13:33:44+00:00", "2025-10-22 13:33:44Z", "1761140024", "1761140024000"])
def test_times(tmp_path: Path, cell: str) -> None:
    """Times are read from ISO dates and from seconds or milliseconds since 1970."""
    path = written(tmp_path, f"step,wall_time,loss\n1,{cell},0.5\n")
    assert [list(batch.times) for batch in read_table(path, {}).batches] == [[1761140024.0]]


def test_times_by_elapsed(tmp_path: Path) -> None:
    """Rows that say only how long it took are placed before the moment the file was written."""
    path = written(tmp_path, 'step,elapsed_time,loss\n1,"0:00:10",0.5\n2,"0:01:10",0.4\n')
    os.utime(path, (1e9, 1e9))
    assert [list(batch.times) for batch in read_table(path, {}).batches] == [[1e9 - 60, 1e9]]


def test_nested(tmp_path: Path) -> None:
    """Nested objects are series by their path; bare NaN and Infinity are values."""
    path = written(tmp_path, '{"step": 3, "train": {"loss": NaN, "acc": {"top1": Infinity}}, "extra": [1, 2]}\n')
    found = values(path)
    assert math.isnan(found["train/loss"][0][1])
    assert found["train/acc/top1"] == [(3, math.inf)]


def test_evaluations_between(tmp_path: Path) -> None:
    """Counters that begin anew in each epoch are added up, and an evaluation stands where training has come to."""
    lines = [{"env_info": "x" * 500, "seed": 0}]
    for epoch in (1, 2):
        lines += [{"mode": "train", "epoch": epoch, "iter": i, "loss": 0.5} for i in (50, 100)]
        lines += [{"mode": "val", "epoch": epoch, "iter": 9, "lr": 0.1, "AP": 0.3, "loss": 0.7}]
    path = written(tmp_path, "".join(json.dumps(line) + "\n" for line in lines), "None.log.json")
    found = values(path)
    assert found["loss"] == [(50, 0.5), (100, 0.5), (150, 0.5), (200, 0.5)]
    assert found["val/AP"] == [(100, 0.3), (200, 0.3)]
    assert found["val/loss"] == [(100, 0.7), (200, 0.7)]
    assert "val/lr" not in found


def test_evaluations_with_a_count_of_their_own(tmp_path: Path) -> None:
    """Rows of an evaluation that count evaluations stand where training has come to, and leave its series alone."""
    train = [{"lr": 0.1, "time": 0.5, "loss": 1 / step, "epoch": step // 50, "step": step} for step in (50, 100, 150)]
    lines = [
        *train[:2],
        {"coco/bbox_mAP": 0.3, "time": 9.0, "step": 1},
        train[2],
        {"coco/bbox_mAP": 0.4, "time": 9.0, "step": 2},
    ]
    path = written(tmp_path, "".join(json.dumps(line) + "\n" for line in lines), "scalars.json")
    found = values(path)
    assert found["coco/bbox_mAP"] == [(100, 0.3), (150, 0.4)]
    assert found["time"] == [(50, 0.5), (100, 0.5), (150, 0.5)]


def test_settings_within_rows(tmp_path: Path) -> None:
    """Settings that a writer repeats in every row are no metrics."""
    row = {"training_iteration": 1, "episode_reward_mean": 2.5, "config": {"lr": 0.1, "nested": {"gamma": 0.9}}}
    assert list(values(written(tmp_path, json.dumps(row) + "\n", "result.json"))) == ["episode_reward_mean"]


def test_rows_of_ranks(tmp_path: Path) -> None:
    """Rows that two ranks wrote are one, also where one lags behind; a second fit is another leg."""
    steps = [10, 10, 20, 20, 30, 20, 40, 30, 50, 40, 50, 60]
    text = "".join(json.dumps({"current_steps": step, "loss": 1 / step}) + "\n" for step in [*steps, 10, 20])
    points, _ = read_all(written(tmp_path, text))
    assert [(leg, step) for leg, step, _ in points["loss"]] == [
        *((0, step) for step in (10, 20, 30, 40, 50, 60)), (1, 10), (1, 20)
    ]  # fmt: skip


def test_several_rows_an_epoch(tmp_path: Path) -> None:
    """Several rows of one epoch are all kept, unless they are the same."""
    path = written(tmp_path, "epoch,loss\n1,0.5\n1,0.4\n1,0.4\n2,0.3\n")
    assert values(path) == {"loss": [(1, 0.5), (1, 0.4), (2, 0.3)]}


def test_header_again(tmp_path: Path) -> None:
    """A header in the middle is a header: of another launch, or with other columns from there on."""
    path = written(tmp_path, "epoch,loss\n1,0.5\n2,0.4\nepoch,loss\n1,0.6\nepoch,lr,loss\n2,0.1,0.3\n")
    points, _ = read_all(path)
    assert points["loss"] == [(0, 1, 0.5), (0, 2, 0.4), (1, 1, 0.6), (1, 2, 0.3)]
    assert points["lr"] == [(0, 2, 0.1)]


def test_quoted_line_ends(tmp_path: Path) -> None:
    """A cell with a line end in it is one cell, also when the file is read in the middle of it."""
    path = written(tmp_path, 'step,note,loss\n1,"a\nb",0.5\n2,"c\n')
    points, reading = read_all(path)
    with path.open("a") as file:
        file.write('d",0.4\n')
    more, _ = read_all(path, reading.state)
    assert (points["loss"], more["loss"]) == ([(0, 1, 0.5)], [(0, 2, 0.4)])


def test_last_line(tmp_path: Path) -> None:
    """A last line without its end waits for the rest, until the run is over."""
    path = written(tmp_path, "step,loss\n1,0.5\n2,0.4")
    points, reading = read_all(path)
    assert points["loss"] == [(0, 1, 0.5)]
    assert read_table(path, reading.state).batches == []
    assert read_all(path, reading.state, final=True)[0]["loss"] == [(0, 2, 0.4)]


def test_rewritten_shorter(tmp_path: Path) -> None:
    """A file written anew with other content is read from its beginning, and said to be."""
    path = written(tmp_path, "step,loss\n1,0.5\n2,0.4\n3,0.3\n")
    state = read_all(path)[1].state
    written(tmp_path, "step,loss\n1,0.9\n")
    reading = read_table(path, state)
    assert reading.rewritten
    assert [list(batch.values) for batch in reading.batches] == [[0.9]]


def test_rewritten_with_more_columns(tmp_path: Path) -> None:
    """A logger that writes all rows again under a longer header is read from the beginning."""
    path = written(tmp_path, "step,loss\n1,0.5\n2,0.4\n")
    state = read_all(path)[1].state
    written(tmp_path, "step,loss,val_loss\n1,0.5,\n2,0.4,0.6\n3,0.3,\n")
    reading = read_table(path, state)
    assert reading.rewritten
    assert {batch.name: list(batch.values) for batch in reading.batches} == {"loss": [0.5, 0.4, 0.3], "val_loss": [0.6]}


@pytest.mark.parametrize("by_rename", [False, True])
def test_array_rewritten(tmp_path: Path, by_rename: bool) -> None:
    """An array that is rewritten with more entries gives only the new ones, in place or by rename."""
    entries = [{"epoch": n, "main/loss": 1 / n} for n in (1, 2, 3)]
    path = written(tmp_path, json.dumps(entries[:2], indent=4), "log")
    points, reading = read_all(path)
    if by_rename:
        written(tmp_path, json.dumps(entries, indent=4), "new").rename(path)
    else:
        written(tmp_path, json.dumps(entries, indent=4), "log")
    after = read_table(path, reading.state)
    assert not after.rewritten
    assert len(points["main/loss"]) == 2
    assert [list(batch.steps) for batch in after.batches] == [[3]]


def test_array_while_it_is_written(tmp_path: Path) -> None:
    """An array caught half written changes nothing; when whole again, reading goes on."""
    entries = [{"epoch": n, "main/loss": 1 / n} for n in (1, 2, 3)]
    path = written(tmp_path, json.dumps(entries[:2], indent=4), "log")
    state = read_all(path)[1].state
    whole = json.dumps(entries, indent=4)
    for length in (0, 1, 30, 60):
        written(tmp_path, whole[:length], "log")
        reading = read_table(path, state)
        assert (reading.batches, reading.rewritten) == ([], False)
        state = reading.state
    written(tmp_path, whole, "log")
    assert [list(batch.steps) for batch in read_table(path, state).batches] == [[3]]


def test_what_was_there_before(tmp_path: Path) -> None:
    """Of what a file held before the run only its header is read; rows that say they are older are left out."""
    old = "step,wall_time,loss\n1,1500000000,0.5\n2,1500000001,0.4\n"
    path = written(tmp_path, old + "3,1500000002,0.3\n4,1600000000,0.2\n")
    assert values(path, begin=len(old)) == {"loss": [(3, 0.3), (4, 0.2)]}
    assert values(path, since=1.55e9) == {"loss": [(4, 0.2)]}
    far = written(tmp_path, "step,date,loss\n1,2020-01-01 00:00:00,0.5\n2,2020-01-05 00:00:00,0.4\n", "far.csv")
    assert [step for step, _ in values(far, since=1578182400.0 + 6 * 3600)["loss"]] == [2]
    lines = [json.dumps({"step": step, "loss": 1 / step}) + "\n" for step in (1, 2, 3)]
    path = written(tmp_path, "".join(lines), "metrics.jsonl")
    assert [step for step, _ in values(path, begin=len(lines[0] + lines[1]))["loss"]] == [3]
    array = json.dumps([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.4}], indent=1)
    path = written(tmp_path, array, "log")
    assert values(path, begin=array.index("}") + 1) == {"loss": [(2, 0.4)]}


@pytest.mark.parametrize(
    "text",
    [
        "id,text,label\n1,good,1\n2,bad,0\n",
        "image_id,score\n7,0.5\n8,0.25\n",
        "sepal_length,sepal_width,species\n5.1,3.5,setosa\n",
        "5.1,3.5,1.4\n4.9,3.0,1.4\n",
        '{"prompt": "' + "x" * 300 + '", "step": 1, "reward": 0.5}\n',
        '{\n "learning_rate": 0.1,\n "num_layers": 3\n}\n',
        '[{"image": "a.png", "loss": 0.5}]',
        "one line of words\nand another\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "x,y\n1,2\n",
    ],
)
def test_not_metrics(tmp_path: Path, text: str | bytes) -> None:
    """Data, predictions, settings, words and pictures are told apart from metrics by their content."""
    points, reading = read_all(written(tmp_path, text), final=True)
    assert points == {}
    assert reading.trouble == NOT_METRICS
    assert read_table(tmp_path / "metrics.csv", reading.state).trouble == NOT_METRICS


def test_too_early_to_tell(tmp_path: Path) -> None:
    """An empty file, or one with a header alone, is looked at again when it has grown."""
    path = written(tmp_path, "")
    for text in ("", "step", "step,loss", "step,loss\n", "step,loss\n1"):
        path.write_text(text)
        reading = read_table(path, {})
        assert (reading.batches, reading.trouble) == ([], None)
    path.write_text("step,loss\n1,0.5\n")
    assert values(path) == {"loss": [(1, 0.5)]}


def test_long_lines(tmp_path: Path) -> None:
    """A line longer than a call may read is passed over."""
    lines = [json.dumps({"step": 1, "loss": 1}), json.dumps({"step": 2, "x": "y" * 20_000}), '{"step": 3, "loss": 3}']
    path = written(tmp_path, "\n".join(lines) + "\n", "metrics.jsonl")
    assert values(path, limit=4096) == {"loss": [(1, 1), (3, 3)]}


CELLS = st.one_of(
    st.floats().map(repr),
    st.integers(-9, 99).map(str),
    st.sampled_from(["", "nan", "a", '"b,c"', '"', "\0", "é", "1_0"]),
)
TABLES = st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=12).map("\n".join)
JSONS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["step", "loss", "epoch", "iter", "mode", "time", "a/b", ""]), inner, max_size=4
        ),
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=120)
@given(
    st.one_of(
        st.binary(max_size=200),
        TABLES.map(lambda text: "step,loss,time,epoch\n" + text).map(str.encode),
        st.lists(JSONS, max_size=6).map(lambda rows: "\n".join(map(json.dumps, rows)).encode()),
        st.lists(JSONS, max_size=6).map(lambda rows: json.dumps(rows, indent=1).encode()),
    ),
    st.integers(0, 200),
    st.integers(0, 60),
    st.booleans(),
)
def test_any_bytes(content: bytes, cut: int, begin: int, final: bool) -> None:
    """Whatever a file holds, and wherever it is cut and goes on, reading it raises nothing and comes to an end."""
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), content[:cut])
        _, reading = read_all(path, limit=1, begin=begin)
        written(Path(folder), content)
        read_all(path, reading.state, limit=1, begin=begin, final=final)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=30), st.lists(st.integers(0, 600), max_size=6), st.data()
)
def test_however_it_grows(losses: list[float], cuts: list[int], data: st.DataObject) -> None:
    """However a table grows, its points are those of one reading at the end."""
    rows = [{"step": step, "loss": loss} for step, loss in enumerate(losses)]
    text = data.draw(
        st.sampled_from(
            [
                "step,loss\n" + "".join(f"{row['step']},{row['loss']!r}\n" for row in rows),
                "".join(json.dumps(row) + "\n" for row in rows),
                json.dumps(rows, indent=1),
            ]
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        path, collected = Path(folder, "metrics"), []
        state: State = {}
        for end in [*sorted(cuts), len(text)]:
            path.write_text(text[:end])
            points, reading = read_all(path, state)
            collected += points.get("loss", [])
            state = reading.state
        assert collected == [(0, float(step), loss) for step, loss in enumerate(losses)]


def test_nothing_there(tmp_path: Path) -> None:
    """A file that is not there, or a folder in its place, gives nothing."""
    assert read_table(tmp_path / "none", {}).batches == []
    assert read_table(tmp_path, {}).batches == []
