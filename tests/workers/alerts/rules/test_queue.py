"""A GPU that is free while runs wait: told with the queue's reason, and never for the queue's own order."""

import pytest

from tests.workers.alerts.rules.machines import GIB, HOST_NAME, NOW, active, gpu, gpus, see
from workers.alerts.rules.queue import judge_free

FREE = {"utilisation": 0, "processes": [], "memory_used": GIB // 2}


def row(run="run-a", count=1, ago=300, why="GPU 0 has 9 of 51 GB in use by nobody we can see"):
    """One that waits."""
    return {"run": run, "name": f"name of {run}", "count": count, "place": 1, "asked": NOW - ago, "why": why}


WAITS = row()


def judge(*cards, queue=(WAITS,), busy_until=1e9, **fields):
    """What the rule says; the GPUs were at work until so many seconds ago."""
    past = {(f"gpu:{card['uuid']}", "utilisation"): lambda ago: 90.0 if ago > busy_until else 0.0 for card in cards}
    return judge_free(see(gpus(*cards, queue=list(queue), **fields), past=past), "normal")


def test_a_free_gpu():
    """Which GPUs, who waits, and why, in the queue's words."""
    (found,) = judge(gpu(0, **FREE), gpu(1))
    assert (found.active, found.subject, found.run_id) == (True, f"host:{HOST_NAME}", None)
    assert found.facts == {"indexes": [0], "waiting": ["name of run-a"], "reason": row()["why"]}


@pytest.mark.parametrize(
    "fields",
    [
        {"trouble": "lost"},
        {"mig": [{}]},
        {"processes": [{"pid": 7, "kind": "C"}]},
        {"processes": None},
        {"utilisation": 40},
    ],
)
def test_not_free(fields):
    """In trouble, split, used, or not known."""
    assert judge(gpu(0, **(FREE | fields))) == []


def test_reserved():
    """A GPU that a run was given, and has not used yet."""
    assert judge(gpu(0, **FREE), reserved={"GPU-0": "run-b"}) == []


def test_a_desktop():
    """What only draws leaves it free."""
    assert active(judge(gpu(0, **(FREE | {"processes": [{"pid": 7, "kind": "G"}]}))))


@pytest.mark.parametrize(("busy_until", "asked", "told"), [(30, 300, False), (90, 300, True), (90, 30, False)])
def test_a_minute(busy_until, asked, told):
    """The queue takes some seconds: free for a minute, and waited for a minute."""
    assert bool(judge(gpu(0, **FREE), queue=[row(ago=asked)], busy_until=busy_until)) == told


def test_one_that_wants_more():
    """A run that waits for four GPUs does not find one free; whoever is behind it waits in turn, for a while."""
    four = row("run-a", 4)
    assert judge(gpu(0, **FREE), queue=[four]) == []
    assert judge(gpu(0, **FREE), queue=[four, row("run-b")]) == []
    (found,) = judge(gpu(0, **FREE), queue=[four, row("run-b", ago=1000)])
    assert found.occasion == "run-b"
    assert found.facts["waiting"] == ["name of run-a", "name of run-b"]


def test_nobody_waits():
    """A free GPU alone is no news."""
    assert judge(gpu(0, **FREE), queue=[]) == []


def test_a_reading_that_is_old():
    """Nothing changes while the GPUs are not read, or their driver fails."""
    reading = gpus(gpu(0, **FREE), queue=[row()], age=120)
    assert [one.active for one in judge_free(see(reading), "normal")] == [None]
    assert [one.active for one in judge(gpu(0, **FREE), status="failed")] == [None]
