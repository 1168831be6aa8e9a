"""Loss curves that only look alarming. Made, not recorded."""

import math
import random
from collections.abc import Callable

from tests.workers.alerts.rules.curves import Curve, decay, noisy


def classifier(dice: random.Random) -> Curve:
    """A loss a batch, noisy, near nothing at the end."""
    count = dice.randint(300, 1500)
    levels = [2.3 * math.exp(-place * dice.uniform(3.9, 4.1) / count) for place in range(count)]
    return Curve(noisy(dice, levels, dice.uniform(0.1, 0.6)))


def language_model(dice: random.Random) -> Curve:
    """A loss with little noise."""
    return Curve(noisy(dice, decay(11, 2.5, dice.randint(500, 2000), 0.03), dice.uniform(0.01, 0.04)))


def spikes(dice: random.Random) -> Curve:
    """Spikes that recover, some slowly."""
    curve = language_model(dice)
    for _ in range(dice.randint(1, 6)):
        at, height, slow = dice.randrange(100, len(curve.values)), dice.uniform(1.5, 10), dice.uniform(3, 40)
        for place in range(at, min(len(curve.values), at + int(6 * slow))):
            curve.values[place] *= 1 + height * math.exp(-(place - at) / slow)
    return curve


def warm_restarts(dice: random.Random) -> Curve:
    """A learning rate that restarts: the loss jumps up manyfold, and stays up for most of a cycle."""
    cycle, high = dice.randint(150, 400), dice.uniform(0.2, 0.5)
    low = high / dice.uniform(5, 50)
    levels, rates = [], []
    for place in range(dice.randint(3, 5) * cycle):
        rate = 0.5 * (1 + math.cos(math.pi * (place % cycle) / cycle))
        start = 2.0 * math.exp(-place / 40)
        levels.append(start + low * (high / low) ** min(1.0, 1.6 * rate))
        rates.append(0.1 * rate + 1e-5)
    return Curve(noisy(dice, levels, 0.15), rates=rates if dice.random() < 0.5 else [])


def triangles(dice: random.Random) -> Curve:
    """A learning rate that rises and falls."""
    cycle = dice.randint(60, 300)
    levels = [
        (0.4 + 2 * math.exp(-place / 100)) * (1 + dice.uniform(0.8, 1.0) * abs(2 * (place % cycle) / cycle - 1))
        for place in range(6 * cycle)
    ]
    return Curve(noisy(dice, levels, 0.08))


def curriculum(dice: random.Random) -> Curve:
    """Harder stages, each of which is learnt."""
    levels: list[float] = []
    for stage in range(dice.randint(2, 5)):
        begin = dice.uniform(1.0, 2.3) if not stage else levels[-1] * dice.uniform(1.5, 4)
        levels += decay(begin, begin / dice.uniform(3, 8), dice.randint(150, 500), 0.05)
    return Curve(noisy(dice, levels, dice.uniform(0.03, 0.2)))


def new_tasks(dice: random.Random) -> Curve:
    """One task after another, each from chance on, with steps that go on."""
    levels: list[float] = []
    for _ in range(dice.randint(2, 5)):
        count = dice.randint(150, 600)
        levels += [0.05 + 2.3 * math.exp(-6 * place / count) for place in range(count)]
    return Curve(noisy(dice, levels, dice.uniform(0.05, 0.2)))


def new_fit(dice: random.Random) -> Curve:
    """Folds: another fit from the first step on."""
    values, steps = [], []
    for _ in range(dice.randint(2, 5)):
        count = dice.randint(100, 400)
        values += noisy(dice, [0.05 + 2.3 * math.exp(-3 * place / count) for place in range(count)], 0.1)
        steps += [10.0 * place for place in range(count)]
    return Curve(values, steps=steps)


def resumed(dice: random.Random) -> Curve:
    """Back to a checkpoint, with an optimizer that has to find its way again."""
    first = dice.randint(200, 600)
    back = dice.randint(5, 100)
    values = noisy(dice, decay(2.3, 0.2, first, 0.05), 0.1)
    again = noisy(dice, [values[-back] * (1 + 2 * math.exp(-place / 15)) for place in range(300)], 0.1)
    steps = [10.0 * place for place in range(first)]
    return Curve(values + again, steps=steps + [10.0 * (first - back + place) for place in range(300)])


def warm_up(dice: random.Random) -> Curve:
    """The loss rises with the learning rate first."""
    top, rise = dice.uniform(1.2, 2.8), dice.randint(60, 200)
    levels = [2.3 * (1 + (top - 1) * place / rise) for place in range(rise)]
    levels += decay(2.3 * top, 0.3, dice.randint(300, 800), 0.03)
    return Curve(noisy(dice, levels, 0.08))


def generator(dice: random.Random) -> Curve:
    """Two networks against each other: the generator loses more and more."""
    level, levels = 0.7, []
    for _ in range(dice.randint(400, 1500)):
        level = max(0.2, level * math.exp(dice.gauss(0.002, 0.05)))
        levels.append(min(level, 30.0))
    return Curve(noisy(dice, levels, 0.3), name=dice.choice(["g_loss", "loss_G", "gen_loss"]), others=("d_loss",))


def value_loss(dice: random.Random) -> Curve:
    """Reinforcement learning: the better it plays, the larger the loss."""
    levels, level = [], 0.05
    for place in range(dice.randint(300, 1200)):
        if dice.random() < 0.01:
            level *= dice.uniform(2, 8)
        level = min(level, 500.0) * 0.995
        levels.append(level + 0.001 * place)
    name = dice.choice(["train/loss", "loss", "train/value_loss"])
    return Curve(noisy(dice, levels, dice.uniform(0.3, 1.0)), name=name, others=("rollout/ep_rew_mean",))


