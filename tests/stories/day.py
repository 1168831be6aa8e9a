"""A day of thirty runs, as a small laboratory has it; the same for each seed."""

import random
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.stories.equipment import Script
from tests.stories.world import World, usual_line
from tests.workers.alerts.lab import GIB, HOUR, MINUTE

FINE_MINUTES = (5, 6, 7, 8, 9, 10, 12, 15, 18, 20, 25, 30, 35, 45, 60, 90, 180, 1200)
OOM = (
    "Traceback (most recent call last):",
    '  File "/home/lab/cifar/train.py", line 88, in <module>',
    "    loss.backward()",
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
)
KEY = (
    "Traceback (most recent call last):",
    '  File "/home/lab/cifar/data.py", line 12, in __getitem__',
    "    return self.items[name]",
    "KeyError: 'val/0412.png'",
)
NOT_A_NUMBER = (
    "Traceback (most recent call last):",
    '  File "/home/lab/cifar/train.py", line 131, in step',
    '    raise ValueError(f"loss is {loss}")',
    "ValueError: loss is nan",
)


@dataclass
class Day:
    """What is to happen, and what did: (kind, run, when) of all that a person must be told at once."""

    world: World
    chance: random.Random
    begin: float
    happened: list[tuple[str, str, float]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def note(self, kind: str, run: str) -> None:
        """That happens now."""
        self.happened.append((kind, run, self.world.wall))

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Do that after so long."""

        def once() -> Script:
            act()
            yield from ()

        self.world.play(once(), after=seconds)

    def ends(self, kind: str, run: str, **how: Any) -> None:
        """It ends now, in that way, and this is to be told."""
        self.note(kind, run)
        self.world.exits(run, **how)

    def begin_run(
        self, name: str, minutes: float, *, text: Callable[[int], str] = usual_line, steps: int = 0, card: int = -1
    ) -> tuple[str, float]:
        """Launch one that takes so long for all its steps; its id, and the seconds of a step."""
        run = self.world.launch(name)
        self.count += 1
        self.names[run] = name
        every = max(2.0, min(60.0, minutes * 60 / 300))
        total = steps or round(minutes * 60 / every)
        if card >= 0:
            self.world.give(run, card)
        else:
            self.world.take_up(run, cpu=100, gpu=90)
        self.world.train(run, every=every, total=total, last=total - 1, text=text)
        return run, minutes * 60

    def fine(self, name: str, minutes: float, card: int = -1) -> None:
        """One that finishes."""
        run, seconds = self.begin_run(name, minutes, card=card)
        self.later(seconds, lambda: self.ends("finished", run))

    def sweep(self, name: str, minutes: float) -> None:
        """One whose accuracy is better every few lines."""
        run, seconds = self.begin_run(name, minutes, text=lambda n: f"val_acc {0.5 + n / 2000:.4f} {usual_line(n)}")
        self.later(seconds, lambda: self.ends("finished", run))

    def stopped(self, name: str, minutes: float) -> None:
        """One that its user stops halfway."""
        run, seconds = self.begin_run(name, minutes)
        self.later(seconds / 2, lambda: self.world.stops(run))

    def crash(self, name: str, minutes: float, lines: Iterable[str]) -> None:
        """One that ends with a traceback."""
        run, seconds = self.begin_run(name, 3 * minutes)

        def end() -> None:
            self.world.prints(run, *lines)
            self.ends("crashed", run, code=1)

        self.later(seconds / 3, end)

    def killed(self, name: str, minutes: float) -> None:
        """One that the kernel ends for its memory."""
        run, seconds = self.begin_run(name, 3 * minutes)
        memory = {"before": {"oom_kills": 1}, "after": {"oom_kills": 2}}
        self.later(seconds / 3, lambda: self.ends("killed", run, killed_by=signal.SIGKILL, memory=memory))

    def nan_then_crash(self, name: str, minutes: float) -> None:
        """One whose loss is NaN for half a minute before it ends for that."""
        run, _ = self.begin_run(name, 3 * minutes, text=lambda n: usual_line(n) if n < 290 else "loss nan", steps=900)

        def end() -> None:
            self.world.prints(run, *NOT_A_NUMBER)
            self.ends("crashed", run, code=1)

        every = max(2.0, min(60.0, 3 * minutes * 60 / 300))
        self.later(293 * every, end)

    def diverge(self, name: str, minutes: float, text: Callable[[int], str], at: int, *, is_seen: bool = True) -> None:
        """One whose loss is lost, and that goes on: for half an hour, until its user stops it, where that is seen."""
        run, _ = self.begin_run(name, minutes, text=lambda n: usual_line(n) if n < at else text(n - at))
        seconds = at * max(2.0, min(60.0, minutes * 60 / 300))
        self.later(seconds, lambda: self.note("diverged", run))
        if is_seen:
            self.later(seconds + HOUR / 2, lambda: self.world.stops(run))

    def stall(self, name: str, minutes: float) -> None:
        """One that hangs after so long, and is stopped half an hour later."""
        run = self.world.launch(name)
        self.count += 1
        self.names[run] = name
        self.world.take_up(run, cpu=100, gpu=90)
        self.world.train(run, every=10, total=20_000, last=round(minutes * 6))
        self.later(minutes * 60, lambda: self.world.take_up(run, cpu=1, gpu=0))
        self.later(minutes * 60, lambda: self.note("stalled", run))
        self.later(minutes * 60 + HOUR / 2, lambda: self.world.stops(run))


def plan(world: World, seed: int = 7) -> Day:
    """Begin the day: what is to be is planned now, and happens as time passes."""
    day = Day(world, random.Random(seed), world.wall)
    at = day.chance.uniform
    for place, minutes in enumerate(FINE_MINUTES):
        card = 17 - place if minutes >= 180 else -1
        start = at(0, 20) * MINUTE if minutes > 100 else at(0.5, 11.5) * HOUR
        name = f"{day.chance.choice(('resnet50-aug', 'vit-small-lr3e-4', '学習率スイープ', 'lm-tiny'))}-{place}"
        day.later(start, lambda name=name, minutes=minutes, card=card: day.fine(name, minutes, card))  # type: ignore[misc]
    for place in range(2):
        day.later((2 + 4 * place) * HOUR, lambda place=place: day.sweep(f"sweep-{place}", 75))  # type: ignore[misc]
    for place in range(3):
        day.later(at(1, 9) * HOUR, lambda place=place: day.stopped(f"try-{place}", 60))  # type: ignore[misc]
    day.later(at(1, 3) * HOUR, lambda: day.crash("vit-large", 4, OOM))
    day.later(18.2 * HOUR, lambda: day.crash("lm-tiny-night", 50, KEY))
    day.later(at(4, 6) * HOUR, lambda: day.nan_then_crash("gan-mix", 30))
    day.later(at(6, 8) * HOUR, lambda: day.killed("embed-all", 40))
    day.later(3 * HOUR, lambda: day.diverge("resnet50-fp16", 150, lambda n: "loss nan", 110))
    day.later(5 * HOUR, lambda: day.diverge("lm-warm", 150, lambda n: f"loss {3 + 0.25 * n:.3f}", 120))
    day.later(2 * HOUR, lambda: day.stall("dist-8", 50))
    world.measures_every = 45.0
    world.free = 420 * GIB

    def fill() -> Script:
        while True:
            yield 300.0
            world.free = max(40 * GIB, (world.free or 0) - 3 * GIB)

    def idle_moments() -> Script:
        while True:
            yield 47 * MINUTE
            busy = [run for run in world.busy if world.busy[run]["gpus"][:1] and run in day.names]
            held = [run for run in busy if world.busy[run]["gpus"][0]["uuid"] != "GPU-none"]
            for run in held[:1]:
                index = int(world.busy[run]["gpus"][0]["index"])
                world.give(run, index, utilisation=0, cpu=140)
                yield 9 * MINUTE
                if run in world.busy:
                    world.give(run, index)

    world.play(fill())
    world.play(idle_moments())
    return day
