"""What the figures of a week must be, by the ledger of a life alone."""

import statistics
from typing import Any

from tests.life.deeds import Life
from tests.life.ledger import bridge, measure, seconds_of
from tests.life.results import count_best

GAP_SECONDS = 1800.0
PLANNED_SECONDS = 7200.0
LEAST_GAP_SECONDS = 300.0
ENDS = ("finished", "failed", "stopped", "killed", "lost")


def count_week(life: Life, begin: float, end: float, as_of: float) -> dict[str, Any]:
    """Every figure of the time from ``begin`` to ``end`` as it is known ``as_of``, by its name."""
    until = max(begin, min(end, as_of))
    when = (begin, until, as_of)
    book = life.ledger
    return {
        "begin": begin,
        "end": end,
        "until": until,
        "partial": until < end,
        "runs": _count_runs(life, begin, end, as_of),
        "gpu": _count_gpu(life, *when),
        "crashes": _count_crashes(life, *when),
        "best": count_best(life, *when),
        "eta": _count_eta(life, *when),
        "drift": _count_drift(life, *when),
        "waiting": _count_waiting(life, *when),
        "sessions": _count_sessions(life, *when),
        "tasks": _count_tasks(life, *when),
        "work": _count_work(life, *when),
        "entries": _count_entries(life, *when),
        "papers": _count_papers(life, *when),
        "pushes": {
            "sent": book.count("sent", *when),
            "alerts": len(sent := {one.key for one in book.within("sent", *when) if one.key is not None}),
            "acknowledged": sum(book.count(f"seen:{alert}", 0, as_of, as_of) for alert in sent),
            "muted": book.count("muted", *when),
        },
        "watched": _count_watched(life, *when),
    }


def _count_runs(life: Life, begin: float, end: float, as_of: float) -> dict[str, Any]:
    until, book = max(begin, min(end, as_of)), life.ledger
    going = book.lasting("run", begin, until)
    ends = {one.key[0]: one.time for one in book.within("ended", 0, as_of, as_of)}
    started = {one.key for one in book.within("begun", 0, until, as_of)}
    outcomes = [one.key[2] for one in book.within("ended", begin, until, as_of)]
    known = book.stretches.get("run", {})
    return {
        "at_work": len(going),
        "begun": book.count("begun", begin, until, as_of),
        **{state: outcomes.count(state) for state in ENDS},
        "running": sum(ends.get(run_id, until) >= until for run_id in started) if until > begin else 0,
        "spanning": sum(
            any(first < begin or (as_of >= end and last > end and first <= as_of) for first, last in known[run_id])
            for run_id in going
        ),
        "seconds": sum(seconds_of(stretches, begin, until) for stretches in going.values()),
    }


