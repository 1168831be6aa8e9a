"""The score on real logs: the cause of failure as a person read it, and how the run came to its end."""

import re

import pytest

from tests.corpus.index import LOGS, Log, read_index
from tests.corpus.score import read_log
from workers.logs.endings import find_ending, split_end
from workers.logs.failures import Failure, find_failure
from workers.verdicts import LINES_AFTER

RATCHET = {"causes": 1.0, "silent": 1.0, "outcomes": 0.9}
"""Shares reached: causes right, no cause where there is none, outcomes right."""
END_BYTES = 1 << 20

pytestmark = pytest.mark.skipif(not LOGS.is_dir(), reason=f"NO REAL LOGS at {LOGS}: nothing was scored")


def judge(log: Log) -> tuple[Failure | None, str]:
    """The failure that ends a log, and the outcome that its end speaks for."""
    raw = log.path.read_bytes()
    lines = split_end(raw[-END_BYTES:])
    failure = find_failure(lines)
    if failure and failure.lines_after <= LINES_AFTER:
        return failure, "interrupted" if failure.interrupted else "crashed"
    standing = read_log(raw).standing
    come = (standing.done, standing.total) if standing else (None, None)
    return None, "finished" if find_ending(lines, *come) else "unknown"


def says(sentence: str, told: str) -> bool:
    """Whether our words hold most of what the log says: module paths and punctuation do not count."""
    quoted = re.sub(r"\b(?:\w+\.)+(?=[A-Z]\w+(?:Error|Exception))", "", told.partition(" [")[0])
    words = re.findall(r"\w+", quoted.lower())
    ours = set(re.findall(r"\w+", sentence.lower()))
    return sum(word in ours for word in words) >= 0.6 * len(words)


def test_causes() -> None:
    """The cause at the end of a log is found; a cause of an earlier launch, or none, is not made one of this."""
    logs = [log for log in read_index() if log.stack != "tensorboard"]
    right = {"causes": [0, 0], "silent": [0, 0], "outcomes": [0, 0]}
    for log in logs:
        failure, outcome = judge(log)
        ended = log.cause_position == "end of file"
        ok = (says(failure.sentence(), log.cause) if failure else False) if ended else failure is None
        if log.part == "head":
            ok, ended = failure is None or not log.cause or says(failure.sentence(), log.cause), False
        kind = "causes" if ended else "silent"
        right[kind][0] += ok
        right[kind][1] += 1
        if log.part != "head":
            right["outcomes"][0] += outcome == log.outcome
            right["outcomes"][1] += 1
        mark = "ok " if ok else "BAD"
        same = "" if outcome == log.outcome or log.part == "head" else f" (is {log.outcome})"
        print(f"{mark} {log.stack:16} {outcome}{same}: {failure.sentence()[:110] if failure else '-'}")
    shares = {kind: done / max(1, whole) for kind, (done, whole) in right.items()}
    print("  ".join(f"{kind} {done}/{whole}" for kind, (done, whole) in right.items()))
    for kind, least in RATCHET.items():
        assert shares[kind] >= least, f"{kind}: {shares[kind]:.3f}, was {least}"
