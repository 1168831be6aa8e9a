"""The best results of a week, by the ledger of a life alone."""

from typing import Any

from tests.life.deeds import Life
from tests.life.ledger import Deed


def count_best(life: Life, begin: float, until: float, as_of: float) -> list[dict[str, Any]]:
    """A row for each project that has one, by its name."""
    found = [_count_project(life, number, begin, until, as_of) for number in life.projects]
    return sorted((one for one in found if one is not None), key=lambda one: str(one["project"]))


def _count_project(life: Life, project: int, begin: float, until: float, as_of: float) -> dict[str, Any] | None:
    ended = [one for one in life.ledger.within("ended", 0, until, as_of) if one.key[1] == project]
    here = [one for one in ended if one.time >= begin]
    metric = next((metric for one in reversed(here) if (metric := _metric_of(life, project, one.key[0]))), None)
    if metric is None:
        return None
    name, direction = metric
    reached, before = _best(life, here, name, direction), _best(life, [*ended[: -len(here)]], name, direction)
    assert reached is not None
    value, run = reached
    is_better = before is None or (value < before[0] if direction == "lower" else value > before[0])
    against, told = (before[1].key[0], before[1].key[3]) if before else (None, None)
    if before is None and (parent := life.parents.get(run.key[0])):
        starts = [first for first, _ in life.ledger.stretches["run"].get(parent, []) if first <= as_of]
        against, told = parent, starts[-1] if starts else life.created[parent]
    changed = []
    if against is not None and is_better:
        was, now = life.params[against], life.params[run.key[0]]
        changed = [{"key": key, "was": was.get(key), "now": now.get(key)} for key in {*was, *now}]
    own = [one for one in life.ledger.within("commit", told or 0, run.key[3], as_of) if one.key[0] == project]
    return {
        "project": life.projects[project],
        "project_id": project,
        "metric": name,
        "direction": direction,
        "value": value,
        "run": run.key[0],
        "name": life.names[run.key[0]],
        "improved": is_better,
        "before": before and {"value": before[0], "run": before[1].key[0], "name": life.names[before[1].key[0]]},
        "changed": [one for one in changed if one["was"] != one["now"]],
        "commits": len(own) if told is not None and is_better else None,
    }


def _metric_of(life: Life, project: int, run_id: str) -> tuple[str, str] | None:
    told = {one.key[0] for one in life.ledger.deeds.get(f"metric:{run_id}", [])}
    return next((metric for metric in life.metrics[project] if metric[0] in told), None)


def _best(life: Life, runs: list[Deed], name: str, direction: str) -> tuple[float, Deed] | None:
    values = []
    for run in runs:
        for one in life.ledger.deeds.get(f"metric:{run.key[0]}", []):
            metric, low, high = one.key
            if metric == name:
                values.append((low if direction == "lower" else high, run))
    if not values:
        return None
    return (min if direction == "lower" else max)(values, key=lambda one: one[0])
