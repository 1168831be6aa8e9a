"""A JSON object or a printed Python dict of a log as a record of metrics, or as the message that a logger wrapped."""

import json
import math
import re
import zlib
from collections.abc import Mapping
from typing import Any

from workers.logs import columns, names
from workers.logs.numbers import is_whole
from workers.logs.records import Count, Reading, Record
from workers.logs.rows import flatten

LONGEST = 30_000
_BOXED_NUMBER = re.compile(
    r"(?:tensor|array|Array|DeviceArray|(?:np|jnp|numpy)\.\w+|float\d*|Decimal)"
    r"\(['\[]?\s*(-?[\d.]+(?:e[-+]?\d+)?|-?nan|-?inf)\]?'?(?:, ?[\w.=<>' :()-]{0,80})?\)"
)
_BARE = re.compile(r"(?<![\w'\".])(-?)(nan|inf)(?![\w'\"])")
_WORDS = re.compile(r"(?<=[:,\[{ ])(?:True|False|None)(?=[,\]} ])")
_JSON_WORDS = {"True": "true", "False": "false", "None": "null"}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DATA = _set(
    """bbox segmentation keypoints boxes annotations annotation messages tokens input_ids prompt response answer
    question instruction output input inputs context conversations choices completion caption images categories
    captions logprobs prediction predictions pred reference hypothesis images_path image_id category_id source url"""
)
_CONFIG = _set(
    """batch_size train_batch_size optimizer optim seed hidden_size hidden_dim num_layers n_layer n_head dropout
    num_epochs epochs max_epochs num_train_epochs vocab_size model_type model_name model architectures num_workers
    weight_decay learning_rate scheduler lr_scheduler momentum data_dir output_dir save_dir dataset_name
    max_position_embeddings hidden_act config args hyperparameters hparams activation torch_dtype fp16 bf16
    gradient_accumulation_steps zero_optimization warmup_steps max_length max_seq_length"""
)
_WRAPPERS = ("results/", "metrics/", "scalars/", "values/", "logs/")
_TEXTS = ("event", "message", "msg", "text")
_TOTALS = {"step": ("total_steps", "max_steps"), "epoch": ("total_epochs", "max_epochs", "num_epochs")}
_SNAPSHOT = re.compile(r"network-snapshot-(\d+)")
_EVALUATIONS = ("val", "valid", "validation", "eval", "evaluation", "test", "dev")
_PURE_SETTING = re.compile(
    r"(?:^|_)(?:interval|dims?|size|num|heads?|layers|kernel|patience|channels|every|freq)(?:_|$)"
)
_SPAN = frozenset(("start_time", "end_time", "metrics"))
_LATE = 3
"""So many records may a rank be behind the first."""
_MOST_KINDS = 50


def read_object(text: str) -> dict[str, Any] | None:
    """The object that a text is, in JSON (also with bare NaN) or as Python prints dicts; None if it is none."""
    if len(text) > LONGEST or not (text.startswith("{") and text.endswith("}")):
        return None
    if text[1:].lstrip()[:1] == "'":
        text = _BOXED_NUMBER.sub(r"\1", text)
        text = _WORDS.sub(lambda word: _JSON_WORDS[word[0]], text.replace('"', " ").replace("'", '"'))
        text = _BARE.sub(lambda number: number[1] + ("NaN" if number[2] == "nan" else "Infinity"), text)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_record(found: Mapping[str, Any]) -> bool:
    """Whether an object holds metrics; its values are looked at for their kind only."""
    keys = {columns.normal(str(key)) for key in found}
    if keys & _DATA or len(found) > 3000 or keys >= _SPAN:
        return False
    flat = flatten(found)
    keys |= {columns.leaf(columns.normal(name)) for name in flat}
    if not columns.holds_metrics([flat]):
        return False
    parts = columns.assign(list(flat))
    told = [
        name
        for name, value in flat.items()
        if name not in parts.never and name != parts.step and columns.to_float(value) is not None
    ]
    metrics = [name for name in told if names.is_metric(name) and not names.is_setting(name)]
    settings = len(keys & _CONFIG) + sum(bool(_PURE_SETTING.search(columns.normal(name))) for name in told)
    if parts.step is None:
        others = sum(not isinstance(value, float | int) or isinstance(value, bool) for value in found.values())
        return len(metrics) > settings and len(told) >= others
    return len(metrics) > settings if settings else bool(told)


def message_of(found: Mapping[str, Any]) -> tuple[str, float | None] | None:
    """What a logger that writes JSON was told to say, and when; None if the object is no logger's."""
    record = found.get("record")
    if isinstance(record, dict) and isinstance(record.get("message"), str):  # loguru
        moment = record.get("time")
        return record["message"], columns.moment(moment.get("timestamp")) if isinstance(moment, dict) else None
    keys = {str(key).lower() for key in found}
    if not keys & {"level", "levelname", "severity", "log_level", "lvl", "logger"}:
        return None
    text = next((found[key] for key in _TEXTS if isinstance(found.get(key), str)), None)
    times = (
        known
        for key in ("timestamp", "time", "ts", "asctime", "@timestamp", "created")
        if (known := columns.moment(found.get(key))) is not None
    )
    return (text, next(times, None)) if text else None


