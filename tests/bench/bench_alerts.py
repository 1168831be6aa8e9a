"""What a look of the alerts' engine costs: four runs that print, eight GPUs, everything the daemon keeps of them.

The journal is filled as the daemon does it, by a clock that is moved by hand, so that hours pass in a minute; only the
looks are measured. Memory is what the engine's own objects take after that many looks.
"""

import argparse
import gc
import math
import random
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from store import progress, samples, thresholds
from store.database import open_journal, write
from tests.bench import percentile, report
from tests.workers.alerts.lab import GIB, HERE, Lab, card
from workers.alerts.watch import LOOK_SECONDS

RUNS, GPUS, METRICS, EARLIER = 4, 8, 20, 1000
MILLISECONDS, MEGABYTES = 5.0, 2.0
SHARE = 0.001
"""Of a core."""


def loss(step: float) -> float:
    """A loss as it falls."""
    return 0.5 + 3 * math.exp(-(step + 5000) / 2000)


class Scene:
    """The laboratory at work; ``idle`` are the indexes of GPUs that do nothing though a run holds them."""

    def __init__(self, lab: Lab, seed: int = 1) -> None:
        self.lab = lab
        self.dice = random.Random(seed)
        self.runs = [lab.launch(f"resnet-{number}") for number in range(RUNS)]
        self.idle: set[int] = set()
        self.steps = 0
        self.seconds = 0

    def second(self) -> None:
        """What the daemon writes in a second."""
        lab = self.lab
        lab.pass_time(1.0)
        self.seconds += 1
        cards = [self._card(index) for index in range(GPUS)]
        lab.show_gpus(*cards)
        points = [
            (f"gpu:{one['uuid']}", name, float(one[key]))
            for one in cards
            for key, name in (("utilisation", "utilisation"), ("memory_used", "memory"), ("power", "power"))
        ]
        if self.seconds % 2 == 0:
            lab.show_host(memory_available=40 * GIB - self.seconds * 1000)
            points += [(f"host:{HERE}", "memory", 24.0 * GIB), (f"host:{HERE}", "cpu", 400.0)]
            for place, run in enumerate(self.runs):
                lab.use(run, cpu=110.0, gpus=[{"uuid": f"GPU-{2 * place}", "utilisation": 97, "memory": 20 * GIB}])
                points += [(f"run:{run}", name, 1.0) for name in ("cpu", "memory", "gpu_memory", "read", "write")]
        with write(lab.connection):
            samples.keep(lab.connection, lab.wall, points)
            if self.seconds % 60 == 0:
                samples.fold(lab.connection, lab.wall)

    def print_lines(self) -> None:
        """Every run logs a step of all its metrics."""
        self.steps += 1
        for run in self.runs:
            self.lab.step(run, self.steps, 100_000, eta_at=self.lab.wall + 3600)
            for number in range(METRICS):
                name = ("loss", "val_acc", "val_loss")[number] if number < 3 else f"aux{number}/loss_{number}"
                value = loss(self.steps) + self.dice.gauss(0, 0.05)
                self.lab.measure(run, name, [value], first=self.steps)

    def _card(self, index: int) -> dict[str, Any]:
        run = self.runs[index // 2]
        held = [{"pid": 100 + index, "memory": 20 * GIB, "run": run, "visible": True, "kind": "C", "name": "python"}]
        return card(
            index,
            utilisation=0 if index in self.idle else self.dice.randrange(80, 100),
            power=250.0 + self.dice.random(),
            processes=held,
            throttle=["sw_power_cap"],
        )


def measure(scene: Scene, looks: int, before: Callable[[], None] = lambda: None) -> list[float]:
    """CPU seconds of each of so many looks."""
    spent = []
    for _ in range(looks):
        for _ in range(int(LOOK_SECONDS)):
            scene.second()
        scene.print_lines()
        before()
        began = time.thread_time()
        scene.lab.look()
        spent.append(time.thread_time() - began)
    return spent


def tell(what: str, spent: list[float]) -> bool:
    """Print what looks cost; whether that is within the budget."""
    mean = statistics.fmean(spent)
    share = mean / LOOK_SECONDS
    figure = (
        f"mean {mean * 1e3:.2f} ms, median {statistics.median(spent) * 1e3:.2f}, p95 {percentile(spent, 0.95) * 1e3:.2f}, "
        f"most {max(spent) * 1e3:.1f} ms; {share:.3%} of a core, {share / SHARE:.2f} of the budget"
    )
    well = mean * 1e3 <= MILLISECONDS
    report(what, figure, ok=well, budget=f"{MILLISECONDS:.0f} ms, {SHARE:.1%} of a core")
    return well


def main() -> int:
    """The exit code says whether all was within its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--looks", type=int, default=240)
    looks = parser.parse_args().looks
    well = True
    with tempfile.TemporaryDirectory(prefix="machiai-bench-") as folder:
        home = Path(folder)
        with closing(open_journal(home / "journal.db")) as journal:
            lab = Lab(journal, home)
            for number in range(EARLIER):
                run = lab.launch(f"past-{number % 7}")
                lab.pass_time(60)
                lab.end(run)
            lab.pass_time(7200)
            scene = Scene(lab)
            with write(journal):
                project = lab.run(scene.runs[0]).project_id
                thresholds.add(journal, "val_acc > 0.99", lab.wall, project_id=project)
            for number, run in enumerate(scene.runs):
                lab.measure(run, "loss", [loss(step) for step in range(-5000, 0)], first=-5000)
                with write(journal):
                    for percent in range(5, 50, 5):
                        progress.record_prediction(
                            journal, run, 1, percent=percent, time=lab.wall, remaining=9000.0 + number
                        )
            gc.collect()
            tracemalloc.start()
            lab.start()
            measure(scene, 12)
            gc.collect()
            held = tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
            well &= tell(f"{RUNS} runs, {GPUS} GPUs, {METRICS} metrics each, {looks} looks", measure(scene, looks))
            for run in scene.runs:
                lab.measure(run, "loss", [math.nan] * 30, first=scene.steps)
            well &= tell("the same while all losses are NaN", measure(scene, looks // 4))
            scene.idle = set(range(GPUS))
            measure(scene, 12 * 16)
            well &= tell("the same while all GPUs idle, 16 minutes later", measure(scene, looks // 4))
            megabytes = held / 1e6
            report(
                "memory after a minute", f"{megabytes:.2f} MB", ok=megabytes <= MEGABYTES, budget=f"{MEGABYTES:.0f} MB"
            )
            well &= megabytes <= MEGABYTES
    return 0 if well else 1


if __name__ == "__main__":
    raise SystemExit(main())
