"""What is read at once of a log that grew for hours: each part has the moment at which it was written."""

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store import curves, logs, series
from store.progress import marks_of, read_progress
from store.settings import Settings
from tests.fakes.run_directory import leave_run
from workers.ingest import Ingester
from workers.machine import processes
from workers.moments import PARTS, Backlog, find_backlog
from workers.runs import rundir

HOUR = 3600.0
NOW = 1_790_000_000.0


@pytest.fixture(name="living")
def _living() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives, whatever it does."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def leave_running(
    settings: Settings, process: "subprocess.Popen[bytes]", log: bytes, *, hours: float, attached: bool = True
) -> tuple[str, Path]:
    """The directory of a run that has been going on for so long, as far as its beat says; its id and its log."""
    now = time.time()
    beat = {
        "host": os.uname().nodename,
        "boot_id": processes.boot_id(),
        "pid": process.pid,
        "start_ticks": processes.start_ticks(process.pid),
        "started": now - hours * HOUR,
        "at": now,
    }
    engine: dict[str, Any] = {"engine": rundir.ATTACHED} if attached else {}
    run_id = leave_run(
        settings.runs_folder, ended=None, created=now, log=log, host=os.uname().nodename, beat=beat, **engine
    )
    return run_id, settings.runs_folder / run_id / "attempt-1" / "log"


def steps(first: int, last: int, total: int) -> bytes:
    """Lines without any time on them."""
    return b"".join(b"step %d/%d loss %.4f\n" % (n, total, 1 / n) for n in range(first, last + 1))


