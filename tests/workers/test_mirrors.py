"""The log file of an attached job when its name changes or goes."""

import os
import subprocess
from pathlib import Path

import pytest

from workers.mirrors import CHECK_SECONDS, Mirrors, file_id
from workers.runs import rundir


class Time:
    """A clock that is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Time:
    """A clock that is set."""
    return Time()


@pytest.fixture(name="mirrors")
def _mirrors(clock: Time) -> Mirrors:
    """A daemon's."""
    return Mirrors(clock=clock)


def link(tmp_path: Path, job: Path, kind: str = "file", pid: int | None = None) -> Path:
    """An attempt folder whose log is that file, which a process has open: this one, where no other is named."""
    folder = tmp_path / "attempt-1"
    folder.mkdir()
    if kind == "file":
        (folder / rundir.LOG).symlink_to(job)
    source = {"kind": kind, "path": str(job), "pid": pid or os.getpid(), "file_id": file_id(job.stat())}
    rundir.write_json(folder / rundir.SOURCE, source)
    return folder


def test_a_file_that_stays_is_only_linked(tmp_path: Path, mirrors: Mirrors) -> None:
    """Nothing is copied while the job's own file can be read."""
    job = tmp_path / "job.log"
    job.write_text("a\n")
    folder = link(tmp_path, job)
    assert not mirrors.follow(folder)
    assert (folder / rundir.LOG).is_symlink()
    mirrors.forget(folder)


def test_a_deleted_file_is_copied_to_its_last_byte(tmp_path: Path, mirrors: Mirrors, clock: Time) -> None:
    """Also what was written after the last look, by a job that has gone since; with the time it was written at."""
    job = tmp_path / "job.log"
    with job.open("w") as file:
        file.write("a\n")
        file.flush()
        folder = link(tmp_path, job)
        assert not mirrors.follow(folder)
        job.unlink()
        clock.now += CHECK_SECONDS
        assert mirrors.follow(folder)
        file.write("b\n")
        file.flush()
        os.utime(file.fileno(), (1e9, 1e9))
    assert mirrors.follow(folder)
    log = folder / rundir.LOG
    assert (log.read_text(), log.stat().st_mtime) == ("a\nb\n", 1e9)
    mirrors.forget(folder)
    assert Mirrors().follow(folder)  # for a daemon that comes later it is a copy too
    assert log.read_text() == "a\nb\n"


def test_a_copy_goes_on_where_it_was(tmp_path: Path) -> None:
    """Another daemon appends what is missing; a file that was cut short is copied anew."""
    job = tmp_path / "job.log"
    with job.open("w+") as file:
        file.write("first\n")
        file.flush()
        folder = link(tmp_path, job, "deleted")
        job.unlink()
        assert Mirrors().follow(folder)
        file.write("second\n")
        file.flush()
        second = Mirrors()
        assert second.follow(folder)
        assert (folder / rundir.LOG).read_text() == "first\nsecond\n"
        file.seek(0)
        file.truncate()
        file.write("new\n")
        file.flush()
        assert second.follow(folder)
        assert (folder / rundir.LOG).read_text() == "new\n"
        second.forget(folder)


def test_a_rotated_file_is_followed(tmp_path: Path, mirrors: Mirrors, clock: Time) -> None:
    """The job goes on writing to what has another name now: the link goes there."""
    job = tmp_path / "job.log"
    with job.open("w") as file:
        folder = link(tmp_path, job)
        mirrors.follow(folder)
        job.rename(tmp_path / "job.log.1")
        job.write_text("of somebody else\n")
        file.write("mine\n")
        file.flush()
        clock.now += CHECK_SECONDS
        assert not mirrors.follow(folder)
        assert (folder / rundir.LOG).readlink() == tmp_path / "job.log.1"
        assert (folder / rundir.LOG).read_text() == "mine\n"
        mirrors.forget(folder)


def test_a_file_that_was_replaced_is_read_under_its_name(tmp_path: Path, mirrors: Mirrors, clock: Time) -> None:
    """Where nobody has the old one open any more, the new one of that name is the log."""
    job = tmp_path / "job.log"
    job.write_text("old\n")
    with subprocess.Popen(["sleep", "600"]) as stranger:
        folder = link(tmp_path, job, pid=stranger.pid)
        mirrors.follow(folder)
        job.rename(tmp_path / "job.log.1")
        job.write_text("new\n")
        clock.now += CHECK_SECONDS
        assert not mirrors.follow(folder)
        stranger.kill()
    assert (folder / rundir.LOG).read_text() == "new\n"
    job.unlink()  # it is the new one that is held now
    clock.now += CHECK_SECONDS
    assert mirrors.follow(folder)
    assert (folder / rundir.LOG).read_text() == "new\n"
    mirrors.forget(folder)


def test_what_has_gone_for_good_leaves_what_was_copied(tmp_path: Path) -> None:
    """A job that ended while nobody watched: the copy stays as it is."""
    job = tmp_path / "job.log"
    job.write_text("a\n")
    folder = link(tmp_path, job, "deleted")
    job.unlink()
    (folder / rundir.LOG).write_text("a\n")
    assert Mirrors().follow(folder)
    assert (folder / rundir.LOG).read_text() == "a\n"
