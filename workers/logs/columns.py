"""What the columns of a metric table are: step, time, metrics or nothing to plot; and whether it is one at all.

Works on names first, for they say what their writer meant, and on values where a name leaves it open.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from workers.logs import names

_STEPS = (
    ("timestep", "total_timesteps"),
    ("step", "global_step global_steps current_steps current_step _step step steps train_step"),
    ("iteration", "training_iteration iteration iterations iter iters it n_iter num_iter"),
    ("update", "update updates num_updates"),
    ("kimg", "kimg"),
    ("epoch", "epoch epochs cur_epoch current_epoch"),
    ("tick", "tick ticks"),
    ("timestep", "timesteps_total timesteps timestep num_timesteps total_env_interacts env_steps env_step"),
    ("timestep", "total_env_steps num_env_steps_sampled_lifetime serial_timesteps frames frame total_frames"),
    ("episode", "episode episodes episodes_total num_episodes ep"),
    ("round", "round rounds"),
    ("generation", "generation gen"),
    ("batch", "batch batch_idx minibatch"),
)
"""What columns count, and the names they have when they do; the most telling first."""
_ORDER = {name: (rank, unit) for rank, (unit, known) in enumerate(_STEPS) for name in known.split()}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TIMES = _set(
    """timestamp _timestamp time_stamp timestamps wall_time walltime datetime date date_time created_at logged_at
    time ts unix_time epoch_time time_utc timestamp_utc utc"""
)
_ELAPSED = ("elapsed_time", "elapsed", "time_total_s", "time_elapsed", "_runtime", "elapsed_seconds", "elapsed_s")
_NEVER = _set(
    """seed rank local_rank world_size pid ppid tid uid gid host hostname node node_ip ip port version v_num ver commit
    hash sha md5 id uuid run run_id trial_id experiment_id job_id task_id worker device gpu gpu_id lineno total_steps
    max_steps max_iters max_epochs total_epochs num_train_epochs batch_size num_workers train_batch_size total_flos
    num_params num_parameters n_params n_parameters params total_params vocab_size year month day hour minute
    unnamed index"""
)
_NEVER_ENDS = re.compile(r"_(?:bytes|ids?|seed|version|dir|path|file|timestamp|hash|sha|pid|uuid|port)$|^(?:utc|date)_")
_KEYS = _set(
    """id image_id img_id image img filename file_name file path name text sentence query question prompt sample_id idx
    row_id uid user_id item_id video url doc_id guid utterance utt utt_id key x0 label target class class_name category
    species"""
)
_MONITOR = {"r", "l", "t"}
"""An environment's monitor: reward and length of each episode, and the seconds since it began."""
_MOMENTS = (1e9, 4.2e9)
_LONG_TEXT = 200
_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)\s*$")
_DURATION = re.compile(r"\s*(?:(\d+) days?, )?(\d+):(\d\d):(\d\d(?:\.\d+)?)\s*$")


@dataclass(frozen=True)
class Columns:
    """The parts that a table's columns play, by name; ``unit`` is what ``step`` counts, ``row`` where nothing does."""

    step: str | None
    unit: str
    epoch: str | None
    times: tuple[str, ...]
    elapsed: str | None
    never: frozenset[str]


def assign(header: Sequence[str]) -> Columns:
    """Which column is the step, which is the time, and which never hold a metric."""
    plain = {name: normal(name) for name in header}
    counters = sorted(
        (_ORDER[leaf(known)][0], known.count("/"), position, name)
        for position, (name, known) in enumerate(plain.items())
        if leaf(known) in _ORDER
    )
    step = counters[0][3] if counters else None
    unit = _ORDER[leaf(plain[step])][1] if step is not None else "row"
    epoch = next((name for name, known in plain.items() if leaf(known) in ("epoch", "cur_epoch")), None)
    elapsed = next((name for wanted in _ELAPSED for name, known in plain.items() if leaf(known) == wanted), None)
    never = frozenset(name for name, known in plain.items() if _is_never(leaf(known)))
    times = tuple(name for name, known in plain.items() if leaf(known) in _TIMES)
    if set(header) >= _MONITOR and step is None:
        unit, elapsed = "episode", "t"
    return Columns(step, unit, epoch if epoch != step else None, times, elapsed, never)


