"""Memory that runs out, of machines and GPUs: told in time, with the run that grows."""

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
    gpu,
    gpus,
    host,
    no_history,
    see,
    usage,
)
from workers.alerts.rules.memory import judge_gpu_memory, judge_host_memory

HOST = f"host:{HOST_NAME}"


def leak(level, left, limit):
    """Memory that has grown evenly for hours and will be at ``limit`` in ``left`` seconds."""
    return lambda ago: max(0.0, level - (limit - level) / left * ago)


def full_host(used):
    """A host with so many GiB in use."""
    return host(memory_available=(64 - used) * GIB)


class TestHost:
    """The machine's memory."""

    @pytest.mark.parametrize(
        ("left", "sensitivity", "told"),
        [
            (1.5, "normal", True),
            (3.0, "normal", False),
            (2.8, "keen", True),
            (1.5, "patient", False),
            (0.4, "patient", True),
        ],
    )
    def test_how_far_away_the_limit_is(self, left, sensitivity, told):
        """Told from two hours on, sooner or later by the sensitivity, with what is left and the slope per hour."""
        past = {(HOST, "memory"): leak(50 * GIB, left * HOUR, 64 * GIB)}
        found = active(judge_host_memory(see(full_host(50), past=past), sensitivity))
        assert bool(found) == told
        for one in found:
            assert one.facts["left"] == pytest.approx(left * HOUR, rel=0.1)
            assert one.facts["slope"] == pytest.approx(14 * GIB / left, rel=0.1)
            assert (one.facts["used"], one.facts["total"]) == (50 * GIB, 64 * GIB)

    def test_what_is_urgent(self):
        """Under an hour it is told at once, as an alert of its own beside the one that waits for a digest."""
        soon, now = (
            active(
                judge_host_memory(
                    see(full_host(50), past={(HOST, "memory"): leak(50 * GIB, left * HOUR, 64 * GIB)}), "normal"
                )
            )[0]
            for left in (1.5, 0.7)
        )
        assert (soon.severity, now.severity) == (None, "now")
        assert soon.occasion != now.occasion

    def test_who_grows(self):
        """The run that explains most of it is named; where none does, none is."""
        past = {
            (HOST, "memory"): leak(50 * GIB, 1.5 * HOUR, 64 * GIB),
            (f"run:{RUN.id}", "memory"): leak(30 * GIB, 1.5 * HOUR, 43 * GIB),
            (f"run:{OTHER.id}", "memory"): lambda ago: 9.0 * GIB,
        }
        (found,) = judge_host_memory(see(full_host(50), runs=[OTHER, RUN], past=past), "normal")
        assert (found.run_id, found.attempt, found.facts["name"]) == (RUN.id, 1, "resnet-aug")
        del past[f"run:{RUN.id}", "memory"]
        (found,) = judge_host_memory(see(full_host(50), runs=[OTHER, RUN], past=past), "normal")
        assert (found.run_id, found.facts["name"]) == (None, None)

    def test_a_run_that_still_loads(self):
        """A run that began half an hour ago, or has not made a step in two hours, may be reading its data."""
        past = {
            (HOST, "memory"): leak(50 * GIB, 1.5 * HOUR, 64 * GIB),
            (f"run:{RUN.id}", "memory"): leak(30 * GIB, 1.5 * HOUR, 44 * GIB),
        }
        young = replace(RUN, started=NOW - HOUR / 2)
        assert judge_host_memory(see(full_host(50), runs=[young], past=past), "normal") == []
        waiting = replace(RUN, started=NOW - 2 * HOUR)
        progress = {RUN.id: Progress(1, 0.0, 90.0, "epoch", NOW)}
        assert judge_host_memory(see(full_host(50), runs=[waiting], past=past, progress=progress), "normal") == []
        progress = {RUN.id: Progress(1, 1.0, 90.0, "epoch", NOW)}
        assert active(judge_host_memory(see(full_host(50), runs=[waiting], past=past, progress=progress), "normal"))

    def test_memory_that_is_nearly_gone(self):
        """Under two per cent left is told at once, however it came to that, with the run that has most of it."""
        reading = host(memory_available=GIB)
        sight = see(reading, usage(memory=40 * GIB), findings=findings.find([reading], [], NOW))
        (found,) = judge_host_memory(replace(sight, history=no_history), "normal")
        assert (found.severity, found.facts["left"], found.facts["name"]) == ("now", None, "resnet-aug")

    def test_plenty_of_memory(self):
        """Where a leak from nothing could not reach the limit in time, history is not asked."""
        assert judge_host_memory(replace(see(full_host(4)), history=no_history), "normal") == []

    def test_a_reading_that_is_old(self):
        """Nothing changes while the machine is not read."""
        found = judge_host_memory(replace(see(host(age=300.0)), history=no_history), "normal")
        assert found
        assert {one.active for one in found} == {None}


class TestGpu:
    """The memory of GPUs."""

    def test_a_leak(self):
        """Tensors that are kept: told with the GPU and the run that holds it."""
        card = gpu(1, memory_used=40 * GIB)
        past = {("gpu:GPU-1", "memory"): leak(40 * GIB, 1.5 * HOUR, 48 * GIB)}
        (found,) = judge_gpu_memory(see(gpus(gpu(0, processes=[]), card), past=past), "normal")
        assert (found.active, found.subject, found.run_id) == (True, "gpu:GPU-1", RUN.id)
        assert found.facts["index"] == 1
        assert found.facts["left"] == pytest.approx(1.5 * HOUR, rel=0.1)

    def test_a_run_on_eight(self):
        """All GPUs of a run grow together: one alert, always of the same subject, by the fullest."""
        cards = [gpu(index, memory_used=(40 + index / 8) * GIB) for index in range(8)]
        past = {("gpu:GPU-7", "memory"): leak(40.875 * GIB, 1.2 * HOUR, 48 * GIB)}
        (found,) = judge_gpu_memory(see(gpus(*cards), past=past), "normal")
        assert (found.subject, found.facts["index"]) == ("gpu:GPU-0", 7)

    def test_two_runs_on_one(self):
        """The one that grows is named."""
        processes = [{"pid": 1, "run": RUN.id}, {"pid": 2, "run": OTHER.id}]
        past = {
            ("gpu:GPU-0", "memory"): leak(40 * GIB, 1.5 * HOUR, 48 * GIB),
            (f"run:{OTHER.id}", "gpu_memory"): leak(30 * GIB, 1.5 * HOUR, 38 * GIB),
        }
        reading = gpus(gpu(0, memory_used=40 * GIB, processes=processes))
        (found,) = judge_gpu_memory(see(reading, runs=[RUN, OTHER], past=past), "normal")
        assert found.facts["name"] == OTHER.name

    @pytest.mark.parametrize(
        "fields",
        [{"unified": True}, {"memory_total": None}, {"processes": []}, {"trouble": "lost"}, {"memory_used": 2 * GIB}],
    )
    def test_what_is_not_looked_at(self, fields):
        """A GPU without memory of its own, without a run, in trouble, or nearly empty."""
        sight = replace(see(gpus(gpu(0, **fields))), history=no_history)
        assert judge_gpu_memory(sight, "normal") == []

    def test_memory_that_is_taken_once(self):
        """A framework that takes nine tenths at its start, for good."""
        past = {("gpu:GPU-0", "memory"): lambda ago: 45.0 * GIB}
        assert judge_gpu_memory(see(gpus(gpu(0, memory_used=45 * GIB)), past=past), "keen") == []
