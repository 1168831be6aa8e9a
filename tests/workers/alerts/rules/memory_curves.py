"""Memory over ten hours, in per cent of what there is: leaks, and what looks like them."""

import math
import random
from collections.abc import Callable, Sequence

from workers.alerts.rules.growth import REACH_SECONDS, Growth, foresee_limit

STEP = 45.0
HOUR, MINUTE = 3600.0, 60.0
LIMIT = 100.0
TIMES = [STEP * place for place in range(int(10 * HOUR / STEP))]
Curve = list[float]


def first_told(
    values: Sequence[float], *, horizon: float = 2 * HOUR, every: float = 300.0
) -> tuple[int, Growth] | None:
    """The place at which a leak would have been told first, asked every so many seconds, and what was foreseen."""
    reach = int(REACH_SECONDS / STEP)
    for end in range(40, len(values), int(every / STEP)):
        begin = max(0, end - reach)
        found = foresee_limit(list(zip(TIMES[begin:end], values[begin:end], strict=True)), TIMES[end - 1], LIMIT)
        if found is not None and found.left <= horizon:
            return end, found
    return None


def wander(rng: random.Random, deviation: float, seconds: float) -> Curve:
    """Noise that forgets itself within so many seconds."""
    keep, value, found = math.exp(-STEP / seconds), 0.0, []
    for _ in TIMES:
        value = value * keep + rng.gauss(0, deviation * math.sqrt(1 - keep * keep))
        found.append(value)
    return found


def saturate(rng: random.Random) -> Curve:
    """A cache that fills and levels off."""
    base, slow = rng.uniform(10, 50), rng.uniform(5 * MINUTE, 4 * HOUR)
    top, noise = rng.uniform(base + 5, 96), wander(rng, rng.uniform(0.05, 0.6), rng.uniform(60, 900))
    return [base + (top - base) * (1 - math.exp(-at / slow)) + error for at, error in zip(TIMES, noise, strict=True)]


def step_up(rng: random.Random) -> Curve:
    """An allocator that takes another block now and then, ever more seldom."""
    level, found = rng.uniform(20, 80), []
    for at in TIMES:
        if rng.random() < STEP / (rng.uniform(200, 600) + at * rng.uniform(0.1, 0.5)):
            level = min(97, level + rng.choice([0.05, 0.2, 1, 3]) * rng.random())
        found.append(level)
    return found


def load(rng: random.Random) -> Curve:
    """A data set that is read into memory, at some time."""
    base, length, begin = rng.uniform(5, 30), rng.uniform(5 * MINUTE, 40 * MINUTE), rng.uniform(0, 3 * HOUR)
    top, noise = rng.uniform(base + 10, 95), wander(rng, 0.1, 300)
    shares = [min(1.0, max(0.0, (at - begin) / length)) for at in TIMES]
    return [base + (top - base) * share + error for share, error in zip(shares, noise, strict=True)]


def bump(rng: random.Random) -> Curve:
    """More during each evaluation."""
    base, period, share = rng.uniform(30, 80), rng.uniform(20 * MINUTE, 2 * HOUR), rng.uniform(0.1, 0.5)
    more, noise = rng.uniform(2, 95 - base), wander(rng, 0.2, 300)
    return [base + (more if (at / period) % 1 < share else 0) + error for at, error in zip(TIMES, noise, strict=True)]


def swing(rng: random.Random) -> Curve:
    """What every epoch of up to three quarters of an hour takes, and gives back."""
    base, period, phase = rng.uniform(10, 60), rng.uniform(3 * MINUTE, 45 * MINUTE), rng.random()
    more, noise = rng.uniform(3, 94 - base), wander(rng, rng.uniform(0.05, 0.5), 300)
    return [base + more * ((at / period + phase) % 1) + error for at, error in zip(TIMES, noise, strict=True)]


def settle(rng: random.Random) -> Curve:
    """Growth that gets slower and slower without an end."""
    base = rng.uniform(20, 70)
    rate, noise = rng.uniform(1, (95 - base) / math.log(1 + 10 * HOUR / 600)), wander(rng, 0.1, 300)
    return [base + rate * math.log(1 + at / 600) + error for at, error in zip(TIMES, noise, strict=True)]


def flicker(rng: random.Random) -> Curve:
    """What all kinds of programs take and give back within minutes."""
    base = rng.uniform(30, 85)
    noise = wander(rng, rng.uniform(0.5, (97 - base) / 3), rng.uniform(MINUTE, 10 * MINUTE))
    return [min(99.0, base + error) for error in noise]


def leak(rng: random.Random, shape: Callable[[float, float, float], float], noise: float) -> tuple[Curve, int]:
    """A leak, and the place at which it has hit the limit."""
    base, full = rng.uniform(10, 80), rng.uniform(3 * HOUR, 9 * HOUR)
    errors = wander(rng, noise, rng.uniform(60, 600))
    curve = [min(LIMIT, base + shape(at, LIMIT - base, full) + error) for at, error in zip(TIMES, errors, strict=True)]
    return curve, next(place for place, value in enumerate(curve) if value >= LIMIT - 0.01)


def leak_evenly(rng: random.Random) -> tuple[Curve, int]:
    """A little with every step."""
    return leak(rng, lambda at, room, full: room * at / full, rng.uniform(0.05, 0.5))


def leak_by_epochs(rng: random.Random) -> tuple[Curve, int]:
    """Some more after each epoch of up to 20 minutes."""
    epoch = rng.uniform(4 * MINUTE, 20 * MINUTE)
    return leak(rng, lambda at, room, full: room * epoch / full * math.floor(at / epoch), 0.1)


def leak_under_epochs(rng: random.Random) -> tuple[Curve, int]:
    """Evenly, below what every epoch takes and gives back."""
    epoch, more = rng.uniform(3 * MINUTE, 12 * MINUTE), rng.uniform(0.5, 5)
    return leak(rng, lambda at, room, full: room * at / full + more * ((at / epoch) % 1), 0.2)


def leak_late(rng: random.Random) -> tuple[Curve, int]:
    """After hours of peace."""
    return leak(rng, lambda at, room, full: room * max(0.0, at - full / 2) * 2 / full, rng.uniform(0.05, 0.4))


LOOK_ALIKES: dict[str, Callable[[random.Random], Curve]] = {
    one.__name__: one for one in (saturate, step_up, load, bump, swing, settle, flicker)
}
LEAKS: dict[str, Callable[[random.Random], tuple[Curve, int]]] = {
    one.__name__: one for one in (leak_evenly, leak_by_epochs, leak_under_epochs, leak_late)
}
