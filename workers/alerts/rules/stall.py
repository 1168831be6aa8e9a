"""Whether a run stalled: judged by its own pace, and by whether its processes still work."""

from dataclasses import dataclass
from typing import Any

from store.metrics import read_name
from workers.alerts.judgement import Judgement
from workers.alerts.sights import Gaps, RunSight, Work

RULE = "stalled"
_MINUTE, _HOUR = 60.0, 3600.0
_LOOK = 5.0  # seconds between two looks at a log: no silence is measured shorter

_NO_CPU = 5.0  # % of a core: monitoring threads and polling take 1 to 3 where everything waits
_LITTLE_CPU = 20.0  # % of a core: below it, without a GPU, waiting in a loop looks the same as working
_NO_GPU = 1.0  # % utilisation
_SPIN_GPU, _SPIN_POWER = 98.0, 0.35  # a kernel that waits for other ranks: all of the GPU, little of its power
_DISK = 1e6  # bytes a second read and written: no CPU, but work
_KNOWN_SECONDS = 60.0  # a shorter measurement says nothing about whether it works

_PACED_STEPS = 10  # movements of the counter after which its pace is its own
_PACED_SILENCES = 3
_TALK = _HOUR  # of output without a counter: headers and the preparation of data are no pace of a training
_NEVER = 1.5  # times as patient with a log that never had a line
_STEPS = 2.0  # times the shortest wait for a counter that stands still while the log goes on
_FACTOR = {"keen": 0.5, "normal": 1.0, "patient": 2.0}


@dataclass(frozen=True)
class _Patience:
    """How long a silence may last: never less than ``floor`` (``evaluating`` while an evaluation or a checkpoint is
    known to be under way), and the multiples of the run's own silences. Where it has no pace yet: ``unpaced``, or
    ``after_past`` where finished runs of its kind tell what is usual."""

    floor: float
    evaluating: float
    typical: float
    longest: float
    past: float
    unpaced: float
    after_past: float


_IDLE = _Patience(10 * _MINUTE, 30 * _MINUTE, 10.0, 3.0, 1.5, 20 * _MINUTE, 20 * _MINUTE)
_BETWEEN = _Patience(30 * _MINUTE, _HOUR, 15.0, 3.0, 2.0, 3 * _HOUR, _HOUR)
_BUSY = _Patience(_HOUR, 2 * _HOUR, 20.0, 4.0, 4.0, 6 * _HOUR, 2 * _HOUR)


def judge_stall(sight: RunSight, sensitivity: str = "normal") -> Judgement:
    """Whether a run stalled: its log is silent, or its counter stands still, for far longer than is its own way.

    How long is too long depends on whether its processes work (*normal*; *keen* half, *patient* twice of all):

    ========================  ==========  ==============  ==========
    \\                         idle        hard to tell    working
    ========================  ==========  ==============  ==========
    at least                  10 min      30 min          60 min
    … in an evaluation        30 min      60 min          120 min
    × its typical silence     10          15              20
    × its longest silence     3           3               4
    × the longest of past     1.5         2               4
    without a pace of its own 20 min      180 min         360 min
    … but past runs known     20 min      60 min          120 min
    ========================  ==========  ==============  ==========

    Why: a training whose processes neither compute nor read disks waits for something, so minutes are enough; a first
    evaluation of 20 min, output in blocks, compilation and caching all work, so working processes get an hour at the
    least — but not for ever, since collectives that wait for a lost rank spin. They are told by a GPU that is used
    fully at little power, which counts as hard to tell, as does little CPU alone, and what was never measured. The
    longest silence stands for evaluations and checkpoints seen before, so it is passed threefold only; ten times the
    typical one is a hang even where no pause was seen yet, but where silences are regular and long (a line an epoch)
    one more longest is enough. A run has no pace until its counter moved ten times, or an hour of lines came: what is
    printed before the first epoch says nothing about how long that takes. Where nothing was ever printed it is waited
    half as long again. A silence from before the run was attached does not count.

    A counter that stands still while lines go on is judged the same way, by its own gaps and at twice the least: only
    when it had a pace, is not at its end, and no loss or other result came since.

    None (nothing changes) while it is suspended or its log cannot be seen, and as long as a silence is too long for an
    idle run but not for one that works as this one does just now: so that more silence never ends an alert.
    """
    run, factor = sight.run, _FACTOR.get(sensitivity, 1.0)
    if sight.silence is None:
        return Judgement(RULE, None, run_id=run.id, attempt=run.attempt)
    busy, patience = _work_of(sight)
    silence = max(0.0, min(sight.silence, sight.now - run.created))
    quiet = _judge(silence, *(factor * _silence_allowed(sight, one) for one in (_IDLE, patience)))
    stands: bool | None = False
    if sight.since_step is not None and _is_counted(sight):
        stands = _judge(sight.since_step, *(factor * _stand_allowed(sight, one) for one in (_IDLE, patience)))
    if quiet or not stands:
        active, how, length, gaps = quiet, "silence", silence, sight.gaps
        if active is False and stands is None:
            active = None
    else:
        active, how, length, gaps = True, "steps", sight.since_step or 0.0, sight.step_gaps
    known = [one for one in (gaps.longest, gaps.past) if one is not None]
    facts: dict[str, Any] = {
        "how": how,
        "silence": length,
        "usual": gaps.typical,
        "longest": max(known) if known else None,
        "busy": busy,
        "cpu": sight.work.cpu if sight.work else None,
        "gpu": sight.work.gpu if sight.work else None,
        "phase": sight.phase,
    }
    since = sight.now - length
    if how == "silence" and run.last_output is not None and run.last_output <= since:
        since = run.last_output  # earlier, where the machine slept meanwhile
    return Judgement(RULE, active, facts if active else {}, since if active else None, run.id, run.attempt)


