"""The pauses of a training: which gaps between marks are more than training, and which of them come back.

Evaluations, checkpoints and the like show from outside as time in which the counter does not grow. Those that return
after the same number of steps are cycles: what is left of them until the end can be counted.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

_WINDOW = 60  # pauses looked at for one cycle
_LEVELS = 4  # cycles that may lie over one another
_SINGLE = 0.9  # how far to believe that a pause seen once comes back after as many steps
_OUTLIER = 2.0  # times the median: no ordinary occurrence of the cycle


@dataclass(frozen=True, slots=True)
class Stretch:
    """Between two marks: the counter grew from ``low`` to ``high`` in ``seconds``; ``label`` is a phase named in it.
    ``lone`` was kept for the pause in it alone."""

    low: float
    high: float
    seconds: float
    label: str = ""
    lone: bool = False

    @property
    def steps(self) -> float:
        """How far the counter went."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Pause:
    """Something else than training took ``seconds`` between ``low`` and ``high`` of the counter."""

    low: float
    high: float
    seconds: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A pause of ``seconds`` that comes every ``period`` of the counter; ``last`` is where it was last seen."""

    period: float
    last: float
    seconds: float
    times: int
    label: str = ""

    def remaining(self, done: float, total: float, tolerance: float) -> int:
        """How often it is still to come from ``done`` on, one that is due or under way included."""
        reach = min(tolerance, self.period / 4)
        passed = int(max(0.0, (done - reach - self.last) / self.period))
        coming = int(max(0.0, (total + reach - self.last) / self.period))
        return max(0, coming - passed)

    def is_due(self, done: float, tolerance: float) -> bool:
        """Whether it is expected where the counter now stands."""
        reach = min(tolerance, self.period / 4)
        turns = round((done - self.last) / self.period)
        return turns >= 1 and abs(done - self.last - turns * self.period) <= reach


def flag_pauses(stretches: Sequence[Stretch], paces: Sequence[float], floor: float, finest: float) -> list[bool]:
    """Which stretches hold a pause. ``paces`` are the seconds a step takes about there; what is shorter than ``floor``
    seconds is no pause, and neither is what the scatter of the steps explains. ``finest`` steps lie between lines."""
    excess = [stretch.seconds - pace * stretch.steps for stretch, pace in zip(stretches, paces, strict=True)]
    scaled = [over / stretch.steps**0.5 for over, stretch in zip(excess, stretches, strict=True)]
    if not scaled:
        return []
    quicker = [-value for value in scaled if value <= 0]  # pauses lie on the other side only
    scatter = 1.4826 * median(quicker) if quicker else 0.0
    flags, somewhat = [], []
    for stretch, pace, over in zip(stretches, paces, excess, strict=True):
        noise, usual = scatter * stretch.steps**0.5, pace * stretch.steps
        chance = (
            max(0.0, noise * noise - floor * floor / 6) ** 0.5
        )  # less what looking at intervals adds, which is bounded
        least = max(floor + 5 * chance, max(0.12, 0.5 * (finest / stretch.steps) ** 0.5) * usual)
        flags.append(over > max(0.0, min(least, 0.2 * usual) if stretch.label else least))
        somewhat.append(over > max(2 * noise, 0.1 * usual))
    for index in range(1, len(flags)):  # a look in the middle of a pause cuts it in two
        if flags[index] and somewhat[index - 1]:
            flags[index - 1] = True
    return flags


def gather(stretches: Sequence[Stretch], flags: Sequence[bool], step: float) -> list[Pause]:
    """The pauses in the flagged stretches, neighbours as one, where a step takes ``step`` seconds."""
    pauses: list[Pause] = []
    longest, joined = 0.0, False
    for stretch, flag in zip(stretches, flags, strict=True):
        over = stretch.seconds - step * stretch.steps
        if flag and joined:
            before = pauses[-1]
            at = stretch if over > longest else before
            label = stretch.label or before.label
            pauses[-1] = Pause(at.low, at.high, before.seconds + over, label)
            longest = max(longest, over)
        elif flag:
            pauses.append(Pause(stretch.low, stretch.high, over, stretch.label))
            longest = over
        joined = flag and not stretch.lone
    return [pause for pause in pauses if pause.seconds > 0]


def find_cycles(
    pauses: Sequence[Pause], *, start: float, done: float, total: float, grain: float, known: Sequence[float] = ()
) -> tuple[list[Cycle], list[Pause]]:
    """The cycles among ``pauses`` (in order), shortest first, and the pauses that belong to none.

    ``start`` is where the counter was first seen, ``grain`` by how much it usually grows from mark to mark; ``known``
    are periods to be expected, such as the length of an epoch: one pause in such a place is enough.
    """
    left = list(pauses)
    cycles: list[Cycle] = []
    for _ in range(_LEVELS):
        seen = left[-_WINDOW:]
        begin = start if len(seen) == len(left) else seen[0].low
        lows = [pause.low for pause in seen]
        found = None
        for guess in _candidates(seen, start, total, grain, known):
            found = _follow(seen, lows, guess, begin=begin, done=done, grain=grain)
            if found is not None:
                break
        if found is None:
            break
        cycles.append(found[0])
        left = _without(left, *found, before=begin)
    if left:
        first = max(left, key=lambda pause: pause.seconds)
        origin = first.low if start <= 0.02 * total else first.low - start
        others = max((pause.seconds for pause in left if pause is not first), default=0.0)
        if origin > grain and first.seconds > _OUTLIER * others and done <= first.low + origin + 1.5 * grain:
            cycles.append(Cycle(origin, first.low, _SINGLE * first.seconds, 1, first.label))
            left.remove(first)
    return cycles, left


def is_round(low: float, high: float, total: float) -> bool:
    """Whether a pause seen between these counts stands where a recurring one would: at a whole part of the total, or
    at a number rounder than chance makes it. The first of its kind is judged by this."""
    width = max(high - low, 1e-9 * abs(high))
    if low <= 0 or not low < total:
        return False
    parts = round(total / low)
    if parts >= 2 and width * total / low**2 < 0.2 and abs(total / parts - low) <= width * 1.01:
        return True
    unit = 10.0 ** (len(str(int(low))) - 1) if low >= 1 else 0.1
    for spacing in (unit, unit / 10):
        nearest = round(low / spacing) * spacing
        if width <= 0.11 * spacing and nearest > 0 and abs(nearest - low) <= width * 1.01:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Guess:
    """A period worth following, and how many occurrences prove it; few only where they stand at whole multiples of
    the period from ``origin``."""

    period: float
    evidence: int
    origin: float | None


def _candidates(
    seen: Sequence[Pause], start: float, total: float, grain: float, known: Sequence[float]
) -> list[_Guess]:
    """What periods the pauses may have, shortest first."""
    guesses = [_Guess(period, 1, 0.0) for period in known if period > 0]
    latest = seen[-16:]
    for ahead in (1, 2, 3):
        guesses += [_Guess(b.low - a.low, 3, None) for a, b in zip(latest, latest[ahead:], strict=False)]
    origin = start if start > 0.02 * total else 0.0
    for pause in seen[:4]:
        guesses.append(_Guess(pause.low - origin, 2, origin))
        if origin == 0 and is_round(pause.low, pause.high, total):
            guesses.append(_Guess(pause.low, 1, origin))
    kept: list[_Guess] = []
    for guess in sorted(guesses, key=lambda guess: (guess.period, guess.evidence)):
        near = kept and guess.period <= kept[-1].period * 1.005
        if guess.period > 0.5 * grain and not (near and guess.evidence >= kept[-1].evidence):
            kept.append(guess)
    return kept


def _follow(
    seen: Sequence[Pause], lows: Sequence[float], guess: _Guess, *, begin: float, done: float, grain: float
) -> tuple[Cycle, list[Pause]] | None:
    """Walk through the pauses with that period from each of the first few; the cycle and its pauses, if it holds."""
    period = guess.period
    for anchor in range(min(3, len(seen))):
        at = lows[anchor]
        if guess.origin is not None:
            turns = round((at - guess.origin) / period)
            if turns < 1 or abs(at - guess.origin - turns * period) > min(1.5 * grain + 0.01 * period, period / 3):
                continue
        hits, first, last_turn, tries = [seen[anchor]], at, 0, 1
        missed = max(0, int((at - begin) / period - 0.6))
        turns, step, expected = 1, period, at + period
        bearable = max(1.0, 0.3 * ((done - first) / period + 1))
        while expected <= done + grain and missed <= bearable and tries < 4 * _WINDOW:
            tolerance = min(max(1.5 * grain, 0.08 * period), period / 3)
            pause = _nearest(seen, lows, expected, tolerance, after=at)
            tries += 1
            if pause is not None:
                hits.append(pause)
                at, last_turn = pause.low, turns
                step = (at - first) / turns
            else:
                if expected > done - grain:
                    break
                missed += 1
                at = expected
            expected = at + step
            turns += 1
        held = missed <= 0.3 * (missed + len(hits)) if len(hits) > 2 else missed == 0
        if len(hits) < guess.evidence or not held:
            continue
        usual = sorted(hit.seconds for hit in hits)[int(0.3 * len(hits))]
        like = [hit for hit in hits if usual / _OUTLIER <= hit.seconds <= usual * _OUTLIER]
        below = sum(hit.seconds < usual / _OUTLIER for hit in hits)
        if len(like) < 0.3 * len(hits) or below > 0.2 * len(hits):
            continue
        if last_turn:
            period = (hits[-1].low - first) / last_turn
        weights = [0.8 ** (len(like) - 1 - index) for index in range(len(like))]
        seconds = sum(w * hit.seconds for w, hit in zip(weights, like, strict=True)) / sum(weights)
        seconds *= len(hits) / (len(hits) + missed)
        labels = [hit.label for hit in like if hit.label]
        label = max(set(labels), key=labels.count) if labels else ""
        return Cycle(period, hits[-1].low, seconds, len(hits), label), hits
    return None


def _nearest(
    seen: Sequence[Pause], lows: Sequence[float], expected: float, tolerance: float, *, after: float
) -> Pause | None:
    """The pause nearest to where it is expected, if it is near enough."""
    index = bisect_left(lows, expected)
    best = None
    for pause in seen[max(0, index - 1) : index + 1]:
        inside = pause.low - tolerance <= expected <= max(pause.low, min(pause.high, pause.low + tolerance)) + tolerance
        if inside and pause.low > after and (best is None or abs(pause.low - expected) < abs(best.low - expected)):
            best = pause
    return best


def _without(pauses: Sequence[Pause], cycle: Cycle, hits: Sequence[Pause], *, before: float) -> list[Pause]:
    """What is left of the pauses when the cycle's share in its ``hits`` is taken away; ``before`` where they begin,
    what is no longer than the cycle's is taken to be of it."""
    of_cycle = {hit.low for hit in hits}
    left = []
    for pause in pauses:
        longer = pause.seconds > _OUTLIER * cycle.seconds
        if pause.low in of_cycle:
            if longer:
                left.append(replace(pause, seconds=pause.seconds - cycle.seconds))
        elif longer or pause.low >= before:
            left.append(pause)
    return left
