"""GPUs that idle, are lost, cannot be used, or are slowed down."""

from dataclasses import replace

import pytest

from store import findings
from tests.workers.alerts.rules.machines import (
    GIB,
    HOST_NAME,
    MINUTE,
    NOW,
    OTHER,
    RUN,
    active,
    event,
    gpu,
    gpus,
    host,
    no_history,
    see,
)
from workers.alerts.rules.gpus import judge_driver, judge_heat, judge_idle, judge_lost

HOST = f"host:{HOST_NAME}"
HELD = {(f"run:{RUN.id}", "gpu_memory"): lambda ago: 20.0 * GIB}


def idle(minutes, *cards, runs=(RUN,), past=None, sensitivity="normal"):
    """The alerts about GPUs that have done nothing for so long."""
    reading = gpus(*(cards or (gpu(utilisation=0, power=30.0),)))
    lengths = {card["uuid"]: minutes * MINUTE for card in reading.data["gpus"]}
    known = findings.find([reading], [], NOW, idle=lengths)
    sight = see(reading, runs=runs, findings=known, past=HELD if past is None else past)
    return judge_idle(sight, sensitivity)


class TestIdle:
    """GPUs that do nothing while a run holds them."""

    @pytest.mark.parametrize(
        ("minutes", "sensitivity", "told"),
        [(14, "normal", False), (16, "normal", True), (50, "patient", False), (61, "patient", True)],
    )
    def test_how_long(self, minutes, sensitivity, told):
        """A quarter of an hour, an hour for the patient."""
        found = idle(minutes, sensitivity=sensitivity)
        assert bool(found) == told
        for one in found:
            assert (one.active, one.run_id, one.attempt, one.subject) == (True, RUN.id, 1, "gpu:GPU-0")
            assert one.facts == {"index": 0, "memory": 20 * GIB, "length": minutes * MINUTE}

    @pytest.mark.parametrize(("minutes", "told"), [(4, False), (6, True)])
    def test_the_keen(self, minutes, told):
        """Five minutes, by the history of the GPU: there is no finding of so little."""
        work = {("gpu:GPU-0", "utilisation"): lambda ago: 90.0 if ago > minutes * MINUTE else 0.0}
        assert bool(idle(0, past=HELD | work, sensitivity="keen")) == told

    @pytest.mark.parametrize("figure", [("cpu", 180.0), ("read", 9e7), ("write", 9e7)])
    def test_work_without_the_gpu(self, figure):
        """An evaluation on the CPU, data that is read: told after four times as long."""
        name, value = figure
        past = HELD | {(f"run:{RUN.id}", name): lambda ago: value}
        assert idle(40, past=past) == []
        assert active(idle(61, past=past))

    def test_memory_that_was_taken_a_moment_ago(self):
        """A GPU that nobody used all night is not idle for its new run, nor for one that has just got to its GPU."""
        young = replace(RUN, started=NOW - 5 * MINUTE)
        assert idle(300, runs=[young]) == []
        past = {(f"run:{RUN.id}", "gpu_memory"): lambda ago: 20.0 * GIB if ago < 10 * MINUTE else 0.0}
        assert idle(300, past=past) == []
        past = {(f"run:{RUN.id}", "gpu_memory"): lambda ago: 20.0 * GIB if ago < 20 * MINUTE else 0.0}
        assert active(idle(300, past=past))

    @pytest.mark.parametrize(
        "argv",
        [
            ["python", "-m", "ipykernel_launcher", "-f", "kernel.json"],
            ["/usr/bin/python3", "/usr/bin/ipython"],
            ["python3.11"],
            ["python", "-i"],
            ["python", "-m", "pdb", "train.py"],
        ],
    )
    def test_somebody_sits_at_it(self, argv):
        """A notebook's kernel, an interpreter, a debugger: they wait for a person, as they should."""
        assert idle(300, runs=[replace(RUN, argv=argv)]) == []

    def test_a_suspended_run(self):
        """It cannot work."""
        assert idle(300, runs=[replace(RUN, health=["suspended"])]) == []

    def test_power_tells_better(self):
        """A GPU that draws most of its power works, whatever its utilisation says."""
        assert idle(300, gpu(utilisation=0, power=250.0)) == []

    def test_a_run_on_four(self):
        """One alert for all of a run's GPUs, of the same subject whichever of them idle."""
        cards = [gpu(index, utilisation=0, power=30.0) for index in range(4)]
        (all_idle,) = idle(20, *cards)
        (three_idle,) = idle(20, gpu(0), *cards[1:])
        assert all_idle.subject == three_idle.subject == "gpu:GPU-0"
        assert (all_idle.facts["index"], three_idle.facts["index"]) == (0, 1)

    def test_a_busy_gpu_costs_nothing(self):
        """Nothing is asked of history while GPUs work."""
        sight = see(gpus(gpu(0), gpu(1)))
        assert judge_idle(replace(sight, history=no_history), "keen") == []

    def test_a_sampler_that_is_silent(self):
        """What was told stays as it is while the GPUs are not read."""
        (found,) = judge_idle(see(gpus(gpu(utilisation=0), age=300.0)), "normal")
        assert (found.active, found.run_id) == (None, RUN.id)


