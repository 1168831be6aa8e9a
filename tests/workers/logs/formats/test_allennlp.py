"""AllenNLP."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read_with,
)
from workers.logs.formats import allennlp as family

LOG = """2021-01-01 12:00:00,000 - INFO - allennlp.training.gradient_descent_trainer - Epoch 0/4
2021-01-01 12:01:00,000 - INFO - allennlp.training.callbacks.console_logger -                        Training |  Validation
2021-01-01 12:01:00,000 - INFO - allennlp.training.callbacks.console_logger - accuracy           |     0.912  |     0.875
2021-01-01 12:01:00,000 - INFO - allennlp.training.callbacks.console_logger - gpu_0_memory_MB    |  1234.500  |       N/A
2021-01-01 12:01:00,000 - INFO - allennlp.training.callbacks.console_logger - loss               |     0.250  |       N/A
2021-01-01 12:01:01,000 - INFO - allennlp.training.gradient_descent_trainer - Epoch 1/4
2021-01-01 12:02:00,000 - INFO - allennlp.training.callbacks.console_logger -                        Training |  Validation
2021-01-01 12:02:00,000 - INFO - allennlp.training.callbacks.console_logger - accuracy           |     0.950  |     0.900
"""


def test_table_after_each_epoch() -> None:
    """Training and validation are separate metrics at the epoch; memory is none."""
    columns, reader = read_with(LOG)
    assert points(columns, "validation_accuracy") == [(0, 0.875), (1, 0.9)]
    assert points(columns, "training_loss") == [(0, 0.25)]
    assert not any("memory" in name for name in columns)
    standing = reader.progress.standing()
    assert standing is not None and standing.total == 5


def test_pieces_and_damage() -> None:
    """Cut anywhere, lines read the same; damaged or hostile ones are harmless."""
    assert_same_in_any_pieces(LOG)
    assert_never_raises(family, LOG)
    assert_quick(family, "a |  ")