def policy_loss(dice: random.Random) -> Curve:
    """Around zero."""
    values = [dice.gauss(-0.01, 0.02) * dice.choice([1, 1, 1, 4]) for _ in range(800)]
    return Curve(values, name=dice.choice(["loss", "policy_loss"]))


def likelihood(dice: random.Random) -> Curve:
    """Negative, with a long tail upwards."""
    levels = decay(5, dice.uniform(-4, -1), dice.randint(300, 1000), 0.05)
    return Curve([level + dice.gauss(0, 0.2) + dice.expovariate(3) ** 2 for level in levels])


def long_tail(dice: random.Random) -> Curve:
    """Batches that differ by orders of magnitude."""
    return Curve(noisy(dice, decay(3, 0.3, dice.randint(300, 1500), 0.02), dice.uniform(0.8, 1.5)))


def overfitting(dice: random.Random) -> Curve:
    """A validation loss that rises, epoch by epoch."""
    best = dice.uniform(0.2, 0.5)
    levels = [best + math.exp(-place / 5) + 0.004 * max(0, place - 20) * best for place in range(300)]
    return Curve(noisy(dice, levels, 0.04), name="val_loss", seconds=300.0, unit="epoch", grain=1.0)


def spiky_validation(dice: random.Random) -> Curve:
    """Single epochs far off."""
    values = noisy(dice, decay(2, 0.3, 200, 0.2), 0.1)
    for _ in range(10):
        at = dice.randrange(len(values) - 1)
        values[at] *= dice.uniform(3, 50)
        if dice.random() < 0.3:
            values[at + 1] *= dice.uniform(2, 10)
    return Curve(values, name="val_loss", seconds=300.0, unit="epoch", grain=1.0)


def drift(dice: random.Random) -> Curve:
    """Slowly up by half, or twice."""
    level, up, count = dice.uniform(0.1, 5), dice.uniform(1.3, 2.2), dice.randint(300, 1500)
    return Curve(noisy(dice, [level * up ** (place / count) for place in range(count)], dice.uniform(0.02, 0.3)))


def regression(dice: random.Random) -> Curve:
    """From ten thousand to one."""
    levels = [1 + 1e4 * math.exp(-place / 20) for place in range(dice.randint(300, 1000))]
    return Curve(noisy(dice, levels, dice.uniform(0.1, 0.7)))


def amp_warm_up(dice: random.Random) -> Curve:
    """A gradient scaler that begins too high."""
    curve = classifier(dice)
    curve.grain = dice.choice([1.0, 1.0, 5.0])
    at = dice.randrange(0, 40)
    for place in range(at, at + dice.randint(1, 16)):
        curve.values[place] = dice.choice([math.nan, math.inf])
    return curve


def lone_nans(dice: random.Random) -> Curve:
    """A bad batch now and then, twice in a row at most."""
    curve = classifier(dice)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(curve.values) - 2)
        curve.values[at] = math.nan
        if dice.random() < 0.3:
            curve.values[at + 1] = math.inf
        curve.values[at + 2] = 0.5
    return curve


def filling_queue(dice: random.Random) -> Curve:
    """A contrastive loss that rises while its queue of negatives fills."""
    fill = dice.randint(10, 60)
    levels = [0.5 + 8.5 * min(1.0, place / fill) - 0.002 * max(0, place - fill) for place in range(800)]
    return Curve(noisy(dice, levels, 0.02))


def annealed(dice: random.Random) -> Curve:
    """The weight of a second term goes up."""
    begin, count = dice.randint(50, 300), dice.randint(400, 1000)
    base, extra = dice.uniform(20, 100), dice.uniform(0.3, 1.0)
    levels = [base * (1 + math.exp(-p / 30) + extra * min(1.0, max(0.0, (p - begin) / 100))) for p in range(count)]
    return Curve(noisy(dice, levels, 0.03))


def memorised(dice: random.Random) -> Curve:
    """Nearly nothing, but for what has not been memorised."""
    values = noisy(dice, [2.0 * math.exp(-place / 80) + 1e-4 for place in range(900)], 0.8)
    for place in range(300, 900):
        if dice.random() < 0.05:
            values[place] = dice.uniform(0.01, 1.0)
    return Curve(values)


def ranks(dice: random.Random) -> Curve:
    """Lines of four ranks in turns, whose steps are not in order."""
    count = dice.randint(100, 300)
    steps = [10.0 * max(0, place + dice.choice([0, 0, -1])) for place in range(count) for _ in range(4)]
    return Curve(noisy(dice, decay(2.3, 0.2, 4 * count, 0.02), 0.2), steps=steps)


def blocks(dice: random.Random) -> Curve:
    """Data that come in blocks of different difficulty."""
    length, hard = dice.randint(20, 150), 1.0
    levels = []
    for place in range(dice.randint(500, 1500)):
        if place % length == 0:
            hard = dice.uniform(0.4, 1.6)
        levels.append(hard * (0.5 + 1.5 * math.exp(-place / 150)))
    return Curve(noisy(dice, levels, 0.1))


LOOK_ALIKES: tuple[Callable[[random.Random], Curve], ...] = (
    classifier, language_model, spikes, warm_restarts, triangles, curriculum, new_tasks, new_fit, resumed, warm_up,
    generator, value_loss, policy_loss, likelihood, long_tail, overfitting, spiky_validation, drift, regression,
    amp_warm_up, lone_nans, filling_queue, annealed, memorised, ranks, blocks,
)  # fmt: skip
