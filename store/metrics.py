"""What a metric's name says: which panel it belongs to, whether lower is better, which one is the main loss.

Nobody declares metrics to Machiai; their names are all there is. Everything here is a guess by name that errs on the
side of saying nothing: a metric whose better direction is not plain has none, until the user says so.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

LOWER, HIGHER, NEITHER = "lower", "higher", ""
TRAIN, VALIDATION, TEST = "train", "val", "test"
LOG = "log"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SPLITS = {
    **dict.fromkeys(("train", "training", "trn"), TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "eval", "evaluation", "dev"), VALIDATION),
    **dict.fromkeys(("test", "testing", "predict"), TEST),
}
_ALIASES = {
    "acc": "accuracy", "accuracies": "accuracy", "rew": "reward", "rewards": "reward", "returns": "return",
    "ppl": "perplexity", "lrate": "lr", "err": "error", "errors": "error", "losses": "loss", "ep": "episode",
    "len": "length", "grads": "grad", "prec": "precision", "rec": "recall", "损失": "loss", "准确率": "accuracy",
    "学习率": "lr",
}  # fmt: skip
_PHRASES = (("learning", "rate", "lr"), ("grad", "norm", "grad norm"), ("gradient", "norm", "grad norm"))
_GROUPS = frozenset({"metrics", "metric", "main", "rollout", "scalars", "scalar", "all", "core"})
_AVERAGES = frozenset({"avg", "average", "mean", "running", "smoothed", "batch", "current"})
_WINDOWS = ("step", "epoch")

_LOWER = _words(
    "loss error mse rmse mae mape smape nll perplexity wer cer ter eer fid kid lpips mcd bpc bpb logloss deviance xent "
    "ce bce ece brier regret dtw medr fpr"
)
_HIGHER = _words(
    "accuracy bleu sacrebleu rouge meteor chrf f1 fbeta precision recall auc auroc auprc map ap iou miou dice jaccard "
    "psnr ssim reward return success win elo kappa mcc r2 ndcg mrr hit hits hr correlation corr pearson pearsonr "
    "spearman spearmanr mos sdr snr sisdr pesq stoi score validity em throughput fps sps tps wps ups speed"
)
_HIGHER_NUMBERED = re.compile(r"^(?:m?ap|top|bleu|rouge|f|hits?|hr|r|ndcg|recall|precision|accuracy)@?\d")
_RATES = re.compile(
    r"(?:it|iter|iteration|step|sample|tok|token|image|img|frame|batch|epoch)(?:s|es)?"
    r"(?:\s*/\s*|[ _]per[ _])s(?:ec|econd)?\b",
    re.IGNORECASE,
)
_COSTS = _words(
    "time memory mem eta fps sps tps wps ups throughput speed seconds sec runtime duration timers perf timing cpumem "
    "gpumem reserved maintenance data iters timesteps samples count counters updates size instances rss util"
)
_WORDS = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)*|[%@]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z]{2})(?=[A-Z]{2,}$)")
_PERCENT = re.compile(r"%|(?:^|[^a-z])(?:percent(?:age)?|pct)(?:$|[^a-z])", re.IGNORECASE)


class Scalars(Protocol):
    """What :func:`merge_sources` must know of a series."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def last(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def last_step(self) -> float: ...


_Series = TypeVar("_Series", bound=Scalars)


@dataclass(frozen=True)
class Reading:
    """What a name says: ``family`` is the panel it is drawn in, ``split`` train, val, test or empty."""

    family: str
    split: str
    words: tuple[str, ...]
    is_rate: bool = False

    @property
    def kind(self) -> str:
        """``loss``, ``quality``, ``cost`` (time, speed, memory) or ``other``."""
        words = set(self.words)
        if "loss" in words and not words & {"scale", "time"}:
            return "loss"
        if self.is_rate or words & _COSTS:
            return "cost"
        return "quality" if guess_direction_of(self.words) else "other"


@lru_cache(maxsize=4096)
def read_name(name: str) -> Reading:
    """Take a metric's name apart.

    >>> read_name("val_loss").family, read_name("train/loss_epoch").family, read_name("Average Train Loss").split
    ('loss', 'loss', 'train')
    """
    spread = _CAMEL.sub(" ", name)
    words = [_ALIASES.get(word, word) for word in (found.lower() for found in _WORDS.findall(spread))]
    for first, second, short in _PHRASES:
        for at in range(len(words) - 1):
            if words[at] == first and words[at + 1] == second:
                words[at : at + 2] = short.split()
    split, kept = "", []
    for at, word in enumerate(words):
        if not split and word in _SPLITS and len(words) > 1 and (at < 2 or at == len(words) - 1):
            split = _SPLITS[word]
        else:
            kept.append(word)
    if len(kept) > 1 and kept[-1] in _WINDOWS:
        kept.pop()
    shown = [word for at, word in enumerate(kept) if not (word in _AVERAGES or (word in _GROUPS and at == 0))] or kept
    if "episode" in shown and {"reward", "return"} & set(shown):
        shown = [word for word in shown if word != "episode"]
    whole = name.strip().lower()
    return Reading(" ".join(shown) or whole, split, tuple(kept) or (whole,), bool(_RATES.search(name)))


