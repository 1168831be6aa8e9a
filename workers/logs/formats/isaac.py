"""rsl_rl and its kin (legged_gym, Isaac Lab, mjlab): a block an iteration, its names aligned to the right.

                      Learning iteration 12/1000
                       Computation: 45678 steps/s (collection: 0.5s, learning 0.1s)
                       Mean reward: 12.34

Each row is read at once, at the block's iteration. rl_games prints one line an epoch instead.
"""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record

SIGNS = ("Learning iteration ", "fps step: ", ": ")
_HEADING = re.compile(r"\s*Learning iteration (?P<done>\d+)/(?P<total>\d+)\s*$")
_ROW = re.compile(
    rf"\s{{1,60}}(?P<name>\S(?: ?[^\s:]){{0,70}}+): (?P<value>{NUMBER})(?: ?[a-z%][\w/%]*)?\s*(?:\(.{{0,120}}\))?\s*$"
)
_PAD = 18
"""Names end at least in this column, since they are aligned to the right."""
_ASIDE = re.compile(r"total (?:time|timesteps|steps)|eta|time elapsed|run name|wall time", re.IGNORECASE)
_GAMES = re.compile(
    rf"\s*fps step: (?P<step>{NUMBER}) fps step and policy inference: (?P<inference>{NUMBER})"
    rf"(?: fps total: (?P<all>{NUMBER}))? epoch: (?P<epoch>\d+)(?:/(?P<epochs>-?\d+))?"
    r"(?: frames: (?P<frames>\d+)(?:/(?P<all_frames>-?\d+))?)?"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it heads a block, or is one of the rows of the block that is open."""
    if memory.get("open"):
        row = _ROW.match(line)
        if row and row.end("name") >= _PAD:
            return True
    return bool(_HEADING.match(line) or _GAMES.match(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The value of a row, or the counter of the heading."""
    heading = _HEADING.match(line)
    if heading:
        done, total = float(heading["done"][:15]), float(heading["total"][:15])
        memory.update(open=True, step=done)
        return Reading(counts=(Count("iteration", done, total),))
    games = _GAMES.match(line)
    if games:
        return _games(games)
    row = _ROW.match(line)
    if row is None or "step" not in memory:
        return None
    name = row["name"]
    if name.lower().startswith("eta") or name.lower() == "time elapsed":
        memory["open"] = False  # the last row of a block
    if _ASIDE.match(name):
        return None
    return Reading([Record({name: float(row["value"].replace(",", ""))}, step=memory["step"], unit="iteration")])


def _games(games: "re.Match[str]") -> Reading:
    named = {"fps step": "step", "fps step and policy inference": "inference", "fps total": "all"}
    values = {name: float(games[group].replace(",", "")) for name, group in named.items() if games[group]}
    epoch = float(games["epoch"][:15])
    epochs = float(games["epochs"]) if games["epochs"] and float(games["epochs"]) > 0 else None
    frames = float(games["frames"][:15]) if games["frames"] else None
    all_frames = float(games["all_frames"]) if games["all_frames"] and float(games["all_frames"]) > 0 else None
    record = Record(values, step=frames, epoch=epoch, unit="timestep")
    if epochs is None and frames is not None and all_frames is not None:
        return Reading([record], (Count("timestep", frames, all_frames),))
    return Reading([record], (Count("epoch", epoch, epochs),))