def _judge(length: float, least: float, allowed: float) -> bool | None:
    """True beyond what is allowed, None from the least that any kind of work is allowed on."""
    if length > allowed:
        return True
    return None if length > min(least, allowed) else False


def _silence_allowed(sight: RunSight, patience: _Patience) -> float:
    """How long the log may be silent."""
    if patience is _IDLE:
        paced = max(sight.gaps.count, sight.step_gaps.count) >= _PACED_SILENCES
    else:
        gaps = sight.gaps
        talk = gaps.count * max(_LOOK, (gaps.typical or 0.0) / 2)  # nine of ten silences are shorter than the typical
        paced = sight.step_gaps.count >= _PACED_STEPS or talk >= _TALK
    least = patience.evaluating if sight.phase not in (None, "train") else patience.floor
    if not paced:
        least = max(least, patience.unpaced if sight.gaps.past is None else patience.after_past)
    allowed = max(least, _own(sight.gaps, patience))
    return allowed if sight.has_output else _NEVER * allowed


def _stand_allowed(sight: RunSight, patience: _Patience) -> float:
    """How long the counter may stand still."""
    least = patience.evaluating if sight.phase not in (None, "train") else patience.floor
    return max(_STEPS * least, _own(sight.step_gaps, patience), _own(Gaps(past=sight.gaps.past), patience))


def _own(gaps: Gaps, patience: _Patience) -> float:
    """What the run's own silences, and those of past runs, allow."""
    typical, longest = gaps.typical or 0.0, gaps.longest or 0.0
    often = patience.typical * typical
    if longest:
        often = min(often, (patience.longest + 1) * longest)
    return max(often, patience.longest * longest, patience.past * (gaps.past or 0.0))


def _is_counted(sight: RunSight) -> bool:
    """Whether the run's counter tells that it goes on: it had a pace, has some way to go, and results come with it."""
    share = sight.progress.share if sight.progress else None
    if sight.since_step is None or sight.step_gaps.count < _PACED_STEPS or (share is not None and share >= 1):
        return False
    moved = sight.now - sight.since_step
    results = (one.last_time for one in sight.series if read_name(one.name).kind in ("loss", "quality"))
    return max(results, default=0.0) <= moved + 2 * _LOOK


def _work_of(sight: RunSight) -> tuple[str, _Patience]:
    """Which part of the machine the run keeps busy, and how patient that makes."""
    work = sight.work
    if work is None or work.seconds < _KNOWN_SECONDS:
        return "unknown", _BETWEEN
    cpu, gpu = work.cpu, work.gpu or 0.0
    if gpu >= _NO_GPU:
        return "gpu", _BETWEEN if _is_spinning(work) else _BUSY
    if cpu is None:
        return "unknown", _BETWEEN
    if cpu >= _LITTLE_CPU:
        return "cpu", _BUSY
    if cpu >= _NO_CPU:
        return "cpu", _BETWEEN
    return ("unknown", _BETWEEN) if _moves_data(sight) else ("idle", _IDLE)


def _is_spinning(work: Work) -> bool:
    return (work.gpu or 0.0) >= _SPIN_GPU and work.power is not None and work.power < _SPIN_POWER


def _moves_data(sight: RunSight) -> bool:
    data = sight.usage.data if sight.usage else {}
    return sum(data.get(name) or 0.0 for name in ("read", "written")) >= _DISK
