"""Time left: made-up trainings watched from outside, and how far each way of estimating is from what it really took.

``python -m tests.bench.bench_eta [RUNS]`` prints, for long runs, runs of a minute and runs of slow steps, the median
and the ninth decile of the error at points along the way, beside what a moving average, the mean since the start and
a window of 30 s would have said; then how often the interval from past runs held, and what an estimate costs.
"""

import random
import statistics
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from store.progress import Mark
from tests.bench import percentile, report
from workers.logs.eta import Course, interval
from workers.logs.past import Shape

POINTS = (2, 10, 20, 30, 50, 70, 90)
BEFORE, AFTER = "before 1st eval", "after 1st eval"


@dataclass
class Made:
    """A made-up training: when each step was printed, the first evaluation, the end."""

    times: list[float]
    dones: list[float]
    total: float
    end: float
    first_pause: tuple[float, float]


@dataclass
class Kind:
    """What runs of a kind have in common; the numbers of one run scatter about it."""

    epochs: int
    steps: int
    step: float
    scatter: float
    epoch_scatter: float
    drift: float
    warm_up: float
    slow_steps: int
    evaluation: float
    checkpoint: float
    checkpoint_every: int
    stalls: float
    stall: float
    print_every: int


def long_kind(rng: random.Random) -> Kind:
    """Ten epochs of 400 steps."""
    step = 10 ** rng.uniform(-1, 0)
    return Kind(
        epochs=10,
        steps=400,
        step=step,
        scatter=rng.uniform(0.02, 0.3),
        epoch_scatter=rng.uniform(0, 0.05),
        drift=rng.uniform(-0.15, 0.15),
        warm_up=rng.uniform(10, 90),
        slow_steps=rng.choice((1, 3, 20)),
        evaluation=rng.uniform(0.1, 0.6) * 400 * step,
        checkpoint=rng.uniform(1, 15) * step,
        checkpoint_every=100,
        stalls=rng.choice((0, 0, 2, 5)),
        stall=rng.uniform(10, 60) * step,
        print_every=rng.choice((1, 1, 10, 50)),
    )


