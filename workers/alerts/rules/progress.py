"""How far a run has come, and whether it will end much later than was said."""

from itertools import pairwise

from workers.alerts.judgement import Judgement
from workers.alerts.sights import RunSight

_CREDIBLE_PERCENT = 10.0
_CREDIBLE_SECONDS = 600.0
_SHARE = {"keen": 0.25, "normal": 0.5, "patient": 1.0}
_LEAST_SECONDS = {"keen": 600.0, "normal": 600.0, "patient": 1200.0}
_CALM = 0.7  # of the slip that is told: below it, it is over
_STILL_SECONDS, _STILL_LONGEST = 300.0, 3.0
_MILESTONES = (25, 50, 75)


def judge_slip(sight: RunSight, sensitivity: str = "normal") -> Judgement:
    """Whether a run will end later than was first said, by more than half of what was left then and by 10 min.

    *Keen*: by a quarter; *patient*: by as much again, and 20 min. What was first said is the first prediction at 10 %
    of the way, or 10 min after the start: what is said before has seen no evaluation and is often wrong by half.
    Time in which the job was suspended or the machine slept moves what was said along. It is over when the slip is less
    than 0.7 of that.

    None (nothing changes) where nothing is predicted now, in between, where the interval of the prediction still
    reaches back to what was said, and while the counter stands still for over 5 min and three times its longest gap:
    then each second adds to the prediction, and the rule for stalls tells it. Never where the way became longer since
    (the share done fell behind what it was when it was first said): somebody asked for more.
    """
    run, progress = sight.run, sight.progress
    untold = Judgement("eta_slipped", None, run_id=run.id, attempt=run.attempt)
    if progress is None or progress.attempt != run.attempt or progress.eta_at is None or progress.share is None:
        return untold
    first = _first_credible(sight)
    if first is None or _stands_still(sight):
        return untold
    percents = [percent for percent, _, _ in sight.predictions]
    if 100 * progress.share < max(percents) - 1 or any(later < earlier for earlier, later in pairwise(percents)):
        return Judgement("eta_slipped", False, run_id=run.id, attempt=run.attempt)
    _, said, left = first
    was_at = said + left + _paused(sight, said)
    by = max(progress.eta_at, sight.now) - was_at
    share, least = _SHARE.get(sensitivity, 0.5), _LEAST_SECONDS.get(sensitivity, 600.0)
    needed = max(share * left, least)
    active: bool | None = None
    if by > needed and (progress.eta_low is None or progress.eta_low > was_at):
        active = True
    elif by < _CALM * needed:
        active = False
    facts = {"was_at": was_at, "is_at": was_at + by, "by": by, "share": by / left}
    return Judgement("eta_slipped", active, facts if active else {}, None, run.id, run.attempt)


def judge_milestones(sight: RunSight, sensitivity: str = "normal") -> list[Judgement]:
    """Which quarters of the way a run has done: one judgement each, by ``occasion``.

    The last one that it passed is told, so a run that is attached late tells one, not three: of those before nothing
    is said (None), those ahead are not so. There is no sensitivity to this. Nothing is said where there is no total.
    """
    run, progress = sight.run, sight.progress
    share = progress.share if progress is not None and progress.attempt == run.attempt else None
    passed = [] if share is None else [percent for percent in _MILESTONES if 100 * share >= percent]
    judgements = []
    for percent in _MILESTONES:
        active = None if share is None or percent in passed[:-1] else percent in passed
        facts = {}
        if active and progress is not None:
            facts = {
                "percent": percent,
                "left": None if progress.eta_at is None else max(0.0, progress.eta_at - sight.now),
                "done": progress.done,
                "total": progress.total,
                "unit": progress.unit,
            }
        since = progress.updated if active and progress is not None else None
        judgements.append(Judgement("milestone", active, facts, since, run.id, run.attempt, occasion=str(percent)))
    return judgements


def _first_credible(sight: RunSight) -> tuple[float, float, float] | None:
    """The first prediction that is worth being held to."""
    started = sight.run.started
    for percent, said, left in sight.predictions:
        waited = 0.0 if started is None else said - started
        if left > 0 and (percent >= _CREDIBLE_PERCENT or waited >= _CREDIBLE_SECONDS):
            return percent, said, left
    return None


def _stands_still(sight: RunSight) -> bool:
    """Whether the counter has stood still for so long that what is predicted is about the stall, not the training."""
    longest = max(sight.step_gaps.longest or 0.0, sight.step_gaps.past or 0.0)
    return sight.since_step is not None and sight.since_step > max(_STILL_SECONDS, _STILL_LONGEST * longest)


def _paused(sight: RunSight, begin: float) -> float:
    """Seconds from ``begin`` to now in which the job was suspended or the machine slept, or both."""
    spans = [(max(low, begin), sight.now if high is None else min(high, sight.now)) for low, high in sight.suspended]
    spans += [(max(low, begin), min(high, sight.now)) for low, high in sight.asleep]
    total, reached = 0.0, begin
    for low, high in sorted(spans):
        total += max(0.0, high - max(low, reached))
        reached = max(reached, high)
    return total