class TestBacklog:
    """Bytes between two moments that are known."""

    def test_parts_end_with_lines_and_have_moments_by_their_place(self) -> None:
        """Nothing is lost or repeated, moments rise evenly, the last is that of the file."""
        data = steps(1, 5000, 10000)
        backlog = Backlog(0, NOW - 1000, len(data), NOW)
        parts = list(backlog.cut(data, 0, NOW))
        assert b"".join(part for _, part in parts) == data
        assert all(part.endswith(b"\n") for _, part in parts)
        assert PARTS / 2 < len(parts) <= PARTS
        moments = [moment for moment, _ in parts]
        assert moments == sorted(moments)
        assert moments[-1] == NOW
        assert abs(moments[len(moments) // 2] - (NOW - 500)) < 20

    def test_a_few_lines_of_a_slow_job_are_kept_apart(self) -> None:
        """One line a minute: three lines are three moments."""
        parts = list(Backlog(0, NOW - 180, 30, NOW).cut(b"step 1/99\nstep 2/99\nstep 3/99\n", 0, NOW))
        assert [round(moment - NOW) for moment, _ in parts] == [-120, -60, 0]

    def test_bars_are_cut_where_they_are_drawn_anew(self) -> None:
        """A log of carriage returns alone has parts too, and one without any line end is one."""
        data = b"\r".join(b"%3d%%|#####| %d/100" % (n, n) for n in range(100)) + b"\r"
        assert len(list(Backlog(0, NOW - 100, len(data), NOW).cut(data, 0, NOW))) > 50
        assert list(Backlog(0, NOW - 100, 50, NOW).cut(b"x" * 50, 0, NOW)) == [(NOW, b"x" * 50)]

    def test_what_came_within_a_moment_has_one(self) -> None:
        """Also what came since the last look, though the line before it is old."""
        assert list(Backlog(0, NOW - 1, 20, NOW).cut(b"step 1\nstep 2\n", 0, NOW)) == [(NOW, b"step 1\nstep 2\n")]

    def test_what_was_there_before_the_job_is_not_spread(self) -> None:
        """Bytes before the job's own part have the moment of its start."""
        backlog = Backlog(1000, NOW - 100, 2000, NOW)
        assert backlog.moment(500, NOW) == NOW - 100
        assert backlog.moment(1500, NOW) == NOW - 50


class TestWhatIsKnown:
    """From where on, and since when."""

    def test_at_first_since_the_start_and_later_since_the_last_output(self, tmp_path: Path) -> None:
        """A cursor that has read nothing asks for the origin; a look that left nothing is better than an old line."""
        log = tmp_path / "log"
        log.write_bytes(b"x" * 100)
        os.utime(log, (NOW, NOW))
        fresh = logs.Cursor(str(log))
        assert find_backlog(log, fresh) == Backlog(0, None, 100, NOW)
        assert find_backlog(log, fresh, origin=lambda: (10, NOW - 60)) == Backlog(10, NOW - 60, 100, NOW)
        read = logs.Cursor(str(log), offset=40, last_output=NOW - 30)
        assert find_backlog(log, read) == Backlog(40, NOW - 30, 100, NOW)
        assert find_backlog(log, read, looked=NOW - 1) == Backlog(40, NOW - 1, 100, NOW)

    def test_a_log_that_was_cut_or_is_gone(self, tmp_path: Path) -> None:
        """What is there after a cut is new from its first byte; of nothing, nothing is told."""
        log = tmp_path / "log"
        log.write_bytes(b"x" * 10)
        os.utime(log, (NOW, NOW))
        read = logs.Cursor(str(log), offset=40, last_output=NOW - 30)
        assert find_backlog(log, read) == Backlog(0, NOW - 30, 10, NOW)
        assert not find_backlog(tmp_path / "none", read).is_long


def dated(moments: list[float], *, zone: str = "") -> bytes:
    """A line at each of those moments, that begins with it."""
    lines = []
    for number, moment in enumerate(moments, 1):
        clock = time.gmtime(moment) if zone else time.localtime(moment)
        lines.append(f"{time.strftime('%Y-%m-%d %H:%M:%S', clock)}{zone} step {number}/{len(moments)} loss 0.5\n")
    return "".join(lines).encode()


class TestLinesWithDates:
    """Whoever writes the time before each line is believed."""

    @pytest.mark.parametrize("zone", ["", "Z"])
    def test_a_log_that_grew_unevenly(self, tmp_path: Path, zone: str) -> None:
        """The moments of the parts are those of their lines, though most of the bytes came in the last hour."""
        moments = [NOW - 10 * HOUR + 360 * n for n in range(90)] + [NOW - HOUR + 6 * n for n in range(600)]
        log = tmp_path / "log"
        log.write_bytes(dated(moments, zone=zone))
        os.utime(log, (NOW, NOW))
        found = find_backlog(log, logs.Cursor(str(log)), origin=lambda: (0, NOW - 10 * HOUR))
        assert found.stamped
        parts = list(found.cut(log.read_bytes(), 0, NOW))
        seen = 0
        for moment, part in parts:
            seen += part.count(b"\n")
            assert moment == pytest.approx(moments[seen - 1], abs=1.0)
        assert seen == len(moments)

    def test_a_clock_of_elsewhere(self, tmp_path: Path) -> None:
        """Dates that do not fit when the log was written, as of a container in another zone, are not believed."""
        log = tmp_path / "log"
        log.write_bytes(dated([NOW - 9 * HOUR - 10 * n for n in range(100, 0, -1)]))
        os.utime(log, (NOW, NOW))
        found = find_backlog(log, logs.Cursor(str(log)), origin=lambda: (0, NOW - 10 * HOUR))
        assert not found.stamped
        moments = [moment for moment, _ in found.cut(log.read_bytes(), 0, NOW)]
        assert moments[-1] == pytest.approx(NOW, abs=60)

    def test_dates_that_run_backwards(self) -> None:
        """Of several writers the moments never fall, and one out of all bounds is passed over."""
        data = dated([NOW - 900, NOW - 950, NOW - 9e6, NOW - 800, NOW])
        backlog = Backlog(0, NOW - 1000, len(data), NOW, stamped=True)
        moments = [moment for moment, _ in backlog.cut(data, 0, NOW)]
        assert moments == sorted(moments)
        assert moments[0] == pytest.approx(NOW - 900, abs=1.0)
        assert min(moments) >= NOW - 1000


class TestCatchingUp:
    """The ingester, on logs that grew while nobody looked."""

    @pytest.mark.parametrize("attached", [True, False])
    def test_time_left_after_three_hours(
        self, journal: sqlite3.Connection, settings: Settings, living: "subprocess.Popen[bytes]", attached: bool
    ) -> None:
        """Read for the first time after 3 h, the time left is right within 15 %, and the points lie in those hours."""
        run_id, _ = leave_running(settings, living, steps(1, 3000, 9000), hours=3, attached=attached)
        ingester = Ingester(journal, settings)
        ingester.tick()
        ingester.tick()
        found = read_progress(journal, run_id)
        assert found is not None
        assert found.eta_at is not None
        assert (found.done, found.total) == (3000, 9000)
        assert abs(found.eta_at - time.time() - 6 * HOUR) < 0.15 * 6 * HOUR
        (loss,) = series.list_series(journal, run_id)
        points = curves.read_points(journal, loss.id)
        spread = points.times[-1] - points.times[0]
        assert abs(spread - 3 * HOUR) < 0.02 * 3 * HOUR

    def test_a_job_that_prints_once_a_minute(
        self, journal: sqlite3.Connection, settings: Settings, living: "subprocess.Popen[bytes]"
    ) -> None:
        """Its few lines are enough: right within 15 %."""
        run_id, _ = leave_running(settings, living, steps(1, 120, 400), hours=2)
        Ingester(journal, settings).tick()
        found = read_progress(journal, run_id)
        assert found is not None
        assert found.eta_at is not None
        assert abs(found.eta_at - time.time() - 280 * 60) < 0.15 * 280 * 60

    def test_an_absence_in_the_middle(
        self, journal: sqlite3.Connection, settings: Settings, living: "subprocess.Popen[bytes]"
    ) -> None:
        """A daemon that comes back after an hour goes on from the last line it had read."""
        run_id, log = leave_running(settings, living, steps(1, 1000, 9000), hours=2)
        os.utime(log, (time.time() - HOUR, time.time() - HOUR))
        Ingester(journal, settings).tick()
        with log.open("ab") as file:
            file.write(steps(1001, 2000, 9000))
        Ingester(journal, settings).tick()
        marks = marks_of(journal, run_id, 1)
        at = {done: moment for moment, done, _ in marks}
        assert abs(at[1000] - (time.time() - HOUR)) < 60
        middle = min(at, key=lambda done: abs(done - 1500))
        assert abs(at[middle] - (time.time() - HOUR / 2)) < 120

    def test_a_reader_killed_half_way_goes_on_with_the_same_clock(
        self, journal: sqlite3.Connection, settings: Settings, living: "subprocess.Popen[bytes]"
    ) -> None:
        """What was not read by then is not taken for new."""
        data = steps(1, 150_000, 300_000)
        run_id, log = leave_running(settings, living, data, hours=4)

        class Killed(BaseException):
            """As `kill -9` between two commits."""

        beats = []

        def die() -> None:
            beats.append(1)
            if len(beats) == 3:
                raise Killed

        with pytest.raises(Killed):
            Ingester(journal, settings, beat=die).tick()
        cursor = logs.read_cursor(journal, run_id, 1, str(log))
        assert 0 < cursor.offset < len(data)
        Ingester(journal, settings).tick()
        at = {done: moment for moment, done, _ in marks_of(journal, run_id, 1)}
        late = min(at, key=lambda done: abs(done - 125_000))
        assert abs(at[late] - (time.time() - 4 * HOUR * (1 - late / 150_000))) < 300

    def test_times_in_lines_go_before(
        self, journal: sqlite3.Connection, settings: Settings, living: "subprocess.Popen[bytes]"
    ) -> None:
        """A line that says when it was written is believed."""
        moment = time.time() - 2 * HOUR
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
        log = b"".join(b"%s,000 INFO step %d/90 loss %.4f\n" % (stamp.encode(), n, 1 / n) for n in range(1, 31))
        run_id, _ = leave_running(settings, living, log, hours=3)
        Ingester(journal, settings).tick()
        (loss,) = series.list_series(journal, run_id)
        points = curves.read_points(journal, loss.id)
        assert all(abs(one - moment) < 2 for one in points.times)
