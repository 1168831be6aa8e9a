"""Disks that fail a run: told where it writes, in time, and not before it matters."""

from dataclasses import replace

import pytest

from store import findings
from store.progress import Progress
from tests.workers.alerts.rules.machines import (
    GIB,
    HOST_NAME,
    HOUR,
    NOW,
    OTHER,
    RUN,
    active,
    disk,
    disks,
    no_history,
    see,
)
from workers.alerts.rules.disks import judge_disk

HOME = disk("/home", label="home")


def eta(hours):
    """A run that ends in so many hours."""
    return Progress(1, 10.0, 90.0, "epoch", NOW, eta_at=NOW + hours * HOUR)


def judge(*listed, runs=(RUN,), progress=None, past=None, age=10.0):
    """What the rule says of these disks."""
    reading = disks(*listed, age=age)
    known = findings.find([reading], [], NOW)
    return judge_disk(see(reading, runs=runs, findings=known, progress=progress or {}, past=past), "normal")


def filling(hours, path="/data", **fields):
    """A disk that is full in so many hours."""
    return disk(path, full_at=NOW + hours * HOUR, per_day=600.0 * GIB, **fields)


class TestBeforeEnd:
    """Disks that will be full."""

    @pytest.mark.parametrize(
        ("full", "ends", "told"),
        [(8, 20, True), (8, 6, False), (8, 8.5, False), (8, None, True), (20, None, False), (80, 200, False)],
    )
    def test_which_comes_first(self, full, ends, told):
        """Told when it is full clearly before the run ends; within half a day where nobody knows when that is."""
        found = judge(filling(full), progress={RUN.id: eta(ends)} if ends else {})
        assert bool(active(found)) == told
        for one in found:
            assert (one.run_id, one.subject, one.severity) == (RUN.id, f"disk:{HOST_NAME}:/data", None)
            assert one.facts == {
                "path": "/data",
                "what": "before_end",
                "free": 500 * GIB,
                "total": 1000 * GIB,
                "full_at": NOW + full * HOUR,
                "ends_at": NOW + ends * HOUR if ends else None,
                "name": "resnet-aug",
            }

    def test_when_it_is_near(self):
        """Under three hours it cannot wait for the digest, and is an alert of its own."""
        (near,), (far,) = judge(filling(2)), judge(filling(4))
        assert (near.severity, far.severity) == ("now", None)
        assert near.occasion != far.occasion

    @pytest.mark.parametrize(
        ("free", "told"),
        [
            (lambda ago: (500 + 125 * ago / HOUR) * GIB, True),
            (lambda ago: (500 + 375 * ((ago + 2 * HOUR) // (3 * HOUR))) * GIB, True),
            (lambda ago: (500 if ago < 4 * HOUR else 800) * GIB, False),
        ],
        ids=["steadily", "a checkpoint each three hours, the last one an hour ago", "one large file four hours ago"],
    )
    def test_it_must_still_fill(self, free, told):
        """A slope alone is no trend: what has not filled lately changes nothing, neither told nor over."""
        past = {(f"disk:{HOST_NAME}:/data", "free"): lambda ago: free(ago) if ago < 8 * HOUR else float("nan")}
        (found,) = judge(filling(4), past=past)
        assert found.active is (True if told else None)
        assert bool(found.facts) == told

    def test_another_disk(self):
        """A disk that no run writes to is not told; the disk of a path is the one mounted nearest above it."""
        assert judge(filling(4, "/home"), disk("/data")) == []
        assert judge(filling(4, "/"), disk("/data")) == []
        assert judge(filling(4, "/dat"), disk("/data")) == []
        assert active(judge(filling(4, "/data/cifar-robust"), disk("/data")))

    def test_where_the_command_says(self):
        """Checkpoints go where the command names."""
        run = replace(RUN, argv=["python", "train.py", "--out=/scratch/run7"])
        assert active(judge(filling(4, "/scratch"), disk("/data"), runs=[run]))

    def test_two_runs(self):
        """Of several the one that ends first after it is named, and the alert is of none alone."""
        (found,) = judge(filling(4), runs=[RUN, OTHER], progress={RUN.id: eta(30), OTHER.id: eta(9)})
        assert (found.run_id, found.facts["name"]) == (None, OTHER.name)
        (found,) = judge(filling(4), runs=[RUN, OTHER], progress={RUN.id: eta(30), OTHER.id: eta(2)})
        assert (found.run_id, found.facts["name"]) == (RUN.id, RUN.name)

    def test_without_a_run(self):
        """Nobody waits for it: the page says it."""
        assert judge(filling(4), runs=[]) == []
        assert judge(filling(4), runs=[replace(RUN, state="queued")]) == []


class TestNow:
    """Disks in trouble already."""

    def test_full(self):
        """As good as full: at once where a run writes, else soon; and it is not foreseen as well."""
        (found,) = judge(filling(1, free=GIB))
        assert (found.facts["what"], found.severity) == ("full", "now")
        (found,) = judge(disk("/home", free=GIB), disk("/data"))
        assert (found.facts["what"], found.severity) == ("full", None)

    def test_nearly(self):
        """With 15 GiB left it is the page's to say."""
        assert judge(disk(free=15 * GIB)) == []

    @pytest.mark.parametrize(("silent", "told"), [(60, False), (200, True)])
    def test_silent(self, silent, told):
        """A network disk that missed one look is not told; one that has not answered for minutes is."""
        gone = disk(total=None, free=None, note="the filesystem does not answer")
        figure = {(f"disk:{HOST_NAME}:/data", "free"): lambda ago: 5.0 if ago >= silent else float("nan")}
        found = judge(gone, past=figure)
        assert [(one.facts["what"], one.severity) for one in found] == ([("silent", "now")] if told else [])

    def test_files(self):
        """Too many files: told where a run writes."""
        (found,) = judge(disk(inodes_free=900))
        assert (found.facts["what"], found.facts["count"], found.severity) == ("inodes", 900, None)
        assert judge(disk("/home", inodes_free=900), disk("/data")) == []

    def test_shared_memory(self):
        """/dev/shm as good as full: data loaders die of it."""
        (found,) = judge(disk("/dev/shm", label="shared memory", total=32 * GIB, free=GIB // 4))
        assert found.facts["what"] == "shm"

    def test_old(self):
        """Nothing changes while the disks are not read."""
        found = judge(filling(4), age=3600)
        assert found
        assert {one.active for one in found} == {None}

    def test_calm(self):
        """Disks with room: no word, no history."""
        sight = replace(see(disks(HOME, disk(), disk("/dev/shm", label="shared memory"))), history=no_history)
        assert judge_disk(sight, "normal") == []