class TestLost:
    """GPUs in trouble."""

    @pytest.mark.parametrize(
        ("kind", "ago", "told"),
        [
            ("lost", 5, False),
            ("lost", 15, True),
            ("reset_required", 15, True),
            ("error", 15, False),
            ("error", 65, True),
        ],
    )
    def test_trouble(self, kind, ago, told):
        """Told when it lasts: a reset takes a GPU away for seconds, and one reading may fail."""
        reading = gpus(gpu(trouble=kind, processes=[]), reserved={"GPU-0": RUN.id})
        found = judge_lost(see(reading, events=[event(kind, ago, note="unknown error")]), "normal")
        assert bool(active(found)) == told
        for one in active(found):
            assert one.facts == {
                "index": 0,
                "name": "RTX",
                "trouble": kind,
                "note": "unknown error",
                "runs": ["resnet-aug"],
            }
            assert (one.run_id, one.attempt) == (RUN.id, 1)

    @pytest.mark.parametrize("kind", ["returned", "recovered"])
    def test_it_came_back(self, kind):
        """Then it is over."""
        events = [event("lost", 600, number=1), event(kind, 60, number=2)]
        assert judge_lost(see(gpus(gpu()), events=events), "normal") == []

    def test_it_was_taken_out(self):
        """Lost, the machine switched off, and back without the card: over."""
        events = [event("lost", 7200)]
        assert active(judge_lost(see(gpus(gpu(1)), host(), events=events), "normal"))
        assert judge_lost(see(gpus(gpu(1)), host(uptime=3600), events=events), "normal") == []

    def test_a_driver_that_cannot_say(self):
        """While the driver cannot be used, nothing is known of the GPU that was lost."""
        (found,) = judge_lost(see(gpus(status="mismatch"), events=[event("lost", 600)]), "normal")
        assert found.active is None

    def test_all_at_once(self):
        """Eight GPUs that go within a minute are one alert, whose subject stays when some come back."""
        events = [event("lost", 120 - index, f"gpu:GPU-{index}", index, index=index) for index in range(8)]
        cards = [gpu(index, trouble="lost", processes=[]) for index in range(8)]
        (found,) = judge_lost(see(gpus(*cards), events=events), "normal")
        assert (found.subject, found.facts["indexes"]) == ("gpu:GPU-0", list(range(8)))
        cards[0] = gpu(0)
        (found,) = judge_lost(see(gpus(*cards), events=[*events, event("returned", 30, number=20)]), "normal")
        assert (found.subject, found.facts["index"]) == ("gpu:GPU-0", 1)

    def test_two_apart(self):
        """Two that go an hour apart are two."""
        events = [event("lost", 4000, number=1), event("lost", 100, "gpu:GPU-1", 2, index=1)]
        cards = [gpu(index, trouble="lost", processes=[]) for index in range(2)]
        assert len(active(judge_lost(see(gpus(*cards), events=events), "normal"))) == 2

    def test_a_level_is_no_change(self):
        """A GPU that was lost days ago is not told anew, nor is it told to be well."""
        (found,) = judge_lost(see(gpus(gpu(trouble="lost", processes=[]))), "normal")
        assert (found.active, found.subject) == (None, "gpu:GPU-0")