def short_kind(rng: random.Random) -> Kind:
    """A run of 40 to 90 seconds."""
    epochs, steps = rng.choice((4, 5, 8, 10, 20)), rng.choice((20, 50, 100, 200))
    evaluation = rng.uniform(0.1, 0.6)
    step = rng.uniform(40, 90) / (epochs * steps * (1 + evaluation))
    return Kind(
        epochs=epochs,
        steps=steps,
        step=step,
        scatter=rng.uniform(0.01, 0.2),
        epoch_scatter=rng.uniform(0, 0.02),
        drift=rng.uniform(-0.05, 0.05),
        warm_up=rng.uniform(0.5, 4),
        slow_steps=rng.choice((1, 3)),
        evaluation=evaluation * steps * step,
        checkpoint=rng.uniform(0.02, 0.1) * steps * step,
        checkpoint_every=rng.choice((steps // 4, steps // 2, int(steps * 1.5), 25)),
        stalls=0,
        stall=0,
        print_every=rng.choice((1, 1, 5)),
    )


def slow_kind(rng: random.Random) -> Kind:
    """Steps of one to ten minutes, for a day or more."""
    step = rng.uniform(60, 600)
    return Kind(
        epochs=10,
        steps=rng.choice((20, 30, 50)),
        step=step,
        scatter=rng.uniform(0.01, 0.1),
        epoch_scatter=rng.uniform(0, 0.02),
        drift=rng.uniform(-0.1, 0.1),
        warm_up=rng.uniform(60, 900),
        slow_steps=1,
        evaluation=rng.uniform(1, 10) * step,
        checkpoint=rng.uniform(0.1, 0.5) * step,
        checkpoint_every=10,
        stalls=0,
        stall=0,
        print_every=1,
    )


def make(kind: Kind, rng: random.Random) -> Made:
    """One run of that kind."""
    times, dones, now = [0.0], [0.0], 0.0
    now += kind.warm_up * rng.uniform(0.8, 1.2)
    total = kind.epochs * kind.steps
    base = kind.step * rng.gauss(1, 0.05)
    evaluation, checkpoint = kind.evaluation * rng.gauss(1, 0.1), kind.checkpoint * rng.gauss(1, 0.1)
    stalled = {rng.randrange(total) for _ in range(round(kind.stalls * rng.uniform(0.5, 1.5)))}
    epoch_pace, first = 1.0, None
    for index in range(total):
        if index % kind.steps == 0:
            epoch_pace = max(0.5, rng.gauss(1, kind.epoch_scatter))
        seconds = base * epoch_pace * (1 + kind.drift * (index / total - 0.5) * 2) * rng.lognormvariate(0, kind.scatter)
        if index < kind.slow_steps:
            seconds *= 4
        if index in stalled:
            seconds += kind.stall * rng.uniform(0.5, 1.5)
        now += seconds
        done = index + 1
        if done % kind.print_every == 0 or done == total:
            times.append(now)
            dones.append(float(done))
        if done % kind.checkpoint_every == 0:
            now += checkpoint * rng.lognormvariate(0, 0.1)
        if done % kind.steps == 0:
            begin = now
            now += evaluation * rng.lognormvariate(0, 0.05)
            first = first or (begin, now)
    assert first is not None
    return Made(times, dones, float(total), now, first)


def watch(made: Made, poll: float, offset: float) -> list[Mark]:
    """What one sees who looks every ``poll`` seconds."""
    marks: list[Mark] = []
    for when, done in zip(made.times, made.dones, strict=True):
        seen = (int((when - offset) / poll) + 1) * poll + offset
        if marks and marks[-1].time == seen:
            marks[-1] = Mark(seen, done)
        else:
            marks.append(Mark(seen, done))
    return marks


def moments(made: Made, marks: Sequence[Mark], poll: float) -> dict[float | str, float]:
    """The times at which the estimates are compared."""
    found: dict[float | str, float] = {}
    for percent in POINTS:
        found[percent] = next(mark.time for mark in marks if mark.done >= made.total * percent / 100)
    found[BEFORE] = max(marks[1].time, made.first_pause[0] - poll)
    after = bisect_right(made.times, made.first_pause[1])
    if after < len(made.times):
        found[AFTER] = next(mark.time for mark in marks if mark.done >= made.dones[after])
    return found


def moving_average(made: Made, now: float) -> float:
    """What a progress bar says: the average of the steps' times, a step ago counting 0.7 of the latest."""
    seconds = steps = weight = 0.0
    at, done = made.times[0], made.dones[0]
    for when, count in zip(made.times, made.dones, strict=True):
        if when > now:
            break
        if when - at >= 0.1:
            seconds, steps = 0.7 * seconds + 0.3 * (when - at), 0.7 * steps + 0.3 * (count - done)
            weight = 1.0
            at, done = when, count
    return (made.total - done) * seconds / steps if weight else float("nan")


def mean(made: Made, now: float) -> float:
    """The mean since the start."""
    at = bisect_right(made.times, now) - 1
    return (made.total - made.dones[at]) * made.times[at] / made.dones[at] if made.dones[at] else float("nan")


def window(made: Made, now: float) -> float:
    """The mean of the last 30 seconds."""
    at, before = bisect_right(made.times, now) - 1, max(0, bisect_right(made.times, now - 30) - 1)
    steps = made.dones[at] - made.dones[before]
    return (made.total - made.dones[at]) * (now - made.times[before]) / steps if steps else float("nan")


PEERS: dict[str, Callable[[Made, float], float]] = {"moving average": moving_average, "mean": mean, "30 s": window}


def follow(
    made: Made, marks: Sequence[Mark], poll: float, past: Sequence[Shape] = ()
) -> tuple[dict[float | str, float], Shape | None]:
    """Ratios of real to estimated seconds left at each moment, the course fed as the daemon would; and what the run
    teaches later ones."""
    course = Course(poll=poll)
    wanted = sorted(((when, point) for point, when in moments(made, marks, poll).items()), key=lambda one: one[0])
    ratios: dict[float | str, float] = {}
    every = max(1, len(marks) // 300)
    for index, mark in enumerate(marks):
        while wanted and wanted[0][0] < mark.time:
            _ask(course, made, wanted.pop(0), past, ratios)
        course.add(*mark)
        if index % every == 0:
            course.estimate(made.total, mark.time, past=past)
        while wanted and wanted[0][0] <= mark.time:
            _ask(course, made, wanted.pop(0), past, ratios)
    return ratios, course.shape(made.end)


def _ask(
    course: Course,
    made: Made,
    wanted: tuple[float, float | str],
    past: Sequence[Shape],
    ratios: dict[float | str, float],
) -> None:
    when, point = wanted
    found = course.estimate(made.total, when, past=past)
    if found is not None and found.seconds > 0:
        ratios[point] = (made.end - when) / found.seconds


def errors(name: str, kinds: Callable[[random.Random], Kind], runs: int, poll: float) -> list[tuple[str, float]]:
    """Print the errors of that many runs of a kind of run; the medians of ours from 10 % on."""
    ours: dict[float | str, list[float]] = {}
    second: dict[float | str, list[float]] = {}
    theirs: dict[str, dict[float | str, list[float]]] = {peer: {} for peer in PEERS}
    for seed in range(runs):
        rng = random.Random(f"{name} {seed}")
        kind = kinds(rng)
        made = make(kind, rng)
        marks = watch(made, poll, rng.uniform(0, poll))
        when = moments(made, marks, poll)
        ratios, shape = follow(made, marks, poll)
        for point, moment in when.items():
            actual = made.end - moment
            if point in ratios:
                ours.setdefault(point, []).append(abs(1 / ratios[point] - 1))
            for peer, guess in PEERS.items():
                guessed = guess(made, moment)
                if guessed == guessed:
                    theirs[peer].setdefault(point, []).append(abs(guessed / actual - 1))
        again = make(kind, rng)
        ratios, _ = follow(again, watch(again, poll, rng.uniform(0, poll)), poll, [shape] if shape else [])
        for point, ratio in ratios.items():
            second.setdefault(point, []).append(abs(1 / ratio - 1))
    print(f"\n{name}: {runs} runs looked at every {poll:g} s; |estimated/real − 1|, median / ninth decile, %")
    print(
        f"{'at':>16} {'2nd of a kind':>14} {'first':>14}" + "".join(f"{peer:>18}" for peer in PEERS) + "   times worse"
    )
    medians = []
    for point in (*POINTS, BEFORE, AFTER):
        mine = ours.get(point, [])
        others = [theirs[peer].get(point, []) for peer in PEERS]
        if not mine or not all(others):
            continue
        times = [f"{statistics.median(other) / max(statistics.median(mine), 1e-9):.1f}" for other in others]
        label = f"{point} %" if isinstance(point, int) else str(point)
        print(
            f"{label:>16} {_pair(second[point]):>14} {_pair(mine):>14}"
            + "".join(f"{_pair(other):>18}" for other in others)
            + "   "
            + " ".join(times)
        )
        if isinstance(point, int) and point >= 10:
            medians.append((f"{name}, {poll:g} s, {label}", statistics.median(mine)))
    pooled = [error for point, found in ours.items() if isinstance(point, int) and point >= 10 for error in found]
    return [*medians, (f"{name}, {poll:g} s, 10 to 90 %", statistics.median(pooled))]


def _pair(values: Sequence[float]) -> str:
    return f"{100 * statistics.median(values):.1f} / {100 * percentile(values, 0.9):.1f}"


def coverage(runs: int) -> None:
    """How often the real end lay within the interval that 5, 10, 20 and 50 past runs of the kind give."""
    print(f"\nInterval from past runs of the same kind, {runs} kinds, at 10, 30 and 70 %: held in / high over low")
    held: dict[int, list[bool]] = {}
    widths: dict[int, list[float]] = {}
    for seed in range(runs):
        rng = random.Random(f"coverage {seed}")
        kind = long_kind(rng)
        outcomes, shapes = [], list[Shape]()
        for _ in range(51):
            made = make(kind, rng)
            ratios, shape = follow(made, watch(made, 0.5, rng.uniform(0, 0.5)), 0.5, shapes[-10:])
            outcomes.append(ratios)
            shapes += [shape] if shape else []
        outcomes.reverse()
        for point in (10, 30, 70):
            new, *past = [outcome[point] for outcome in outcomes if point in outcome]
            for count in (5, 10, 20, 50):
                around = interval(1.0, past[:count])
                if around.low is not None and around.high is not None:
                    held.setdefault(count, []).append(around.low <= new <= around.high)
                    widths.setdefault(count, []).append(around.high / around.low)
    for count in (5, 10, 20, 50):
        if count not in held:
            print(f"  {count:>3} past runs: {interval(1.0, [1.0] * count).source}")
        else:
            share = statistics.mean(held[count])
            print(f"  {count:>3} past runs: {100 * share:.0f} % (80 % meant), {statistics.median(widths[count]):.2f}")


def cost() -> None:
    """Milliseconds of one look at a run of ten days."""
    rng = random.Random(1)
    course, now, done, taken = Course(), 0.0, 0.0, []
    for tick in range(120_000):
        now += 0.5
        done += rng.uniform(4, 6)
        if tick % 600 == 0:
            now += 20 * rng.lognormvariate(0, 0.1)
        if tick % 50 == 0:
            now += 2 * rng.lognormvariate(0, 0.1)
        began = time.perf_counter()
        course.add(now, done)
        course.estimate(10_000_000, now)
        taken.append(1000 * (time.perf_counter() - began))
    taken = taken[-40_000:]
    print()
    average = statistics.mean(taken)
    report(
        "one look at a long run", f"mean {average:.3f} ms, worst {max(taken):.0f} ms", ok=average <= 1, budget="1 ms"
    )


def main() -> int:
    """All of it."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    medians = errors("long", long_kind, runs, 0.5)
    for poll in (0.5, 2.0):
        medians += errors("a minute", short_kind, runs, poll)
    medians += errors("slow steps", slow_kind, runs, 0.5)
    print()
    for what, error in medians:
        report(what, f"median error {100 * error:.1f} %", ok=error <= 0.1, budget="10 %")
    cost()
    coverage(max(10, runs // 8))
    return 0


if __name__ == "__main__":
    sys.exit(main())
