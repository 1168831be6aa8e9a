"""Progress bars: tqdm's, with and without metrics behind them, and those of rich, alive-progress, fastprogress.

``Epoch 3/10:  42%|████▏     | 42/100 [00:12<00:16,  3.50it/s, loss=0.31, acc=85.3%]``. The description gives the epoch
or the phase, and may hold metrics too. A bar of the training gives a record for each place where it was drawn with
metrics, one of an evaluation gives one at its end.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from workers.logs.formats import Memory
from workers.logs.names import is_metric
from workers.logs.numbers import NUMBER, to_number
from workers.logs.pairs import read_pairs, split_position, without_pairs
from workers.logs.progress import phase_of
from workers.logs.records import EVAL, LOAD, TRAIN, Count, Reading, Record

SIGNS = ("%|", "it/s", "s/it", "it [", "/? [", "━", "╸", "|#", "█", "%)", "%[")
_N = r"\d[\d.,]{0,15}[kKMGT]?"
_TQDM = re.compile(
    rf"(?:(?P<percent>\d{{1,3}})%\|[^|]{{0,600}}+|\|[ #.█▏▎▍▌▋▊▉-]{{1,600}}+)\|\s{{0,9}}"
    rf"(?P<done>{_N})\s?[A-Za-z]{{0,9}}/(?P<total>{_N}|\?)\s?[A-Za-z]{{0,9}}(?:\s{{1,3}}\[(?P<inside>.*)|\s*$)"
)
_BARELESS = re.compile(
    rf"(?:^\s{{0,9}}|\s(?P<percent>\d{{1,3}})%\s{{1,3}}|^(?P<only>\d{{1,3}})%\s{{1,3}})(?P<done>{_N})/(?P<total>{_N}) "
    r"\[(?P<inside>\d+:\d\d(?::\d\d)?<.*)"
)  # as notebooks show it
_OPEN_END = re.compile(rf"(?:^|\s)(?P<done>{_N})(?P<unit>[A-Za-z]{{1,20}}| [a-z]{{1,20}}) \[(?P<inside>\d+:\d\d.*)")
_INSIDE = re.compile(
    r"(?P<elapsed>[\d:]{4,12}|\?)(?:<(?P<left>[\d:?]{1,12}|\d+ days?, [\d:]+))?"
    r"(?:,\s{0,3}(?P<rate>(?:[\d.,]+|\?)[kKMG]?\s?[^,\]]{0,30}/[^,\]\s]{1,20}))?(?P<rest>.*)"
)
_RICH = re.compile(
    rf"^(?P<label>.{{0,200}}?)\s{{0,9}}[━╸╺─]{{4,400}}+\s{{1,9}}(?:(?P<done>{_N})/(?P<total>{_N})|(?P<percent>\d{{1,3}})%)"
    r"(?P<rest>.*)"
)
_ALIVE = re.compile(
    r"^(?P<label>[^|]{0,200})\|[█▉▊▋▌▍▎▏=#⚠︎ .>-]{2,400}\|.{0,40}?"
    rf"(?P<done>{_N})/(?P<total>{_N}) \[\d{{1,3}}%\](?P<rest> in .*)"
)
_FASTPROGRESS = re.compile(
    r"^(?P<label>.{0,100}?)\s?\|?[█-]{0,400}+\|?\s\d{1,3}\.\d\d% "
    rf"\[(?P<done>{_N})/(?P<total>{_N}) [\d:]{{4,12}}<[\d:]{{4,12}}(?P<rest>[^\]]{{0,400}})\]"
)
_BAR2 = re.compile(rf"^(?P<label>.{{0,100}}?)\s*\d{{1,3}}% \((?P<done>{_N}) of (?P<total>{_N})\) ?\|(?P<rest>.*)")
_PERCENT = re.compile(
    rf"^(?P<label>[^\[\]]{{0,60}}?):?\s{{0,5}}(?P<done>\d{{1,3}})%\s?\[[*#=>. -]{{10,200}}\](?P<value>{NUMBER})?\s*$"
)  # "train loss:  42%[****->.....]0.3120"
_SIZE = re.compile(r"\s?[kKMG]i?B\b")
_EPOCH = re.compile(
    r"(?:\b|_)(?:epoch|ep|エポック|轮)s?\b\W{0,4}(?P<done>\d+)(?:\s?(?:/|of)\s?(?P<total>\d+))?(?![\d.]*%)",
    re.IGNORECASE,
)
_EPOCHS = re.compile(r"\W*(?:(?:train(?:ing)?|total) )?epochs?\W*$", re.IGNORECASE)
_STEPS = re.compile(r"\W*(?:(?:global|train(?:ing)?|total|optimi[sz]\w+) )?steps?\W*$", re.IGNORECASE)
_DATA_UNITS = re.compile(
    r"^(?:[kMG]?i?B|bytes|ex|examples?|rows?|files?|tokens?|lines?|sentences?|images?/file|docs?|chunks?)$"
)


@dataclass(slots=True)
class Bar:
    """A drawing of a progress bar; ``unit`` is what it says it counts ("it" where it does not)."""

    label: str
    done: float
    total: float | None
    unit: str = "it"
    rest: str = ""


@dataclass(slots=True, frozen=True)
class Label:
    """What a bar's description says: the phase, metrics, what is counted, the epoch of how many."""

    phase: str
    values: dict[str, float] = field(default_factory=dict)
    counts: str = ""
    epoch: float | None = None
    epochs: float | None = None