def normal(name: str) -> str:
    """A name in lower case with underscores, its path kept: ``TotalEnvInteracts`` → ``total_env_interacts``."""
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return "/".join(re.sub(r"[^a-z0-9]+", "_", part).rstrip("_") for part in spread.lower().split("/"))


def leaf(known: str) -> str:
    """The last part of a normal name's path."""
    return known.rpartition("/")[2]


def _is_never(known: str) -> bool:
    return not known or known in _NEVER or bool(_NEVER_ENDS.search(known)) or (known in _TIMES and known != "time")


def moment(cell: object) -> float | None:
    """The UTC epoch seconds that a cell says: seconds or milliseconds since 1970, or an ISO date with a time."""
    if isinstance(cell, str):
        try:
            number = float(cell)
        except ValueError:
            return _iso(cell)
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        number = float(cell)
    else:
        return None
    for scale in (1.0, 1e3, 1e6, 1e9):
        if _MOMENTS[0] * scale <= number <= _MOMENTS[1] * scale:
            return number / scale
    return None


def is_zoned(cell: object) -> bool:
    """Whether a moment is the same everywhere: a number of seconds, or a date that names its zone."""
    return not isinstance(cell, str) or to_float(cell) is not None or bool(_ZONE.search(cell))


def _iso(text: str) -> float | None:
    text = text.strip()
    if len(text) < 16 or not text[:4].isdigit():
        return None
    try:
        found = datetime.fromisoformat(text.replace(",", "."))
        return (found if found.tzinfo else found.astimezone()).astimezone(UTC).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def seconds(cell: object) -> float | None:
    """The length of time that a cell says: seconds, or ``1 day, 0:08:23``."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, str):
        found = _DURATION.match(cell)
        if found:
            return int(found[1] or 0) * 86400 + int(found[2]) * 3600 + int(found[3]) * 60 + float(found[4])
    number = to_float(cell)
    return number if number is not None and math.isfinite(number) else None


def to_float(cell: object) -> float | None:
    """The number in a cell; None for words, truth values, lists and empty cells."""
    if isinstance(cell, float):
        return cell
    if isinstance(cell, str | int) and not isinstance(cell, bool):
        try:
            if isinstance(cell, str) and "_" in cell:
                return None  # Python reads 1_000 as a number; no writer of tables means one
            return float(cell)
        except (ValueError, OverflowError):
            return None
    return None


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns: two or more different names and no number among them."""
    named = [cell.strip() for cell in cells]
    if not 2 <= len(named) <= 5000 or len(set(named)) != len(named):
        return False
    return (
        all(len(cell) <= 200 and to_float(cell) is None for cell in named) and sum(map(bool, named)) >= len(named) - 1
    )


def holds_metrics(rows: Sequence[Mapping[str, object]]) -> bool:
    """Whether a table with such rows is one of metrics, rather than data, predictions or settings.

    A table that counts steps is, unless it carries texts; one that does not must name a metric, and no samples.
    """
    header = list(dict.fromkeys(name for row in rows for name in row))
    columns = assign(header)
    numeric = {name for row in rows for name, cell in row.items() if to_float(cell) is not None}
    told = numeric - columns.never - {columns.step}
    if not told or any(_is_long(cell) for row in rows for cell in row.values()):
        return False
    if set(header) >= _MONITOR:
        return True
    if any(leaf(normal(name)) in _KEYS for name in header):
        return False
    if columns.step is None:
        return any(names.is_metric(name) for name in told)
    if columns.unit in ("episode", "batch", "round", "generation", "timestep"):
        return any(names.is_metric(name) for name in told)
    return True


def _is_long(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) > _LONG_TEXT and cell.lstrip()[:1] not in ("[", "{", "(")