def to_reading(found: Mapping[str, Any], memory: dict[str, Any], *, phase: str = "") -> Reading | None:
    """The record in an object for which :func:`is_record` holds.

    ``memory`` keeps what counters that start over in every epoch need, and the latest rows, since ranks write them
    twice. ``phase`` is what the words before the object say it is of, such as ``val``.
    """
    flat = flatten(found)
    updates = next((found[key] for key in ("num_updates", "train_num_updates") if key in found), None)
    parts = columns.assign(list(flat))
    rank = flat.get("rank", flat.get("local_rank"))
    if isinstance(rank, int) and memory.setdefault("rank", rank) != rank:
        return None
    mode = next((flat[key] for key in ("mode", "split", "phase", "stage") if isinstance(flat.get(key), str)), phase)
    phase = mode.lower() if isinstance(mode, str) and mode.lower() in _EVALUATIONS else ""
    aside = {parts.step, "lr" if phase else None, *parts.never}
    epoch = columns.to_float(flat.get(parts.epoch)) if parts.epoch is not None else None
    memory["fractions"] = bool(memory.get("fractions") or (epoch is not None and not is_whole(epoch)))
    if not memory["fractions"]:  # a fraction says how far training is, a whole number where a record stands
        aside.add(parts.epoch)
    values = {
        name: value
        for name, cell in flat.items()
        if name not in aside
        and not name.endswith(("eta_seconds", "eta"))
        and (value := columns.to_float(cell)) is not None
        and not (name in parts.times and columns.moment(cell) is not None)
    }
    if not values:
        return None
    time = next((known for name in parts.times if (known := columns.moment(flat[name])) is not None), None)
    unit = parts.unit
    step = columns.to_float(flat[parts.step]) if parts.step is not None else None
    snapshot = _SNAPSHOT.search(str(found.get("snapshot_pkl", "")))
    if updates is not None:
        step, unit = columns.to_float(updates), "step"
    elif snapshot and step is None:
        step, unit = float(snapshot[1]), "kimg"
    elif phase and epoch is not None and memory.get("reached") is not None:
        step = memory["reached"]
    elif step is not None and epoch is not None:
        step = _over_epochs(step, epoch, memory)
    if _is_copy(flat, step, unit, memory):
        return None
    values = {_plain(name, phase): value for name, value in values.items()}
    counts = () if phase or step is None else _counts(flat, step, unit, epoch, memory)
    if unit == "epoch":
        return Reading([Record(values, epoch=step, time=time)], counts)
    return Reading([Record(values, step=step, epoch=epoch, unit=unit, time=time)], counts)


def _plain(name: str, phase: str) -> str:
    for wrapper in _WRAPPERS:
        name = name.removeprefix(wrapper)
    return f"{phase}/{name}" if phase and not name.lower().startswith(_EVALUATIONS) else name


def _over_epochs(step: float, epoch: float, memory: dict[str, Any]) -> float:
    """A step counted over the whole training, also where the log counts it from the beginning of each epoch."""
    last_epoch, last = memory.get("position", (epoch, step))
    if epoch > last_epoch and step < last:
        memory["base"] = memory.get("base", 0.0) + last
    elif epoch < last_epoch:
        memory["base"] = 0.0
    memory["position"] = (epoch, step)
    memory["reached"] = reached = step + memory.get("base", 0.0)
    return float(reached)


def _is_copy(flat: Mapping[str, object], step: float | None, unit: str, memory: dict[str, Any]) -> bool:
    """Whether another rank, a few records behind, has just written this: the same names at a step that was passed."""
    if step is None or unit in ("epoch", "row"):
        return False
    words = [value for value in flat.values() if isinstance(value, str) and value.isalpha()]
    key = str(zlib.crc32("\t".join([*flat, *words]).encode(errors="replace")))
    known: dict[str, list[float]] = memory.setdefault("latest", {})
    last, interval = known.pop(key, (-math.inf, 0.0))
    is_copy = last - _LATE * interval <= step <= last
    if step > last and math.isfinite(last):
        interval = min(step - last, interval or math.inf)
    known[key] = [last if is_copy else step, interval]
    if len(known) > _MOST_KINDS:
        del known[next(iter(known))]
    return is_copy


def _counts(
    flat: Mapping[str, object], step: float, unit: str, epoch: float | None, memory: dict[str, Any]
) -> tuple[Count, ...]:
    total = next((columns.to_float(flat[key]) for key in _TOTALS.get(unit, ()) if key in flat), None)
    if unit == "iteration" and epoch is not None and memory.get("base"):
        return (Count("epoch", epoch), Count("batch", memory["position"][1]))
    return (Count(unit, step, total),)
