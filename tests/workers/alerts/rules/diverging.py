"""Loss curves that diverge. Made, not recorded."""

import math
import random
from collections.abc import Callable
from dataclasses import replace

from tests.workers.alerts.rules.curves import Curve, decay, noisy
from tests.workers.alerts.rules.look_alikes import classifier, language_model, likelihood, value_loss


def _cut(dice: random.Random, curve: Curve, low: int = 150) -> Curve:
    at = dice.randrange(low, max(low + 1, len(curve.values) - 50))
    return replace(curve, values=curve.values[:at], onset=at, steps=[])


def turns_nan(dice: random.Random) -> Curve:
    """NaN, for good."""
    curve = _cut(dice, dice.choice([classifier, language_model, likelihood, value_loss])(dice), 60)
    curve.values += [math.nan] * 300
    return curve


def turns_infinite(dice: random.Random) -> Curve:
    """Grows beyond all numbers."""
    curve = _cut(dice, language_model(dice))
    curve.values += [curve.values[-1] * 2.0**place for place in range(40)] + [math.inf] * 300
    return curve


def explodes(dice: random.Random) -> Curve:
    """Grows a thousandfold or more, and wanders there."""
    curve = _cut(dice, dice.choice([classifier, language_model])(dice))
    far, slow = curve.values[-1] * 10 ** dice.uniform(3, 8), dice.randint(5, 100)
    begin = curve.values[-1]
    levels = [begin * (far / begin) ** min(1.0, (place + 1) / slow) for place in range(500)]
    curve.values += noisy(dice, levels, 0.5)
    return curve


def falls_to_chance(dice: random.Random) -> Curve:
    """All that was learnt is lost: as at the beginning, and flat."""
    curve = _cut(dice, Curve(noisy(dice, [0.1 + 2.2 * math.exp(-place / 80) for place in range(1000)], 0.15)), 300)
    curve.values += noisy(dice, [2.32] * 500, 0.02)
    return curve


def plateau(dice: random.Random) -> Curve:
    """A language model that climbs to what it knew after a hundred steps, and stays there."""
    curve = _cut(dice, language_model(dice), 200)
    begin, end, slow = curve.values[-1], dice.uniform(7.0, 8.0), dice.randint(5, 100)
    levels = [begin + (end - begin) * min(1.0, (place + 1) / slow) for place in range(500)]
    curve.values += noisy(dice, levels, 0.02)
    return curve


def bad_start(dice: random.Random) -> Curve:
    """Too high a learning rate: up from the end of the warm-up on."""
    at = dice.randint(60, 150)
    values = noisy(dice, decay(2.3, 1.8, at, 0.05), 0.08)
    levels = [1.8 * (1 + dice.uniform(9, 11) * min(1.0, place / 60)) for place in range(400)]
    return Curve(values + noisy(dice, levels, 0.3), onset=at)


def spike_that_stays(dice: random.Random) -> Curve:
    """Up at once, then slowly down to a level that is still far too high."""
    curve = _cut(dice, language_model(dice), 200)
    levels = [dice.uniform(10.5, 11.5) + 30 * math.exp(-place / 10) for place in range(500)]
    curve.values += noisy(dice, levels, 0.05)
    return curve


def wild_explosion(dice: random.Random) -> Curve:
    """Reinforcement learning whose loss goes to millions."""
    curve = _cut(dice, value_loss(dice))
    curve.values += noisy(dice, [curve.values[-1] + 10 ** min(8.0, 0.1 * place) for place in range(500)], 0.8)
    return curve


def unlikely(dice: random.Random) -> Curve:
    """A negative loss that goes far up."""
    curve = _cut(dice, likelihood(dice), 200)
    curve.values += [dice.gauss(min(500.0, 8.0 * place), 20) for place in range(400)]
    return curve


def slow_validation(dice: random.Random) -> Curve:
    """A validation loss that explodes, epoch by epoch."""
    values = noisy(dice, decay(2, 0.4, dice.randint(40, 150), 0.2), 0.1)
    at = len(values)
    return Curve(
        values + noisy(dice, [0.4 * 2.0 ** min(8, place + 1) for place in range(60)], 0.2),
        name="val_loss", seconds=300.0, unit="epoch", grain=1.0, onset=at,
    )  # fmt: skip


DIVERGING: tuple[Callable[[random.Random], Curve], ...] = (
    turns_nan, turns_infinite, explodes, falls_to_chance, plateau, bad_start, spike_that_stays, wild_explosion,
    unlikely, slow_validation,
)  # fmt: skip
