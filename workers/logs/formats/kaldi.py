"""Kaldi's neural-network trainers: objective functions of their minibatches, diagnostics, and the driver's iterations.

``LOG (nnet3-train[5.5]:PrintStatsForThisPhase():nnet-training.cc:121) Average objective function for 'output' for
minibatches 40-49 is -35.0 over 19538 frames.``
"""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("LOG (nnet", "Jobs: ", "TRAINING FINISHED; ", "CROSSVAL")
_OBJECTIVE = re.compile(
    r"LOG \(nnet[^)]*\([^)]*\)[^)]*\) (?:Average|Overall average) objective function for '(?P<output>[\w.-]{1,60})'"
    r"(?: for minibatches (?P<first>\d{1,9})-(?P<last>\d{1,9}))? is "
    rf"(?:(?:{NUMBER}) \+ (?:{NUMBER}) = )?(?P<value>{NUMBER})(?= over |\s|$)"
)
_PROBABILITY = re.compile(
    r"LOG \(nnet[^)]*\([^)]*\)[^)]*\) Overall (?P<what>log-probability|accuracy|log-likelihood) for "
    rf"'(?P<output>[\w.-]{{1,60}})' is (?:(?:{NUMBER}) \+ (?:{NUMBER}) = )?(?P<value>{NUMBER})(?= per frame)"
)
_ITERATION = re.compile(
    r"Iter: (?P<iter>\d{1,9})/(?P<last>\d{1,9})\s{1,9}(?:Jobs: \d{1,6}\s{1,9})?"
    r"Epoch: [\d.]{1,12}/[\d.]{1,12}"
    rf" \([\d.]{{1,9}}% complete\)\s{{1,9}}lr: (?P<lr>{NUMBER})"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is one of Kaldi's lines."""
    line = line[:1000]
    if line.startswith("LOG ("):
        return bool(_OBJECTIVE.match(line) or _PROBABILITY.match(line))
    return "Jobs: " in line and _ITERATION.search(line) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """The objective of a stretch of minibatches, a diagnostic, or the learning rate of an iteration."""
    line = line[:1000]
    match = _OBJECTIVE.match(line)
    if match:
        name = f"objective function for {match['output']}"
        value = float(match["value"].replace(",", ""))
        if match["last"] is None:
            return Reading([Record({f"overall {name}": value})])
        last = float(match["last"])
        return Reading([Record({name: value}, step=last, unit="batch")], (Count("step", last + 1),), TRAIN)
    match = _PROBABILITY.match(line)
    if match:
        return Reading([Record({f"{match['what']} for {match['output']}": float(match["value"].replace(",", ""))})])
    match = _ITERATION.search(line)
    if match is None:
        return None
    time, _ = strip_stamp(line)
    step, last = float(match["iter"]), float(match["last"])
    record = Record({"lr": float(match["lr"].replace(",", ""))}, step=step, unit="iteration", time=time)
    return Reading([record], (Count("iteration", step, last),), TRAIN)