class TestDriver:
    """A driver that cannot be used."""

    def bad(self, ago, status="mismatch", before="ok"):
        """The event of it."""
        return event("driver", ago, HOST, status=status, before=before, reason="Driver/library version mismatch")

    def test_an_upgrade(self):
        """Told with the runs that go on."""
        sight = see(gpus(status="mismatch", reason="mismatch"), events=[self.bad(30)], runs=[RUN, OTHER])
        (found,) = judge_driver(sight, "normal")
        assert (found.active, found.subject) == (True, HOST)
        assert found.facts == {"status": "mismatch", "reason": "mismatch", "runs": ["resnet-aug", "vit-base"]}

    def test_a_short_failure(self):
        """A sampler that failed once, a driver that is loaded anew: no alert."""
        assert judge_driver(see(gpus(status="failed"), events=[self.bad(30, "failed")]), "normal") == []
        assert active(judge_driver(see(gpus(status="failed"), events=[self.bad(70, "failed")]), "normal"))

    def test_one_that_never_could_be_used(self):
        """A machine without a driver when Machiai first saw it has not changed."""
        sight = see(gpus(status="no_driver"), events=[self.bad(3000, "no_driver", None)])
        assert judge_driver(sight, "normal") == []

    def test_recovered(self):
        """Over when it can be used again; and of a level nothing is known."""
        events = [self.bad(3000), event("recovered", 60, HOST, 2, status="ok")]
        assert judge_driver(see(gpus(), events=events), "normal") == []
        (found,) = judge_driver(see(gpus(status="mismatch")), "normal")
        assert found.active is None

    def test_no_library(self):
        """A machine without NVIDIA GPUs has no driver, and lacks none."""
        assert judge_driver(see(gpus(status="no_library")), "normal") == []


@pytest.mark.parametrize(
    ("throttle", "reason"),
    [(["sw_thermal"], "hot"), (["power_brake"], "power_brake"), (["hw_slowdown"], "hardware_slowdown")],
)
def test_heat(throttle, reason):
    """Told from a minute on by the finding, by its reason, and no longer when it runs at full speed."""
    reading = gpus(gpu(throttle=throttle, temperature=94))
    events = [event("throttled", 120, reasons=throttle)]
    (found,) = judge_heat(see(reading, findings=findings.find([reading], events, NOW)), "normal")
    assert (found.active, found.subject) == (True, "gpu:GPU-0")
    assert found.facts == {"index": 0, "temperature": 94.0, "reason": reason}
    calm = gpus(gpu())
    over = [event("throttled", 400), event("unthrottled", 200)]
    assert findings.find([calm], over, NOW)
    assert judge_heat(see(calm, findings=findings.find([calm], over, NOW)), "normal") == []


def test_a_short_heat():
    """Half a minute of it is nothing."""
    reading = gpus(gpu(throttle=["sw_thermal"]))
    known = findings.find([reading], [event("throttled", 30)], NOW)
    assert judge_heat(see(reading, findings=known), "normal") == []


def test_a_calm_machine():
    """Eight GPUs at work: no rule says a word, nor reads history."""
    sight = replace(see(gpus(*(gpu(index) for index in range(8))), host()), history=no_history)
    for judge in (judge_idle, judge_lost, judge_driver, judge_heat):
        assert judge(sight, "normal") == []