def recognise(line: str, memory: Memory) -> bool:
    """Whether a progress bar is drawn in that line."""
    return read_bar(line) is not None


def read_bar(line: str) -> Bar | None:
    """The bar in a line, or None."""
    if len(line) > 6000:
        return None
    if "|" in line:
        match = _TQDM.search(line)
        if match is not None:
            return _tqdm(line[: match.start()], match)
    if " [" in line and "/" in line:
        match = _BARELESS.search(line)
        if match is not None and _rate_unit(match["inside"])[0]:
            return _tqdm(line[: match.start()], match)
        match = _OPEN_END.search(line)
        if match is not None and _rate_unit(match["inside"])[0]:
            return _open_end(line[: match.start()], match)
    if "%[" in line or "% [" in line:
        match = _PERCENT.match(line)
        if match is not None:
            label = match["label"].strip()
            rest = f"{label}: {match['value']}" if match["value"] and is_metric(label) else ""
            return Bar(label, float(match["done"]), 100.0, "%", rest)
    for pattern in (_RICH, _ALIVE, _FASTPROGRESS, _BAR2):
        match = pattern.match(line)
        if match is None:
            continue
        parts = match.groupdict()
        done = to_number(parts["done"] or parts["percent"])
        total = to_number(parts["total"]) if parts["total"] else 100.0
        if done is not None:
            unit = "MB" if _SIZE.match(parts["rest"]) else "it"
            return Bar(parts["label"].strip(), done, total, unit, parts["rest"])
    return None


def _tqdm(label: str, match: "re.Match[str]") -> Bar | None:
    done = to_number(match["done"])
    total = None if match["total"] == "?" else to_number(match["total"])
    if done is None:
        return None
    unit, rest = _rate_unit(match["inside"] or "")
    return Bar(label.strip(), done, total, unit or "it", rest)


def _open_end(label: str, match: "re.Match[str]") -> Bar | None:
    done = to_number(match["done"])
    if done is None:
        return None
    _, rest = _rate_unit(match["inside"])
    return Bar(label.strip(), done, None, match["unit"].strip(), rest)


def _rate_unit(inside: str) -> tuple[str, str]:
    """What the rate between a bar's brackets counts ("" if there is none), and the text after it."""
    match = _INSIDE.match(inside)
    if match is None:
        return "", _whole(inside)
    if match["rate"] is None:
        return "", _whole(match["rest"])
    counted, _, per = re.sub(r"^[\d.,?]+\s?(?:[kKMG](?=[A-Za-z]))?", "", match["rate"]).rpartition("/")
    return (counted if per == "s" else per).strip() or "it", _whole(match["rest"])


def _whole(rest: str) -> str:
    """What stands behind the rate, without a last number that the width of the screen may have cut."""
    closed, found, behind = rest.rpartition("]")
    if found:
        return f"{closed},{behind}"
    text = rest.rstrip()
    return text if text.endswith(",") else text.rpartition(",")[0]


def parse(line: str, memory: Memory) -> Reading | None:
    """The counters and metrics of a bar."""
    bar = read_bar(line)
    return None if bar is None else reading_of(bar, memory)


