"""scikit-learn's verbose lines: searches, boosting by histograms, SGD, k-means, mixtures, t-SNE, LBFGS."""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Count, Reading, Record

SIGNS = (
    "[CV",
    "totalling ",
    " tree",
    "Validation score: ",
    "Avg. loss: ",
    "-- Epoch ",
    "inertia ",
    "t-SNE]",
    "At iterate",
    "ll change",
    "[Parallel(",
    "f1-score",
)
_FITS = re.compile(r"Fitting \d+ folds for each of \d+ candidates, totalling (?P<fits>\d+) fits")
_FIT = re.compile(
    r"\[CV(?: \d+/\d+)?(?:; \d+/\d+)?\]\s+(?P<end>END\b)?(?P<rest>.*?)(?:;|,)?\s*total(?: time)?=\s*[\d.]+ ?(?:s|min)"
)
_SCORES = re.compile(
    rf"(?P<name>[A-Za-z]\w{{0,60}})(?:=|: )\((?:train=(?P<train>{NUMBER}), )?test=(?P<test>{NUMBER})\)"
)
_SCORE = re.compile(rf"\bscore=(?P<score>{NUMBER})")
_BINS = re.compile(r"\[(?P<done>\d+)/(?P<total>\d+)\] \d+ trees?, \d+ leaves(?P<rest>.*)$")
_LOSS = re.compile(rf"(?P<name>train loss|val loss|train score|val score): (?P<value>{NUMBER})")
_VALIDATION = re.compile(rf"\s*Validation score: (?P<value>{NUMBER})\s*$")
_EPOCH = re.compile(r"-- Epoch (?P<epoch>\d+)\s*$")
_SGD = re.compile(rf"Norm: {NUMBER}, NNZs: \d+, Bias: {NUMBER}, T: \d+, Avg\. loss: (?P<loss>{NUMBER})\s*$")
_MEANS = re.compile(rf"\s*Iteration (?P<step>\d+), inertia (?P<value>{NUMBER})")
_MIXTURE = re.compile(rf"\s*Iteration (?P<step>\d+)\s+time lapse [\d.]+s\s+ll change (?P<value>{NUMBER})")
_TSNE = re.compile(
    rf"\[t-SNE\] Iteration (?P<step>\d+): error = (?P<error>{NUMBER}), gradient norm = (?P<norm>{NUMBER})"
)
_LBFGS = re.compile(r"\s*At iterate\s+(?P<step>\d+)\s+f=\s*(?P<f>[-+.\dDdEe]+)\s+\|proj g\|=\s*(?P<g>[-+.\dDdEe]+)")
_ALL = (_FITS, _FIT, _BINS, _VALIDATION, _EPOCH, _SGD, _MEANS, _MIXTURE, _TSNE, _LBFGS)
_PARALLEL = re.compile(r"\[Parallel\(n_jobs=")


_REPORT = re.compile(r"\s*precision\s+recall\s+f1-score\s+support\s*$")
_CLASS = re.compile(
    rf"\s*(?P<name>\S.{{0,80}}?)\s{{1,60}}(?:(?P<precision>{NUMBER})\s+(?P<recall>{NUMBER})\s+)?(?P<f1>{NUMBER})\s+\d+\s*$"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is one of those lines, or belongs to a classification report."""
    if memory.get("open"):
        if len(line) < 400 and _CLASS.match(line):
            return True
        memory["open"] = False
    if _REPORT.match(line):
        return True
    return len(line) < 4000 and (any(form.match(line) for form in _ALL) or bool(_PARALLEL.match(line)))


def parse(line: str, memory: Memory) -> Reading | None:
    """The scores of a fit, the loss of an iteration, or the summary rows of a report."""
    if _REPORT.match(line):
        memory["open"] = True
        return None
    if memory.get("open"):
        return _of_report(line, memory)
    fits = _FITS.match(line)
    if fits:
        memory.update(fits=float(fits["fits"][:15]), done=0.0)
        return Reading(counts=(Count("fit", 0.0, memory["fits"]),))
    fit = _FIT.match(line)
    if fit:
        return _fit(fit, memory)
    bins = _BINS.match(line)
    if bins:
        done, total = float(bins["done"][:15]), float(bins["total"][:15])
        values = {found["name"]: float(found["value"].replace(",", "")) for found in _LOSS.finditer(bins["rest"])}
        counts = (Count("iteration", done, total),)
        return Reading([Record(values, step=done, unit="iteration")] if values else [], counts)
    epoch = _EPOCH.match(line)
    if epoch:
        memory["epoch"] = float(epoch["epoch"][:15])
        return Reading(counts=(Count("epoch", memory["epoch"]),))
    return _iteration(line, memory)


def _of_report(line: str, memory: Memory) -> Reading | None:
    """A row of a classification report: of its averages, not of its classes."""
    row = _CLASS.match(line)
    if row is None or row["name"] not in ("accuracy", "micro avg", "macro avg", "weighted avg", "samples avg"):
        return None
    name = row["name"]
    values = {"report/accuracy": _number(row["f1"])}
    if name != "accuracy":
        named = {"precision": "precision", "recall": "recall", "f1-score": "f1"}
        values = {f"report/{name} {what}": _number(row[group]) for what, group in named.items() if row[group]}
    epoch = (memory.get("shared") or {}).get("epoch")
    return Reading([Record(values, epoch=epoch[0] if epoch else None)])


def _iteration(line: str, memory: Memory) -> Reading | None:
    validation = _VALIDATION.match(line)
    if validation:  # of the iteration whose loss stands on the line before
        step = memory.get("shared", {}).get("step")
        return Reading(
            [Record({"Validation score": _number(validation["value"])}, step=step, unit="iteration")], (), EVAL
        )
    sgd = _SGD.match(line)
    if sgd:
        return Reading([Record({"Avg. loss": _number(sgd["loss"])}, epoch=memory.get("epoch"))])
    for form, names in (
        (_MEANS, {"inertia": "value"}),
        (_MIXTURE, {"ll change": "value"}),
        (_TSNE, {"error": "error", "gradient norm": "norm"}),
        (_LBFGS, {"f": "f", "|proj g|": "g"}),
    ):
        found = form.match(line)
        if found:
            try:
                values = {name: _number(found[group]) for name, group in names.items()}
            except ValueError:
                return None
            return Reading([Record(values, step=float(found["step"][:15]), unit="iteration")])
    return None


def _fit(fit: "re.Match[str]", memory: Memory) -> Reading:
    memory["done"] = done = memory.get("done", 0.0) + 1
    fits = memory.get("fits")
    counts = (Count("fit", done, fits if fits and done <= fits else None),)
    values: dict[str, float] = {}
    for scores in _SCORES.finditer(fit["rest"]):
        values[scores["name"]] = _number(scores["test"])
        if scores["train"]:
            values["train/" + scores["name"]] = _number(scores["train"])
    score = _SCORE.search(fit["rest"])
    if score and "score" not in values:
        values["score"] = _number(score["score"])
    return Reading([Record(values, step=done, unit="fit")] if values else [], counts)


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("D", "E").replace("d", "e") if "an" not in text.lower() else text)
