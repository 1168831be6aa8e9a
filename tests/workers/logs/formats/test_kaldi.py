"""Kaldi."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read_with,
)
from workers.logs.formats import kaldi

LOG = """# nnet3-train --use-gpu=yes --momentum=0.0 a.raw b.raw
LOG (nnet3-train[5.5]:PrintStats():nnet-training.cc:121) Average objective function for 'output' for minibatches 0-9 is -4.5 over 900 frames.
LOG (nnet3-train[5.5]:PrintStats():nnet-training.cc:121) Average objective function for 'output' for minibatches 10-19 is -0.5 + -0.25 = -0.75 over 900 frames.
LOG (nnet3-compute-prob[5.5]:PrintStats():nnet-diagnostics.cc:90) Overall accuracy for 'output' is 0.625 per frame, over 90 frames.
LOG (arpa2fst[5.5]:Read():arpa-file-parser.cc:94) Reading 12 sections.
# Accounting: time=12 threads=1
"""


def test_objectives() -> None:
    """The sum is the objective; diagnostics are counted."""
    columns, _ = read_with(LOG)
    assert points(columns, "objective function for output") == [(9, -4.5), (19, -0.75)]
    assert points(columns, "accuracy for output") == [(1, 0.625)]
    assert len(columns) == 2


def test_iterations() -> None:
    """The driver tells its iterations, of how many, and the learning rate; the number of jobs is no metric."""
    columns, reader = read_with(
        "2024-02-01 10:00:00,100 [steps/nnet3/chain/train.py:535 - train - INFO ] "
        "Iter: 8/19   Jobs: 2   Epoch: 1.50/4.0 (37.5% complete)   lr: 0.0005   \n"
    )
    assert points(columns, "lr") == [(8, 5e-4)]
    assert list(columns) == ["lr"]
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (8, 19)


def test_pieces_and_damage() -> None:
    """However a log is cut or damaged, reading goes on."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(kaldi, LOG)
    assert_quick(kaldi, "LOG (nnet3-train[5.5]:PrintStats():nnet-training.cc:121) Average ")
