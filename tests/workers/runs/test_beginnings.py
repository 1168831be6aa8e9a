"""Where in a log the part of one job begins."""

import os
import time
from pathlib import Path

import pytest

from workers.runs.beginnings import find_beginning

OLD = """\
Loading data
epoch 1 loss 0.5
Traceback (most recent call last):
  File "train.py", line 9, in <module>
RuntimeError: CUDA out of memory
"""
NEW = "Loading data\nBuilding the model\nepoch 1 loss 0.4\nepoch 2 loss 0.3\n"


def open_log(path: Path, flags: int) -> int:
    """Open a file for writing, as a job would."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | flags)


def test_a_file_that_was_emptied_is_the_jobs(tmp_path: Path) -> None:
    """Not opened for appending: all of it, however old the file's name is."""
    log = tmp_path / "log"
    log.write_text(NEW)
    descriptor = open_log(log, 0)
    found = find_beginning(log, pid=os.getpid(), descriptor=descriptor, started=time.time() + 3600)
    os.close(descriptor)
    assert (found.offset, found.note) == (0, None)


def test_a_file_made_for_the_job_is_the_jobs(tmp_path: Path) -> None:
    """Opened for appending and no older than the job."""
    log = tmp_path / "log"
    log.write_text(NEW)
    descriptor = open_log(log, os.O_APPEND)
    found = find_beginning(log, pid=os.getpid(), descriptor=descriptor, started=time.time())
    os.close(descriptor)
    assert found.offset == 0


def test_an_earlier_launch_is_told_apart(tmp_path: Path) -> None:
    """Where the log is older and shows where a launch ended and another began."""
    log = tmp_path / "log"
    banner = "nohup: ignoring input\n"
    log.write_text(banner + OLD + banner + NEW)
    found = find_beginning(log, pid=os.getpid(), descriptor=None, started=time.time() + 3600)
    if found.offset == 0:
        pytest.skip("this filesystem does not keep when a file was made")
    assert found.offset == len(banner + OLD)
    assert "earlier launches" in str(found.note)


def test_an_older_file_that_tells_nothing(tmp_path: Path) -> None:
    """Then it is not guessed."""
    log = tmp_path / "log"
    log.write_text("loss 1\nloss 2\n")
    found = find_beginning(log, pid=os.getpid(), descriptor=None, started=time.time() + 3600)
    if found.offset == 0:
        pytest.skip("this filesystem does not keep when a file was made")
    assert found.offset is None
    assert "older than the job" in str(found.note)


def test_no_file(tmp_path: Path) -> None:
    """Nothing is known of a file that is not there."""
    assert find_beginning(tmp_path / "none", pid=os.getpid(), descriptor=None, started=0.0).offset is None
