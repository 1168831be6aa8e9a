"""Source code in a log."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import sourcecode

CODE = """import os
import sys
with open(sys.argv[0]) as f:
    code = f.read() # read the code of this file ASAP
from dataclasses import dataclass
@dataclass
class Settings:
    lr : float = 0.05
    val_loss_every : int = 125 # every how many steps to evaluate
args = Settings()
optimizer = Muon(params, lr=0.05, momentum=0.95)
val_loss = 0.0
if master:
    print0(f"step:{step} val_loss:{val_loss:.4f}")
# -----------
====================================================================================================
"""
LOG = CODE + "step:0/10 val_loss:10.5 train_time:0ms\nstep:1/10 train_loss:9.5 train_time:100ms\n"


def test_code_gives_no_metrics() -> None:
    """Settings and assignments in the code are nothing; what is printed after the rule is read."""
    columns, reader = read_with(LOG)
    assert points(columns, "val_loss") == [(0, 10.5)]
    assert set(columns) == {"val_loss", "train_loss", "train_time"}
    assert not reader.memories[reader.names.index("sourcecode")].get("open")


def test_what_is_no_code_ends_it() -> None:
    """A stray import costs at most the line after it."""
    columns = read("import torch\nloading data\nstep:1/10 train_loss:9.5 train_time:100ms\n")
    assert points(columns, "train_loss") == [(1, 9.5)]


def test_false_friends() -> None:
    """Sentences with the word are left alone."""
    for line in ("import of goods", "  import torch", "from here import is allowed", "cannot import name x"):
        assert not sourcecode.recognise(line, {}), line


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(sourcecode, LOG)
    for start in ("import a", "from a import b, ", "import "):
        assert_quick(sourcecode, start)