def _count_gpu(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    book = life.ledger
    held, idle = book.lasting("held", begin, until), book.lasting("idle", begin, until)
    going, holders = book.lasting("run", begin, until), {run_id for run_id, _ in held}
    without = [stretches for run_id, stretches in going.items() if run_id not in holders]
    return {
        "seconds": sum(seconds_of(stretches, begin, until) for stretches in held.values()),
        "idle_seconds": sum(seconds_of(stretches, begin, until) for stretches in idle.values()),
        "gpus": len({gpu for _, gpu in held}),
        "without_runs": len(without),
        "without_seconds": sum(seconds_of(stretches, begin, until) for stretches in without),
    }


def _count_crashes(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    book = life.ledger
    found = []
    for one in book.within("crash", begin, until, as_of):
        run_id, number, state, cause, again = one.key
        told = book.within(f"noticed:{run_id}:{number}", 0, as_of + 0.125, as_of)
        found.append({
            "run": run_id, "name": life.names[run_id], "attempt": number, "state": state, "ended": one.time,
            "cause": None if again is not None and again <= as_of else cause, "seconds": one.amount,
            "by": told[0].key if told else None, "late": max(0.0, told[0].time - one.time) if told else None,
        })  # fmt: skip
    lates = [one["late"] for one in found if one["late"] is not None]
    return {
        "count": len(found),
        "seconds": sum(one["seconds"] for one in found),
        "found": found,
        "late_median": statistics.median(lates) if lates else None,
        "late_worst": max(lates) if lates else None,
        "unnoticed": len(found) - len(lates),
    }


def _count_eta(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    errors, runs = [], set()
    for one in life.ledger.within("ended", begin, until, as_of):
        run_id, _, state, started, number = one.key
        for told in life.ledger.within(f"eta:{run_id}", 0, as_of, as_of) if state == "finished" else []:
            if told.key == number:
                runs.add(run_id)
                errors.append(abs(told.amount - (one.time - told.time)) / (one.time - started))
    return {
        "runs": len(runs),
        "predictions": len(errors),
        "median_error": statistics.median(errors) if errors else None,
        "worst_error": max(errors) if errors else None,
    }


def _count_drift(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    found = []
    for run_id in life.ledger.lasting("run", begin, until):
        for one in life.ledger.within(f"drift:{run_id}", 0, as_of + 0.125, as_of):
            files, commits = one.key
            found.append({"run": run_id, "name": life.names[run_id], "files": files, "commits": commits})
    return {"runs": len(found), "files": sum(one["files"] for one in found), "list": found}


def _count_waiting(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    stretches = life.ledger.stretches
    marks = [one for one in stretches.get("mark", {}).get(None, []) if one[1] < until and one[1] >= begin - 7200]
    sessions = [
        (kind, (first, _end_of(first, last, as_of)))
        for kind, first, last, _ in stretches.get("session", {})
        if first < until and last >= begin - 7200
    ]
    desk = bridge([*marks, *(span for kind, span in sessions if kind != "break")], GAP_SECONDS)
    runs = [span for spans in life.ledger.lasting("run", begin, until).values() for span in spans]
    layers = {"desk": desk, "run": runs, "session": [span for _, span in sessions]}
    times = measure(layers, begin, until) if until > begin else {}

    def both(*names: str) -> float:
        return sum(seconds for going, seconds in times.items() if going.issuperset(names))

    return {
        "desk_seconds": both("desk"),
        "training_seconds": both("run"),
        "waiting_seconds": both("desk", "run"),
        "used_seconds": both("desk", "run", "session"),
    }


def _count_sessions(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    begun = [one.key for one in life.ledger.within("session", begin, until, as_of)]
    seconds: dict[str, float] = {}
    for kind, first, last, slept in life.ledger.lasting("session", begin, until):
        over = _end_of(first, last, as_of)
        awake = over - first - (slept if last <= as_of else 0.0)
        inside = max(0.0, min(over, until) - max(first, begin))
        if inside > 0:
            seconds[kind] = seconds.get(kind, 0.0) + awake * inside / (over - first)
    kinds = {kind: {"count": begun.count(kind), "seconds": seconds.get(kind, 0.0)} for kind in {*begun, *seconds}}
    return {"count": len(begun), "seconds": sum(seconds.values()), "kinds": kinds}


def _end_of(first: float, last: float, as_of: float) -> float:
    """When a session was over that is meant to take two hours: one that is open for over four was forgotten."""
    if last <= as_of:
        return last
    return first + PLANNED_SECONDS if as_of - first > 2 * PLANNED_SECONDS else as_of


def _count_tasks(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    book = life.ledger
    changed = {one.key for one in book.within("task state", begin, until, as_of)}
    last = [book.within(f"task:{number}", begin, until, as_of)[-1].key for number in changed]
    carried, known = [], min(until, as_of)
    for made in book.within("task", 0, known, as_of):
        states = book.within(f"task:{made.key}", 0, known, as_of)
        if not states or states[-1].key not in ("done", "dropped"):
            carried.append({"id": made.key, "title": life.titles[made.key]})
    return {
        "new": book.count("task", begin, until, as_of),
        "done": last.count("done"),
        "dropped": last.count("dropped"),
        "carried": len(carried),
        "carried_list": carried,
    }


def _count_work(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    book, when = life.ledger, (begin, until, as_of)
    commits = [one.key for one in book.within("commit", *when)]
    kinds = [one.key for one in book.within("entry", *when)]
    return {
        "commits": len(commits),
        "added": sum(added for _, added, _ in commits),
        "deleted": sum(deleted for _, _, deleted in commits),
        "reviewed": book.count("reviewed", *when),
        "refactors": kinds.count("refactor"),
        "reviews": kinds.count("review"),
    }


def _count_entries(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    kinds = [one.key for one in life.ledger.within("entry", begin, until, as_of)]
    return {"count": len(kinds), "kinds": {kind: kinds.count(kind) for kind in set(kinds)}}


def _count_papers(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    book = life.ledger
    changes = [one.key for one in book.within("paper state", begin, until, as_of)]
    read = {number for number, _, now in changes if now == "read"}
    passes: dict[str, dict[str, float]] = {str(number): {"count": 0, "seconds": 0.0} for number in (1, 2, 3)}
    for one in book.within("pass", begin, until, as_of):
        passes[str(one.key)]["count"] += 1
        passes[str(one.key)]["seconds"] += one.amount
    lessons = [dict(zip(("ref", "title", "lesson"), life.papers[number], strict=True)) for number in read]
    return {
        "found": book.count("found", begin, until, as_of),
        "kept": len({number for number, was, now in changes if now == "queue" and was in ("inbox", "later")}),
        "read": len(read),
        "dropped": len({number for number, _, now in changes if now == "dropped"}),
        "passes": passes,
        "seconds": _count_sessions(life, begin, until, as_of)["kinds"].get("read", {"seconds": 0.0})["seconds"],
        "lessons": [one for one in lessons if one["lesson"]],
    }


def _count_watched(life: Life, begin: float, until: float, as_of: float) -> dict[str, Any]:
    spans = life.ledger.stretches.get("watched", {}).get(None, [])
    at = max(begin, min((first for first, _ in spans), default=until))
    gaps = []
    for first, last in [*sorted(spans), (until, until)]:
        if min(first, until) - at >= LEAST_GAP_SECONDS:
            gaps.append({"begin": at, "end": min(first, until)})
        at = max(at, last)
    return {"seconds": seconds_of(spans, begin, until) if until > begin else 0.0, "gaps": gaps}
