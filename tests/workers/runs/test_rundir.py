"""The run directory: ids, attempts, and files that are whole or not there."""

import json
import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.runs import rundir


def test_ids() -> None:
    """An id is the local start time and four characters that tell runs of one second apart."""
    now = time.time()
    found = {rundir.new_id(now) for _ in range(50)}
    assert len(found) > 45
    for one in found:
        assert re.fullmatch(r"\d{6}-\d{6}-[a-z2-7]{4}", one)
        assert one.startswith(time.strftime("%y%m%d-%H%M%S-", time.localtime(now)))


def test_latest_attempt(tmp_path: Path) -> None:
    """The newest attempt by number, not by name; strange names are passed over."""
    assert rundir.latest_attempt(tmp_path / "none") == 0
    for name in ("attempt-2", "attempt-10", "attempt-x", "attempt-²", "attempt-", "log"):
        (tmp_path / name).mkdir()
    assert rundir.latest_attempt(tmp_path) == 10


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_nothing(raw: bytes) -> None:
    """Reading a JSON file never raises, whatever is in it."""
    path = Path("/dev/shm" if Path("/dev/shm").is_dir() else "/tmp") / f"machiai-test-{os.getpid()}.json"
    path.write_bytes(raw)
    try:
        assert isinstance(rundir.read_json(path), dict | None)
    finally:
        path.unlink()


def test_no_text_in_a_record(tmp_path: Path) -> None:
    """File names that are no text are written with question marks, and can be read again."""
    rundir.write_json(tmp_path / "a.json", {"cwd": os.fsdecode(b"/\xff"), "name": "学習"})
    assert rundir.read_json(tmp_path / "a.json") == {"cwd": "/?", "name": "学習"}
    rundir.reserve_exit(tmp_path)
    rundir.write_exit(tmp_path, {"not_started": os.fsdecode(b"\xff")})
    assert rundir.read_json(tmp_path / rundir.EXIT) == {"not_started": "?"}


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Where the file cannot be put in its place, the temporary one is taken away and the old one stays."""
    (tmp_path / "beat.json").mkdir()
    with pytest.raises(OSError):
        rundir.write_json(tmp_path / "beat.json", {})
    assert os.listdir(tmp_path) == ["beat.json"]


@pytest.mark.parametrize("size", [1, 5000, 8100, 8192, 20_000])
def test_exit_records_of_any_size(tmp_path: Path, size: int) -> None:
    """A record fits into the space set aside, or is written beside it; nothing of the filling is left."""
    rundir.reserve_exit(tmp_path)
    rundir.write_exit(tmp_path, {"line": "x" * size})
    assert json.loads((tmp_path / rundir.EXIT).read_text()) == {"line": "x" * size}
    assert (tmp_path / rundir.EXIT).read_bytes().endswith(b"}\n")


def test_stop_requests_in_order(tmp_path: Path) -> None:
    """Who asked to stop comes oldest first, and a half file is passed over."""
    (tmp_path / "stop-2-SIGTERM.json").write_text('{"at": 2}')
    (tmp_path / "stop-1-SIGINT.json").write_text('{"at": 1}')
    (tmp_path / "stop-3-SIGKILL.json").write_text("{")
    assert [one["at"] for one in rundir.stop_requests(tmp_path)] == [1, 2]


def test_sweep(tmp_path: Path) -> None:
    """What an old launch left unfinished goes; one that is going on, and runs, stay."""
    for name in (".new-old", ".new-young", "261121-140000-aaaa"):
        (tmp_path / name / "attempt-1").mkdir(parents=True)
    os.utime(tmp_path / ".new-old", (1000.0, 1000.0))
    os.utime(tmp_path / ".new-young", (9000.0, 9000.0))
    os.utime(tmp_path / "261121-140000-aaaa", (1000.0, 1000.0))
    rundir.sweep(tmp_path, 10_000.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".new-young", "261121-140000-aaaa"]
