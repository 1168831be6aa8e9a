"""What alerts of a run tell: how it ended, that it stands still, how a metric does, how long it still takes."""

from collections.abc import Callable

from store.symptoms import Phrase
from store.tellings import (
    Facts,
    Telling,
    amount,
    as_is,
    length,
    moment,
    percent,
    reading,
    some,
    whole,
    word,
)

UNITS = (
    "step",
    "epoch",
    "iteration",
    "batch",
    "file",
    "timestep",
    "kimg",
    "episode",
    "row",
    "sample",
    "update",
    "tick",
)
PHASES = {"eval": "evaluating", "load": "loading", "save": "saving"}
ENDS = {
    # alone, with a length, ended at once
    "finished": ("finished", "finished in {length}", "finished at once"),
    "crashed": ("crashed", "crashed after {length}", "crashed at once"),
    "killed": ("killed", "killed after {length}", "killed at once"),
    "lost": ("lost", "lost after {length}", "lost at once"),
}
WORDS = {
    "stalled": "stalled",
    "silence": "no output for {length}",
    "silent": "no output",
    "steps": "no new step for {length}",
    "step_stands": "no new step",
    "usual_pace": "usually every {length}",
    "longest": "its longest pause was {length}",
    "all_idle": "GPU and CPU idle",
    "cpu_idle": "CPU idle",
    "cpu_only": "CPU at {cpu} %, GPU idle",
    "cpu": "CPU at {cpu} %",
    "gpu": "GPU at {gpu} %",
    "phase": "it was {phase}",
    "hangs": "Likely a hang, or it waits for data or the network: see its last lines, then stop it or let it run.",
    "on_cpu": "Loading data, or a long evaluation? If not, it hangs.",
    "on_gpu": "Buffered output? Processes that wait for each other (NCCL) keep the GPU busy, too.",
    "unknown_work": "A long evaluation, or a hang: see its last lines.",
    "diverged": "diverged",
    "not_finite_since": "{metric} is {value} since step {step}",
    "not_finite": "{metric} is {value}",
    "exploded": "{metric} {value}, usually {usual}",
    "exploded_alone": "{metric} rose to {value}",
    "in_a_row": "{points} values in a row",
    "since_step": "since step {step}",
    "void": "It seldom recovers: stop it, and resume from before that with a lower learning rate.",
    "may_return": "If the curve does not come back: stop it, and resume with a lower learning rate.",
    "threshold": "condition met",
    "value_at": "{value} at step {step}",
    "best": "new best",
    "metric_value": "{metric} {value}",
    "at_step": "at step {step}",
    "previous": "{previous} before",
    "eta_slipped": "slower",
    "done_not": "done {is_at}, not {was_at}",
    "done": "done {is_at}",
    "later": "{by} later than it looked before",
    "who_else": "Does something else use the GPU, the CPU or the disk? The page Machine shows it.",
    "milestone": "milestone",
    "percent": "{percent} % done",
    "left": "about {length} left",
    "of": "{unit} {done} of {total}",
    "reached": "{unit} {done}",
}


def unit_phrase(unit: str | None) -> Phrase:
    """A unit of steps; one that we have no word for is shown as it is."""
    return Phrase(unit or "step") if not unit or unit in UNITS else as_is(unit)


def position(unit: str | None, done: str, total: str) -> Phrase | None:
    """``step 3,400 of 5,000``; None where it is not known how far it is."""
    if not done:
        return None
    if not total:
        return Phrase(WORDS["reached"], unit=unit_phrase(unit), done=done)
    return Phrase(WORDS["of"], unit=unit_phrase(unit), done=done, total=total)


def _tell_end(kind: str) -> Callable[[Facts], Telling]:
    alone, after, at_once = ENDS[kind]

    def tell(facts: Facts) -> Telling:
        took = length(facts, "length")
        head = Phrase(alone)
        if took is not None:
            head = Phrase(at_once) if took < 0.05 else Phrase(after, length=took)
        cause = word(facts, "cause")
        return Telling(head, as_is(cause) if cause and kind != "finished" else None, full=True)

    return tell


def tell_stalled(facts: Facts) -> Telling:
    """No output, or no new step, for longer than this run is used to."""
    steps = facts.get("how") == "steps"
    silence = length(facts, "silence")
    brief = Phrase(WORDS["step_stands" if steps else "silent"])
    if silence is not None:
        brief = Phrase(WORDS["steps" if steps else "silence"], length=silence)
    usual, longest = length(facts, "usual"), length(facts, "longest")
    phase = PHASES.get(word(facts, "phase"))
    advice, work = _work(facts)
    details = some(
        None if usual is None else Phrase(WORDS["usual_pace"], length=usual),
        None if longest is None or longest <= (usual or 0) else Phrase(WORDS["longest"], length=longest),
        work,
        None if phase is None else Phrase(WORDS["phase"], phase=Phrase(phase)),
    )
    return Telling(Phrase(WORDS["stalled"]), brief, details, Phrase(advice))