def reading_of(bar: Bar, memory: Memory) -> Reading:
    """What a bar says, given what was said around it."""
    values, position = split_position(read_pairs(bar.rest, spaced=True)) if bar.rest else ({}, {})
    label = _read_label(bar.label)
    if label.values:
        values = {**label.values, **values}
    taken = values.pop("env_step", None)
    if taken is not None and label.phase == TRAIN and values:
        return _of_environment(bar, label, taken, values)
    epoch, epochs = label.epoch, label.epochs
    if label.phase != TRAIN or _DATA_UNITS.match(bar.unit):
        return _aside(bar, label.phase if label.phase != TRAIN else LOAD, values, epoch, memory)
    is_epochs = bar.unit in ("epoch", "epochs", "ep") or (epoch is None and label.counts == "epoch")
    if is_epochs or (epochs is not None and epochs == bar.total and bar.done in (epoch, (epoch or 0) - 1)):
        counts: tuple[Count, ...] = (Count("epoch", bar.done, bar.total, over=True),)
        return Reading(_records(values, bar, Record({}, epoch=bar.done)), counts, TRAIN, bar.label)
    if epoch is not None:
        counts = (Count("epoch", epoch, epochs), Count("batch", bar.done, bar.total))
        place = Record({}, epoch=epoch, batch=bar.done, batches=bar.total)
        return Reading(_records(values, bar, place), counts, TRAIN, bar.label)
    if bar.unit in ("step", "steps") or label.counts == "step":
        counts = (Count("step", bar.done, bar.total),)
        return Reading(_records(values, bar, Record({}, step=bar.done)), counts, TRAIN, bar.label)
    current = _epoch_around(bar, position.get("epoch", position.get("ep")), memory)
    if current is None or bar.total is None:
        place = Record({}, step=bar.done)
    else:
        place = Record({}, epoch=current, batch=bar.done, batches=bar.total)
    return Reading(_records(values, bar, place), (Count("it", bar.done, bar.total),), None, bar.label)


def _of_environment(bar: Bar, label: Label, taken: float, values: dict[str, float]) -> Reading:
    """A bar that says how many steps the agent has taken: a counter over the whole training."""
    epoch = () if label.epoch is None else (Count("epoch", label.epoch, label.epochs),)
    kept = {name: value for name, value in values.items() if name not in ("n/ep", "n/st", "gradient_step")}
    records = _records(kept, bar, Record({}, step=taken, epoch=label.epoch, unit="timestep"))
    return Reading(records, (*epoch, Count("batch", bar.done, bar.total)), TRAIN, bar.label)


@lru_cache(maxsize=1024)
def _read_label(text: str) -> Label:
    """What a bar's description says."""
    if not text or text.isdigit():
        return Label(TRAIN)
    epoch = _EPOCH.search(text)
    said = text if epoch is None else text[: epoch.start()] + "|" + text[epoch.end() :]
    found = read_pairs(said.rstrip(" :") + " ", spaced=True)
    values = {name: value for name, value in found.items() if is_metric(name)}
    words = without_pairs(text) if values else text
    counts = "epoch" if _EPOCHS.match(words) else "step" if _STEPS.match(words) else ""
    if epoch is None:
        return Label(phase_of(words), values, counts)
    total = float(epoch["total"]) if epoch["total"] else None
    return Label(phase_of(words), values, counts, float(epoch["done"]), total)


def _records(values: dict[str, float], bar: Bar, place: Record) -> list[Record]:
    if not values or bar.done == 0:
        return []
    place.values = values
    place.redrawn = True
    return [place]


def _aside(bar: Bar, phase: str, values: dict[str, float], epoch: float | None, memory: Memory) -> Reading:
    """A bar that is not the training's; an evaluation's has its result when it is complete."""
    counts = (Count("it", bar.done, bar.total),)
    if phase != EVAL or not values or not bar.total or bar.done < bar.total:
        return Reading([], counts, phase, bar.label)
    prefix = "test/" if re.search(r"\btest", bar.label, re.IGNORECASE) else "val/"
    named = {
        name if re.match(r"(?:val|test|eval|dev)", name.lower()) else prefix + name: v for name, v in values.items()
    }
    shared = memory.get("shared", {})
    if epoch is None and shared.get("epoch"):
        epoch = shared["epoch"][0]
    step = shared.get("step") if epoch is None else None
    return Reading([Record(named, step=step, epoch=epoch, redrawn=True)], counts, phase, bar.label)


def _epoch_around(bar: Bar, epoch: float | None, memory: Memory) -> float | None:
    """The epoch said beside the bar or announced last, if the bar begins anew with each; None if it counts them all."""
    if epoch is None:
        announced = memory.get("shared", {}).get("epoch")
        epoch = announced[0] if announced else None
    key = f"{re.sub(r'[0-9.]+', '', bar.label)}\t{bar.total}"
    bars = memory.setdefault("bars", {})
    known = bars.get(key)
    if known is None or bar.done < known[0]:
        known = bars[key] = [bar.done, epoch, known[2] if known else False]
        if len(bars) > 50:
            del bars[next(iter(bars))]
    elif bar.done > known[0]:
        known[0] = bar.done
        if epoch != known[1]:
            known[2], known[1] = known[2] or known[1] is not None, epoch
    return None if known[2] else epoch
