"""`machiai export`, as typed in a terminal, and read back by others."""

import csv
import io
import math
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import python
from tests.fakes.command import Machiai

TRAINING = """
for step in range(4):
    print(f"step {step * 10} loss {(1.5, 0.25, float('nan'), float('inf'))[step]} val_acc {step / 4}")
"""
HEAD = ["run", "name", "source", "leg", "step", "time", "value", "unit", "superseded"]


@pytest.fixture(name="trained")
def _trained(machiai: Machiai) -> str:
    """A run that printed four lines of metrics; its id."""
    machiai.call("run", "--name", "学習", "--", *python(TRAINING))
    return str(machiai.show()["id"])


def rows_of(text: str) -> list[dict[str, str]]:
    """CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


class TestCsv:
    """CSV is the default, on stdout."""

    def test_every_point_is_a_row(self, machiai: Machiai, trained: str) -> None:
        """All metrics come with leg, step, time and unit; NaN and infinity as such."""
        done = machiai.call("export", "学習")
        rows = rows_of(done.stdout)
        assert list(rows[0]) == HEAD
        assert {(row["run"], row["source"], row["leg"], row["unit"]) for row in rows} == {(trained, "log", "0", "step")}
        loss = [(row["step"], row["value"]) for row in rows if row["name"] == "loss"]
        assert loss == [("0", "1.5"), ("10", "0.25"), ("20", "nan"), ("30", "inf")]
        assert [float(row["value"]) for row in rows if row["name"] == "val_acc"] == [0, 0.25, 0.5, 0.75]
        assert all(float(row["time"]) > 1.7e9 and row["superseded"] == "false" for row in rows)

    def test_chosen_metrics_only(self, machiai: Machiai, trained: str) -> None:
        """--metric leaves the others out."""
        rows = rows_of(machiai.call("export", trained, "--metric", "val_acc").stdout)
        assert {row["name"] for row in rows} == {"val_acc"}

    def test_into_a_file(self, machiai: Machiai, trained: str, tmp_path: Path) -> None:
        """--out holds what stdout would have shown, and nothing else is left beside it."""
        folder = tmp_path / "out"
        folder.mkdir()
        (folder / "old.csv").write_text("old")
        done = machiai.call("export", trained, "--out", str(folder / "old.csv"))
        assert (folder / "old.csv").read_text() == machiai.call("export", trained).stdout
        assert [path.name for path in folder.iterdir()] == ["old.csv"]
        assert "8 points of 2 series" in done.stderr

    def test_into_a_pipe_of_that_name(self, machiai: Machiai, trained: str) -> None:
        """What is no ordinary file is written to, not replaced."""
        machiai.inside = False  # with a stdout of its own
        done = machiai.call("export", trained, "--out", "/dev/stdout")
        assert len(rows_of(done.stdout)) == 8
        assert machiai.call("export", trained, "--out", "/dev/full").returncode == 1
        assert Path("/dev/full").is_char_device()

    def test_a_resumed_run(self, machiai: Machiai) -> None:
        """Steps that were run again are marked; both are there."""
        code = "for step in (*range(0, 600, 10), *range(300, 900, 10)): print(f'step {step} loss {step / 999}')"
        machiai.call("run", "--", *python(code))
        rows = rows_of(machiai.call("export", "last").stdout)
        assert [row["step"] for row in rows if row["superseded"] == "true"] == [
            str(step) for step in range(300, 600, 10)
        ]
        assert len(rows) == 120


class TestParquet:
    """Parquet, by pyarrow."""

    def test_has_the_same_points(self, machiai: Machiai, trained: str, tmp_path: Path) -> None:
        """The file's suffix chooses it; columns are typed, NaN is a number and not missing."""
        parquet: Any = pytest.importorskip("pyarrow.parquet")
        machiai.call("export", trained, "--out", str(tmp_path / "points.parquet"))
        table = parquet.read_table(tmp_path / "points.parquet")
        assert table.column_names == HEAD
        rows = table.to_pylist()
        text = rows_of(machiai.call("export", trained).stdout)
        assert [(row["name"], row["step"], repr(row["value"])) for row in rows] == [
            (row["name"], float(row["step"]), repr(float(row["value"]))) for row in text
        ]
        assert sum(math.isnan(row["value"]) for row in rows) == 1

    def test_is_loaded_only_when_asked(self, machiai: Machiai, trained: str) -> None:
        """CSV needs no pyarrow; Parquet without it names the way out."""
        argv = machiai.argv("export", trained)
        broken = [word.replace("import sys;", "import sys; sys.modules['pyarrow'] = None;", 1) for word in argv]
        whole = machiai.call("export", trained).stdout
        assert _run(broken, machiai) == (0, whole, "")
        code, _, error = _run([*broken, "--format", "parquet"], machiai)
        assert code == 1
        assert "--format csv" in error


class TestErrors:
    """What cannot be exported is told in a line."""

    def test_a_metric_there_is_not(self, machiai: Machiai, trained: str) -> None:
        """The names that come close are told."""
        done = machiai.call("export", trained, "--metric", "los")
        assert (done.returncode, done.stdout) == (1, "")
        assert "did you mean loss?" in done.stderr

    def test_a_run_without_metrics(self, machiai: Machiai) -> None:
        """Where nothing was read the way to find out why is told."""
        machiai.call("run", "--", "true")
        done = machiai.call("export", "last")
        assert (done.returncode, done.stdout) == (1, "")
        assert "--explain" in done.stderr

    def test_a_run_there_is_not(self, machiai: Machiai, trained: str) -> None:
        """As with every command."""
        assert machiai.call("export", trained + "x").returncode == 1

    @pytest.mark.parametrize("place", ["missing/points.csv", "locked/points.csv"])
    def test_a_place_that_cannot_be_written(self, machiai: Machiai, trained: str, tmp_path: Path, place: str) -> None:
        """The file is named."""
        (tmp_path / "locked").mkdir(mode=0o500)
        if place.startswith("locked") and os.access(tmp_path / "locked", os.W_OK):
            pytest.skip("this user may write everywhere")
        done = machiai.call("export", trained, "--out", str(tmp_path / place))
        assert done.returncode == 1
        assert f"cannot write {tmp_path / place}" in done.stderr


def _run(argv: list[str], machiai: Machiai) -> tuple[int, str, str]:
    done = subprocess.run(argv, env=machiai.environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_the_journal(machiai: Machiai, tmp_path: Path) -> None:
    """With --journal all that is written lies below a folder; what that goes without is said."""
    machiai.call("note", "--title", "学習率", "下げた")
    done = machiai.call("export", "--journal", "out")
    assert done.returncode == 0 and "entries 1, attachments 0" in done.stderr, done.stderr
    (path,) = (tmp_path / "out" / "entries").iterdir()
    assert path.read_text(encoding="utf-8").endswith("下げた\n") and (tmp_path / "out" / "journal.db").is_file()
    done = machiai.call("export", "last", "--journal", "out")
    assert done.returncode == 2 and "go without it" in done.stderr
    done = machiai.call("export")
    assert done.returncode == 2 and "--journal DIR" in done.stderr