def _work(facts: Facts) -> tuple[str, Phrase | None]:
    """The advice, and what its processes do."""
    busy, cpu, gpu = word(facts, "busy"), percent(facts, "cpu"), percent(facts, "gpu")
    if busy == "idle":
        return WORDS["hangs"], Phrase(WORDS["all_idle" if gpu else "cpu_idle"])
    if busy == "cpu" and cpu:
        told = Phrase(WORDS["cpu_only" if gpu else "cpu"], cpu=cpu)
        return WORDS["on_cpu" if gpu else "unknown_work"], told
    if busy == "gpu" and gpu:
        return WORDS["on_gpu"], Phrase(WORDS["gpu"], gpu=gpu)
    return WORDS["unknown_work"], None


def tell_diverged(facts: Facts) -> Telling:
    """A loss that is no number any more, or far above its own range."""
    metric, step = word(facts, "metric") or "loss", whole(facts, "step")
    value, usual, points = reading(facts, "value"), reading(facts, "usual"), whole(facts, "points")
    row = Phrase(WORDS["in_a_row"], points=points) if points not in ("", "0", "1") else None
    head = Phrase(WORDS["diverged"])
    if facts.get("how") == "exploded" and value:
        brief = Phrase(WORDS["exploded"], metric=metric, value=value, usual=usual)
        if not usual:
            brief = Phrase(WORDS["exploded_alone"], metric=metric, value=value)
        since = Phrase(WORDS["since_step"], step=step) if step else None
        return Telling(head, brief, some(since, row), Phrase(WORDS["may_return"]))
    value = value or "NaN"
    brief = Phrase(WORDS["not_finite"], metric=metric, value=value)
    if step:
        brief = Phrase(WORDS["not_finite_since"], metric=metric, value=value, step=step)
    return Telling(head, brief, some(row), Phrase(WORDS["void"]))


def tell_threshold(facts: Facts) -> Telling:
    """A condition of the user's own."""
    expression, value, step = word(facts, "expression"), reading(facts, "value"), whole(facts, "step")
    head = as_is(expression) if expression else Phrase(WORDS["threshold"])
    brief = None
    if value:
        brief = Phrase(WORDS["value_at"], value=value, step=step) if step else as_is(value)
    return Telling(head, brief, full=bool(expression))


def tell_best(facts: Facts) -> Telling:
    """The best value so far."""
    metric, value, step = word(facts, "metric"), reading(facts, "value"), whole(facts, "step")
    brief = Phrase(WORDS["metric_value"], metric=metric, value=value) if metric else None
    previous = reading(facts, "previous")
    details = some(
        Phrase(WORDS["at_step"], step=step) if step else None,
        Phrase(WORDS["previous"], previous=previous) if previous else None,
    )
    return Telling(Phrase(WORDS["best"]), brief, details)


def tell_slip(facts: Facts) -> Telling:
    """The end moved away by more than half of what was left."""
    was_at, is_at, by = moment(facts, "was_at"), moment(facts, "is_at"), length(facts, "by")
    brief = None
    if is_at is not None:
        brief = Phrase(WORDS["done"], is_at=is_at)
        if was_at is not None:
            brief = Phrase(WORDS["done_not"], is_at=is_at, was_at=was_at)
    details = some(Phrase(WORDS["later"], by=by) if by else None)
    return Telling(Phrase(WORDS["eta_slipped"]), brief, details, Phrase(WORDS["who_else"]))


def tell_milestone(facts: Facts) -> Telling:
    """A quarter, half, three quarters done."""
    share, left = percent(facts, "percent"), length(facts, "left")
    head = Phrase(WORDS["percent"], percent=share) if share else Phrase(WORDS["milestone"])
    total = whole(facts, "total") if amount(facts, "total") else ""
    place = position(word(facts, "unit"), whole(facts, "done"), total)
    brief = None if left is None else Phrase(WORDS["left"], length=left)
    return Telling(head, brief, some(place), full=bool(share))


TELLERS: dict[str, Callable[[Facts], Telling]] = {
    **{kind: _tell_end(kind) for kind in ENDS},
    "stalled": tell_stalled,
    "diverged": tell_diverged,
    "threshold": tell_threshold,
    "best": tell_best,
    "eta_slipped": tell_slip,
    "milestone": tell_milestone,
}


def messages() -> list[str]:
    """What a translation must have."""
    return [*WORDS.values(), *UNITS, *PHASES.values(), *(text for texts in ENDS.values() for text in texts)]
