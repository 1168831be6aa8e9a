"""Boosted trees: XGBoost, LightGBM (Python, R and command line), CatBoost.

    [10]    train-logloss:0.31    valid-auc:0.91+0.01
    [100]   training's auc: 0.91  valid_1's auc: 0.88
    100:    learn: 0.51   test: 0.52   best: 0.51 (98)   total: 3s   remaining: 27s

After early stopping the best round is printed once more, which is not another record.
"""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record

SIGNS = ("]\t", "] ", "]:", "learn: ", "test: ", "Iteration:", "est iteration", "best round")
_ROUND = re.compile(r"(?:.{0,80}[\s\]>|:])?\[(?P<step>\d+)\]:?\s+(?P<rest>\S.*)$")
_PART = re.compile(
    rf"(?P<name>\S.{{0,100}}?)\s?:\s?(?P<value>{NUMBER})(?:\s?\+\s?(?P<spread>{NUMBER}))?(?:\s?\([^)]*\))?\s*$"
)
_OWNED = re.compile(r"\S{1,80}'s \S")
_DASHED = re.compile(r"[\w.]{1,80}(?: [\w.]{1,40}){0,3}-\S")
_CAT = re.compile(r"\s*(?P<step>\d+):\s+(?=learn: |test: )(?P<rest>.*)$")
_CAT_PART = re.compile(rf"(?P<name>learn|test\d*|best): (?P<value>{NUMBER})")
_CLI = re.compile(
    rf"\[LightGBM\] \[Info\] Iteration:(?P<step>\d+), (?P<name>\S{{1,80}} \S{{1,80}}) : (?P<value>{NUMBER})\s*$"
)
_BEST = re.compile(r"[Bb]est (?:iteration|round)(?: is)?:\s*$")
_PARTS = re.compile(r"\t| {2,}")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it tells the metrics of a round, or that the best one will be repeated."""
    if len(line) > 8000:
        return False
    if "learn: " in line or "test: " in line:
        return _CAT.match(line) is not None
    return bool(_BEST.search(line) or _CLI.search(line)) or _values(line) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """The metrics of a round."""
    if _BEST.search(line):
        memory["repeats"] = True
        return None
    repeats = memory.pop("repeats", False)
    cat = _CAT.match(line)
    cli = None if cat else _CLI.search(line)
    if cat:
        step, values = cat["step"], {part["name"]: float(part["value"]) for part in _CAT_PART.finditer(cat["rest"])}
    elif cli:
        step, values = cli["step"], {cli["name"]: float(cli["value"])}
    else:
        found = _values(line)
        if found is None or repeats:
            return None
        step, values = found
    if not values:
        return None
    done = float(step[:15])
    return Reading([Record(values, step=done, unit="iteration")], (Count("iteration", done),))


def _values(line: str) -> tuple[str, dict[str, float]] | None:
    """Round and metrics of a line of XGBoost or LightGBM; None for any other."""
    match = _ROUND.match(line)
    if match is None or ":" not in match["rest"]:
        return None
    rest = match["rest"].strip()
    parts = [part for part in _PARTS.split(rest) if part]
    if len(parts) == 1 and "'s " not in rest:
        parts = rest.split()  # a terminal that turned tabs into spaces
    values: dict[str, float] = {}
    for part in parts:
        found = _PART.match(part)
        if found is None or not (_OWNED.match(found["name"]) or _DASHED.match(found["name"])):
            return None
        values[found["name"]] = float(found["value"].replace(",", ""))
        if found["spread"]:
            values[found["name"] + " (std)"] = float(found["spread"])
    return match["step"], values
