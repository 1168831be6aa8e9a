"""How full disks are, when they will be, and one that does not answer."""

import os
import random
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.machine.disks import DAY, HOUR, Disks, foresee, places_of

NOW = 1_800_000_000.0
GIB = float(1 << 30)
MOUNTS = """\
1 1 259:1 / / rw - ext4 /dev/nvme0n1p2 rw
2 1 0:40 /home /data rw - btrfs /dev/sdb1 rw,subvol=/data
3 1 0:41 /home /data/home\\040dir rw - btrfs /dev/sdb1 rw,subvol=/home
4 1 0:22 / /dev/shm rw - tmpfs tmpfs rw
5 1 0:23 / /tmp rw shared:5 master:1 - tmpfs tmpfs rw
6 1 0:50 / /net rw - nfs4 server:/export rw
7 1 259:9 / /dev/shm rw - tmpfs tmpfs rw
"""
ANSWER = os.statvfs_result((4096, 4096, 1000, 500, 400, 77, 70, 60, 0, 255))


def line(hours: float, rate: float, start: float = 500 * GIB, step: float = 60.0) -> list[tuple[float, float]]:
    """Free bytes that change by ``rate`` a second, up to now."""
    count = int(hours * HOUR / step)
    return [(NOW - (count - n) * step, start + rate * n * step) for n in range(count + 1)]


class TestForeseeing:
    """Days to full, from the history of free bytes."""

    def test_a_steady_fall(self) -> None:
        """10 GiB an hour with 260 GiB left: full in 26 hours."""
        trend = foresee(line(24, -10 * GIB / HOUR), NOW)
        assert trend is not None
        assert trend.per_day == pytest.approx(240 * GIB)
        assert trend.full_at == pytest.approx(NOW + 26 * HOUR)

    @pytest.mark.parametrize("rate", [0.0, 5 * GIB / HOUR])
    def test_one_that_does_not_shrink(self, rate: float) -> None:
        """Level or growing free space has no end."""
        assert foresee(line(24, rate), NOW) is None

    def test_less_than_an_hour(self) -> None:
        """Below an hour of history nothing is said; from an hour on it is."""
        assert foresee(line(0.9, -GIB / HOUR), NOW) is None
        assert foresee(line(1.0, -GIB / HOUR), NOW) is not None
        assert foresee([], NOW) is None

    def test_only_the_last_day_counts(self) -> None:
        """What fell last week and has been level since does not fill up."""
        old = [(moment - 2 * DAY, free) for moment, free in line(48, -10 * GIB / HOUR)]
        assert foresee(old + line(24, 0.0, start=20 * GIB), NOW) is None
        assert foresee(old, NOW) is None

    def test_bursts_and_clean_ups(self) -> None:
        """Checkpoints that are written and rotated, and one old folder deleted, leave the trend what it is."""
        rng = random.Random(4)
        points = []
        for moment, free in line(24, -4 * GIB / HOUR):
            saw = (moment % (2 * HOUR)) / (2 * HOUR) * 6 * GIB
            points.append(
                (moment, free - saw + rng.gauss(0, 0.2 * GIB) + (40 * GIB if moment < NOW - 22 * HOUR else 0))
            )
        trend = foresee(points, NOW)
        assert trend is not None
        assert trend.per_day == pytest.approx(96 * GIB, rel=0.15)

    def test_centuries_are_not_foreseen(self) -> None:
        """A few bytes a day on a large disk are no news."""
        assert foresee(line(24, -100.0, start=10_000 * GIB), NOW) is None

    def test_it_is_quick(self) -> None:
        """A day of seconds takes less than a tenth of a second."""
        points = line(24, -GIB / HOUR, step=1.0)
        began = time.thread_time()
        foresee(points, NOW)
        assert time.thread_time() - began < 0.3

    @given(st.lists(st.tuples(st.floats(0, DAY), st.floats(0, 1e15)), max_size=60))
    def test_any_history(self, history: list[tuple[float, float]]) -> None:
        """Whatever the history, the answer is none, or in the future and of a disk that fills."""
        trend = foresee(sorted((NOW - age, free) for age, free in history), NOW)
        assert trend is None or (trend.per_day > 0 and trend.full_at >= NOW - DAY)


@pytest.fixture(name="mounts")
def _mounts(tmp_path: Path) -> Path:
    """A table of mounts."""
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS)
    return path


class TestMeasuring:
    """Asking filesystems."""

    def test_each_filesystem_once(self, mounts: Path) -> None:
        """Volumes of one disk are one entry with both labels; two memory filesystems are two."""
        disks = Disks(statvfs=lambda _: ANSWER, mounts=mounts)
        places = {"/data/x": "home", "/data/home dir/y": "run folder", "/dev/shm": "shared memory", "/tmp": "temporary"}
        found = disks.measure({**places, "/data/z": "run folder"})
        assert [(one["path"], one["label"], one["device"]) for one in found] == [
            ("/data", "home, run folder", "/dev/sdb1"),
            ("/dev/shm", "shared memory", "tmpfs"),
            ("/tmp", "temporary", "tmpfs"),
        ]
        assert found[0]["filesystem"] == "btrfs"
        assert (found[0]["total"], found[0]["free"], found[0]["inodes_free"]) == (4096000, 1638400, 60)

    def test_what_is_not_there(self, mounts: Path, tmp_path: Path) -> None:
        """A path that does not exist is left out; without a table of mounts each path stands for itself."""
        found = Disks(mounts=tmp_path / "nothing").measure({str(tmp_path): "home", "/no/such/folder": "run folder"})
        assert [(one["path"], one["label"], one["device"]) for one in found] == [(str(tmp_path), "home", None)]
        assert found[0]["total"] >= found[0]["free"] > 0

    def test_one_that_may_not_be_asked(self, mounts: Path) -> None:
        """Its reason is said, and it has no figures."""

        def refuse(_: str) -> os.statvfs_result:
            raise PermissionError(13, "Permission denied")

        (disk,) = Disks(statvfs=refuse, mounts=mounts).measure({"/net/x": "run folder"})
        assert (disk["path"], disk["total"], disk["free"], disk["inodes_free"]) == ("/net", None, None, None)
        assert disk["note"] == "cannot be asked: Permission denied"

    def test_one_that_does_not_answer(self, mounts: Path) -> None:
        """The others are measured; it is asked once and not again until it has answered."""
        release, asked = threading.Event(), []

        def hang(path: str) -> os.statvfs_result:
            asked.append(path)
            if path.startswith("/net") and not release.wait(30):
                raise TimeoutError
            return ANSWER

        disks = Disks(statvfs=hang, mounts=mounts, patience=0.1)
        places = {"/net/runs": "run folder", "/data": "home"}
        for _ in range(3):
            hung, well = disks.measure(places)
            assert (hung["path"], hung["free"], hung["note"]) == ("/net", None, "the filesystem does not answer")
            assert well["free"] == 1638400
        assert asked.count("/net/runs") == 1
        release.set()
        deadline = time.monotonic() + 10
        while disks.measure(places)[0]["free"] is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert disks.measure(places)[0]["note"] is None

    def test_this_machine(self, tmp_path: Path) -> None:
        """The real table of mounts and the real filesystems."""
        found = Disks().measure(places_of(tmp_path / "runs", Path.home(), [str(tmp_path)]))
        assert found
        assert all(one["total"] > 0 and one["filesystem"] for one in found)
        assert len({one["path"] for one in found}) == len(found)
        assert any("home" in one["label"] for one in found)