def guess_direction(name: str) -> str:
    """Whether lower or higher is better, by name: ``lower``, ``higher`` or empty where that is not plain."""
    reading = read_name(name)
    return HIGHER if reading.is_rate else guess_direction_of(reading.words)


def guess_direction_of(words: Sequence[str]) -> str:
    """The same of the words of a name; a loss is a loss whatever it is the loss of."""
    found = set(words)
    if {"scale", "weight", "lr", "coef"} & found:
        return NEITHER
    turned = words[0] in ("neg", "negative") and "log" not in found
    if found & _LOWER or ("cross" in found and "entropy" in found) or ("false" in found and len(found) > 1):
        return HIGHER if turned else LOWER
    joined = ["".join(words[at : at + 3]) for at in range(len(words))]
    if found & _HIGHER or {"explained", "variance"} <= found or any(_HIGHER_NUMBERED.match(word) for word in joined):
        return NEITHER if "std" in found or "length" in found else HIGHER
    return NEITHER


def is_percent(name: str) -> bool:
    """Whether the name says that its values are percentages."""
    return bool(_PERCENT.search(name))


def main_loss(names: Iterable[str]) -> str | None:
    """The loss that stands for the run: the plain training loss, else the nearest to it; None where there is none."""
    ranked = []
    for place, name in enumerate(names):
        reading = read_name(name)
        if reading.kind != "loss" and not {"perplexity", "nll", "xent"} & set(reading.words):
            continue
        family = reading.family
        plain = 0 if family == "loss" else 1 if family in ("total loss", "loss total") else 2
        if reading.kind != "loss":
            plain = 3
        ranked.append((plain, ("", TRAIN, VALIDATION, TEST).index(reading.split), len(reading.words), place, name))
    return min(ranked)[-1] if ranked else None


def main_quality(names: Iterable[str], directions: Mapping[str, str] | None = None) -> str | None:
    """The one other metric to show beside the loss: of known direction, of validation before training."""
    ranked = []
    for place, name in enumerate(names):
        reading = read_name(name)
        direction = (directions or {}).get(name) or guess_direction(name)
        if reading.kind != "quality" or not direction:
            continue
        order = (VALIDATION, TEST, "", TRAIN).index(reading.split)
        ranked.append((order, direction != HIGHER, len(reading.words), place, name))
    return min(ranked)[-1] if ranked else None


def in_order(names: Iterable[str]) -> list[str]:
    """Names with those a researcher looks at first in front: the main loss's panel, qualities, other losses, the rest,
    and at the end what a step costs; panels stay together."""
    names = list(names)
    main = main_loss(names)
    main_family = read_name(main).family if main else None
    kinds = {"quality": 1, "loss": 2, "other": 3, "cost": 4}
    validated = {read_name(name).family for name in names if read_name(name).split in (VALIDATION, TEST)}

    def rank(item: tuple[int, str]) -> tuple[int, bool, int, str, int]:
        place, name = item
        reading = read_name(name)
        kind = 0 if reading.family == main_family else kinds[reading.kind]
        split = ("", TRAIN, VALIDATION, TEST).index(reading.split)
        return kind, reading.family not in validated, len(reading.family.split()), reading.family, split * 1000 + place

    return [name for _, name in sorted(enumerate(names), key=rank)]


def families(names: Iterable[str]) -> dict[str, list[str]]:
    """Panels in that order: family to the names drawn in it, training before validation."""
    found: dict[str, list[str]] = {}
    for name in in_order(names):
        found.setdefault(read_name(name).family, []).append(name)
    return found


def merge_sources(series: Sequence[_Series]) -> dict[str, _Series]:
    """One series a metric, by the name it is shown under: a metric seen in two sources is one, the richer source wins.

    The same name in two sources is the same metric. ``loss`` in the log and ``train/loss`` in an event file are one too
    where their values agree; two names of one source never are.
    """
    chosen: dict[str, _Series] = {}
    for one in series:
        if one.name not in chosen or _richness(one) > _richness(chosen[one.name]):
            chosen[one.name] = one
    groups: dict[tuple[str, str], list[_Series]] = {}
    for one in chosen.values():
        reading = read_name(one.name)
        groups.setdefault((reading.family, reading.split or TRAIN), []).append(one)
    for group in groups.values():
        sources = {one.source for one in group}
        if len(group) == 2 and len(sources) == 2 and _agree(*group):
            del chosen[min(group, key=_richness).name]
    return chosen


def _richness(series: Scalars) -> tuple[int, bool]:
    return series.count, series.source != LOG


def _agree(one: Scalars, other: Scalars) -> bool:
    """Whether two series look like the same values, rounded or lagging in one of them."""
    if not 0.2 <= (one.count + 1) / (other.count + 1) <= 5 and (
        (one.unit, one.last_step) != (other.unit, other.last_step) or not _is_near(one.last, other.last)
    ):
        return False  # a log that prints each hundredth step of what a file has must end where it does
    pairs = ((one.last, other.last), (one.high, other.high), (one.low, other.low))
    return sum(_is_near(a, b) for a, b in pairs) >= 2


def _is_near(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and math.isclose(one, other, rel_tol=5e-3, abs_tol=1e-4)
