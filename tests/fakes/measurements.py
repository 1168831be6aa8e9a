"""Metrics and progress for the runs of the fake journal, written through the store as the daemon would."""

import math
import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace

from store import progress, series
from store.database import write
from store.progress import Progress

SPIKE_STEP, SPIKE = 12_345, 9.0
EVENTS = "/home/lab/cifar-robust/runs/events.out.tfevents.1"


def add(
    connection: sqlite3.Connection,
    run_id: str,
    name: str,
    values: Sequence[float],
    *,
    start: float,
    seconds: float,
    every: float = 1,
    unit: str = "step",
    source: str = "log",
    legs: Sequence[int] = (),
    steps: Sequence[float] = (),
) -> None:
    """A series of these values, ``every`` so many steps, spread over ``seconds``; inside the caller's transaction."""
    n = len(values)
    series.append(
        connection,
        run_id,
        name,
        source=source,
        unit=unit,
        legs=legs or [0] * n,
        steps=steps or [place * every for place in range(n)],
        times=[start + seconds * (place + 1) / n for place in range(n)],
        values=values,
    )


def shape(n: int, curve: Callable[[float], float], noise: float = 0.0, seed: int = 1) -> list[float]:
    """``n`` values along a curve of 0 to 1, with noise that is the same each time."""
    dice = random.Random(seed)
    return [curve(place / n) + dice.gauss(0, noise) for place in range(n)]


def falling(floor: float, speed: float = 4.0, top: float = 2.3) -> Callable[[float], float]:
    """A loss."""
    return lambda way: (top - floor) * math.exp(-speed * way) + floor


def rising(ceiling: float, speed: float = 4.0) -> Callable[[float], float]:
    """An accuracy."""
    return lambda way: ceiling * (1 - math.exp(-speed * way))


def fill(connection: sqlite3.Connection, made: dict[str, str], now: float) -> None:
    """Measure the busy day: a long run with a spike, NaNs and two sources, one without an interval, one that resumed,
    and a finished one with a BLEU on the 0–1 scale."""
    with write(connection):
        _long(connection, made["resnet-aug"], now)
        _reward(connection, made["pong-pg-baseline"], now)
        _resumed(connection, made["vit-small-lr3e-4"], now)
        _translated(connection, made["lm-tiny"], now)
        for number, name in enumerate(("resnet-aug-long", "vit-base")):
            run, start = made[name], now - 90_000
            add(
                connection, run, "train_loss", shape(2000, falling(0.3 + 0.1 * number), 0.03), start=start, seconds=3000
            )
            add(
                connection, run, "val_acc", shape(20, rising(0.9 - 0.03 * number)), start=start, seconds=3000, every=100
            )


def _long(connection: sqlite3.Connection, run: str, now: float) -> None:
    start, seconds = now - 3 * 3600 - 700, 3.0 * 3600
    loss = shape(31_500, falling(0.28), 0.04)
    loss[SPIKE_STEP] = SPIKE
    loss[20_000:20_003] = [math.nan] * 3
    loss[25_000] = math.inf
    rounded = [round(value, 4) for value in loss]
    add(connection, run, "loss", rounded[:31_400], start=start, seconds=seconds)
    add(connection, run, "train/loss", loss, start=start, seconds=seconds, source=EVENTS)
    add(connection, run, "val_loss", shape(63, falling(0.35)), start=start, seconds=seconds, every=500)
    add(connection, run, "train_acc", shape(3150, rising(0.97), 0.01), start=start, seconds=seconds, every=10)
    add(connection, run, "val_acc", shape(63, rising(0.93)), start=start, seconds=seconds, every=500)
    add(
        connection,
        run,
        "learning_rate",
        shape(3150, lambda way: 1e-5 * (1 - way)),
        start=start,
        seconds=seconds,
        every=10,
    )
    for number in range(12):
        values = shape(315, falling(number, top=number + 1.0), 0.1, seed=number)
        add(connection, run, f"head{number}/loss_aux", values, start=start, seconds=seconds, every=100)
    levels = ({"unit": "epoch", "done": 7, "total": 10}, {"unit": "batch", "done": 2500, "total": 5000})
    far = Progress(
        1,
        31_500,
        50_000,
        "step",
        now,
        levels,
        "train",
        5000,
        eta_at=now + 2525,
        eta_low=now + 2105,
        eta_high=now + 3485,
    )
    progress.record_progress(connection, run, replace(far, main="train/loss"))


def _reward(connection: sqlite3.Connection, run: str, now: float) -> None:
    start = now - 900
    add(connection, run, "ep_rew_mean", shape(812, lambda way: 10 * way - 21, 1.0), start=start, seconds=860)
    progress.record_progress(
        connection, run, Progress(1, 812, 2000, "iteration", now, eta_at=now + 3 * 3600, eta_source="its own pace")
    )


def _resumed(connection: sqlite3.Connection, run: str, now: float) -> None:
    steps = [*range(2600), *range(2000, 4000)]
    legs = [0] * 2600 + [1] * 2000
    values = [
        0.1 if leg == 0 and step == 2500 else 0.5 + 3 * math.exp(-step / 900)
        for leg, step in zip(legs, steps, strict=True)
    ]
    add(connection, run, "train_loss", values, start=now - 2000, seconds=700, legs=legs, steps=steps)
    progress.record_progress(connection, run, Progress(1, 4000, 50_000, "step", now - 1300))


def _translated(connection: sqlite3.Connection, run: str, now: float) -> None:
    start, seconds = now - 9000, 7300.0
    add(connection, run, "loss", shape(2000, falling(2.3, top=8.0), 0.05), start=start, seconds=seconds)
    for name, curve in (("eval_loss", falling(2.5, top=8.0)), ("eval_bleu", lambda way: 0.03 + 0.25 * way)):
        add(connection, run, name, shape(10, curve), start=start, seconds=seconds, unit="epoch")
    progress.record_progress(connection, run, Progress(1, 2000, 2000, "step", now - 1700, steps_per_epoch=200))
