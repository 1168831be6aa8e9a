"""Sights of the machines, from the journal."""

from collections.abc import Callable

import pytest

from tests.workers.alerts.lab import HERE, Lab, card
from workers.alerts.machine_sight import FINDINGS_SECONDS, IDLE_FINDINGS_SECONDS, MachineWatch
from workers.alerts.sights import MachineSight
from workers.machine.awake import Clocks


@pytest.fixture(name="look")
def _look(lab: Lab) -> Callable[[], MachineSight]:
    watch = MachineWatch(lab.connection)

    def look() -> MachineSight:
        active = {one.id: one for one in lab.active()}
        return watch.look(watch.read(), active, Clocks(lab.wall, lab.steady, lab.boot), interval=1.0)

    return look


def test_what_is_known(lab: Lab, look: Callable[[], MachineSight]) -> None:
    """Readings, events of the last day, findings, active runs and how far they are, and who waits."""
    lab.befall("gpu:GPU-0", "xid", xid=13)
    lab.pass_time(86_500)
    run = lab.launch()
    lab.step(run, 5, 10)
    lab.use(run, cpu=3.0)
    lab.show_gpus(card(0, trouble="lost", note="gone"), queue=[{"run": "w", "name": "waits"}])
    lab.show_host()
    lab.befall("gpu:GPU-0", "lost", index=0)
    sight = look()
    assert {one.kind for one in sight.readings} == {"gpus", "host", "usage"}
    assert [one.kind for one in sight.events] == ["lost"]
    assert [one.kind for one in sight.findings] == ["gpu_lost"]
    assert list(sight.runs) == [run]
    assert sight.progress[run].share == 0.5
    assert [row["name"] for row in sight.waiting] == ["waits"]


def test_history(lab: Lab, look: Callable[[], MachineSight]) -> None:
    """A figure's last values, oldest first; of use the highest, so that a short one is not lost among many."""
    lab.pass_time(4000)
    lab.keep(f"host:{HERE}", "memory", [float(n) for n in range(300)])
    lab.keep("gpu:GPU-0", "utilisation", [90.0 if n == 150 else 0.0 for n in range(300)])
    sight = look()
    memory = sight.history(f"host:{HERE}", "memory", 600)
    assert memory == sorted(memory)
    assert (memory[0][1], memory[-1][1]) == (239.0, 299.0)
    used = sight.history("gpu:GPU-0", "utilisation", 3000)
    assert len(used) < 300
    assert [value for _, value in used if value] == [90.0]
    assert sight.history("gpu:GPU-9", "memory", 600) == []


@pytest.mark.parametrize(("held", "seconds"), [(False, FINDINGS_SECONDS), (True, IDLE_FINDINGS_SECONDS)])
def test_findings_now_and_then(lab: Lab, look: Callable[[], MachineSight], held: bool, seconds: float) -> None:
    """What needs history is looked for every ten seconds, and every two minutes while GPUs that runs hold do nothing."""
    processes = [{"pid": 1, "run": "r", "memory": 1}] if held else []
    waited = -5.0
    found: list[str] = []
    while not found:
        trouble = "error" if waited >= 0 else None
        waited += 5
        lab.show_gpus(card(0, utilisation=0 if held else 90, processes=processes), card(1, trouble=trouble))
        found = [one.kind for one in look().findings]
        lab.pass_time(5)
    assert (found, waited) == (["gpu_error"], seconds)
