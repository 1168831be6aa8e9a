"""scikit-learn."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import sklearn as family

SEARCH = """Fitting 2 folds for each of 2 candidates, totalling 4 fits
[CV] END ...................................C=1, gamma=0.1; total time=   0.1s
[CV 1/2] END ..............C=1, gamma=0.1;, score=0.875 total time=   0.3s
[CV 2/2; 1/2] END C=10, gamma=0.1; accuracy: (train=0.9, test=0.75) f1: (test=0.5) total time=   0.3s
"""
OTHERS = """[12/100] 1 tree, 31 leaves, max depth = 9, train loss: 0.25, val loss: 0.5, in 0.012s
-- Epoch 3
Norm: 1.23, NNZs: 4, Bias: -0.1, T: 150, Avg. loss: 0.375
Iteration 3, inertia 123.5.
[t-SNE] Iteration 50: error = 82.125, gradient norm = 0.0625 (50 iterations in 0.5s)
At iterate    5    f=  1.25000D+00    |proj g|=  3.00000D-01
[Parallel(n_jobs=1)]: Done  50 out of  50 | elapsed:    1.2s finished
"""


def test_search() -> None:
    """The scores of each fit, counted; parameters are none. The fits announced are the total."""
    columns, reader = read_with(SEARCH)
    assert points(columns, "score") == [(2, 0.875)]
    assert points(columns, "accuracy") == [(3, 0.75)]
    assert points(columns, "train/accuracy") == [(3, 0.9)]
    assert set(columns) == {"score", "accuracy", "train/accuracy", "f1"}
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (3, 4)


def test_losses_of_iterations() -> None:
    """Histogram boosting, SGD, k-means, t-SNE and LBFGS, whose numbers have Fortran's exponents."""
    columns = read(OTHERS)
    assert points(columns, "val loss") == [(12, 0.5)]
    assert points(columns, "Avg. loss") == [(3, 0.375)]
    assert points(columns, "inertia") == [(3, 123.5)]
    assert points(columns, "gradient norm") == [(50, 0.0625)]
    assert points(columns, "f") == [(5, 1.25)]
    assert not any("NNZ" in name or "leaves" in name or "Done" in name for name in columns)


def test_validation_of_a_perceptron() -> None:
    """The validation score belongs to the iteration on the line before."""
    text = "Iteration 1, loss = 0.5\nValidation score: 0.75\nIteration 2, loss = 0.4\nValidation score: 0.8\n"
    assert points(read(text), "Validation score") == [(1, 0.75), (2, 0.8)]


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(SEARCH + OTHERS)
    assert_never_raises(family, SEARCH + OTHERS)
    assert_quick(family, "[CV] END ")
    assert_quick(family, "At iterate 1 f= ")


def test_classification_report() -> None:
    """The averages of a report are recorded under its own name; its classes are not."""
    columns = read(
        "              precision    recall  f1-score   support\n\n"
        "         cat       0.50      0.75      0.60         4\n"
        "         dog       0.75      0.50      0.60         6\n\n"
        "    accuracy                           0.62        10\n"
        "   macro avg       0.63      0.64      0.60        10\n"
        "weighted avg       0.65      0.66      0.61        10\n\naccuracy: 0.7\n"
    )
    assert points(columns, "report/accuracy") == [(1, 0.62)]
    assert points(columns, "report/weighted avg f1-score") == [(1, 0.61)]
    assert columns["accuracy"].values == [0.7]
    assert not any("cat" in name or "dog" in name for name in columns)
