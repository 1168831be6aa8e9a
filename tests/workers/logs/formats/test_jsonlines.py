"""Metrics as JSON and as printed dicts."""

import json
import math

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import jsonlines


def lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


PRETTY = """[
    {
        "main/loss": 1.5,
        "validation/main/loss": NaN,
        "epoch": 0,
        "iteration": 100,
        "nested": {
            "acc": 0.25
        },
        "elapsed_time": 29.5
    },
    {
        "main/loss": 1.25,
        "epoch": 0,
        "iteration": 200,
        "history": [
            1,
            2
        ],
        "elapsed_time": 57.5
    }
]
"""


def test_objects_with_steps_and_totals() -> None:
    """The step and its total give the progress; times, totals and texts are no metrics."""
    text = lines(
        *[
            {
                "current_steps": step,
                "total_steps": 400,
                "loss": 1 / step,
                "lr": 1e-5,
                "epoch": step / 100,
                "percentage": step / 4,
                "elapsed_time": "0:02:12",
                "remaining_time": "1 day, 0:08:23",
            }
            for step in (10, 20, 30)
        ]
    )
    columns, reader = read_with(text)
    assert points(columns, "loss") == [(10, 0.1), (20, 0.05), (30, 1 / 30)]
    assert set(columns) == {"loss", "lr", "percentage", "epoch"}
    standing = reader.progress.standing()
    assert standing is not None and (standing.done, standing.total) == (30, 400)


def test_two_ranks_in_one_file() -> None:
    """Of the rows that two ranks write for the same steps, also when one is behind, the first is kept."""
    ahead = [{"step": step, "loss": 1.0} for step in range(10, 200, 10)]
    behind = [{"step": step, "loss": 1.001} for step in range(10, 200, 10)]
    rows = ahead[:2]
    for first, second in zip(ahead[2:], behind, strict=False):
        rows += [first, second]
    assert points(read(lines(*rows)), "loss") == [(step, 1.0) for step in range(10, 200, 10)]


def test_nested_objects_and_infinities() -> None:
    """Nested objects are flattened; bare NaN and Infinity are values."""
    text = '{"global_step": 5, "train": {"loss": NaN, "grad": {"norm": Infinity}}, "done": false, "tags": [1, 2]}\n'
    columns = read(text)
    assert math.isnan(columns["train/loss"].values[0])
    assert columns["train/grad/norm"].values == [math.inf]
    assert set(columns) == {"train/loss", "train/grad/norm"}


def test_position_inside_an_epoch() -> None:
    """Iterations that start over in every epoch are counted on; an evaluation stands where training was."""
    rows = [{"split": "train", "epoch": e, "it": i, "loss": e + i / 10} for e in (1, 2) for i in (1, 2, 3)]
    rows.append({"split": "val", "epoch": 2, "it": 1, "loss": 9.0})
    columns = read(lines(*rows))
    assert columns["loss"].steps == [1, 2, 3, 4, 5, 6]
    assert points(columns, "val/loss") == [(6, 9.0)]


def test_object_over_several_lines() -> None:
    """Chainer's and ESPnet's log is an array of objects, each over several lines."""
    columns = read(PRETTY)
    assert points(columns, "main/loss") == [(100, 1.5), (200, 1.25)]
    assert points(columns, "nested/acc") == [(100, 0.25)]
    assert "history" not in columns


def test_object_that_a_logger_opens() -> None:
    """AllenNLP ends with ``Metrics: {`` and the object on the lines after it."""
    text = '2021-01-01 12:00:00 - INFO - util - Metrics: {\n  "best_epoch": 3,\n  "validation_accuracy": 0.75,\n  "epoch": 9\n}\n'
    assert points(read(text), "validation_accuracy") == [(9, 0.75)]


def test_printed_dict_after_its_position() -> None:
    """A Python dict behind the words that say where training is."""
    text = (
        "2024-01-01 10:00:00 INFO Epoch 1/3: {'train_loss': 0.5, 'val_acc': tensor(0.75, device='cuda:0'), 'note': None}\n"
        "2024-01-01 10:01:00 INFO Epoch 2/3: {'train_loss': nan, 'val_acc': np.float64(0.875), 'note': None}\n"
    )
    columns, reader = read_with(text)
    assert points(columns, "val_acc") == [(1, 0.75), (2, 0.875)]
    assert columns["val_acc"].unit == "epoch"
    assert columns["val_acc"].times[1] - columns["val_acc"].times[0] == 60
    standing = reader.progress.standing()
    assert standing is not None and standing.total == 3


def test_messages_of_json_loggers() -> None:
    """What a logger wraps in JSON is read: structlog's keys as metrics, loguru's message as a line."""
    text = lines(
        {"event": "train", "step": 10, "loss": 0.5, "level": "info", "timestamp": "2024-01-01T10:00:00Z"},
        {"event": "starting up", "level": "info", "timestamp": "2024-01-01T10:00:00Z"},
        {
            "text": "…",
            "record": {"message": "step 20: loss 0.25", "level": {"no": 20}, "time": {"timestamp": 1704103200.5}},
        },
    )
    columns = read(text)
    assert points(columns, "loss") == [(10, 0.5), (20, 0.25)]
    assert columns["loss"].times == [1704103200.0, 1704103200.5]


def test_false_friends() -> None:
    """Configurations, annotations, predictions and samples are not records."""
    text = lines(
        {"lr": 0.1, "batch_size": 32, "epochs": 10, "dropout": 0.1},
        {"image_id": 4, "bbox": [1, 2, 3, 4], "category_id": 1, "score": 0.9},
        {"prompt": "loss", "response": "0.5", "score": 1},
        {"train": {"learning_rate": 0.1, "epochs": 100, "seed": 1, "eps": 1e-9}, "data": {"n_mel": 80}},
        {"seed": 1, "rank": 0},
        {"id": 3, "text": "a", "label": 1, "score": 0.5},
        {},
    )
    text += "config: {'loss_weight': 0.5, 'lr': 0.1}\nweights={'loss_a': 1.0, 'loss_b': 1.0}\n"
    text += '{\n  \'a\': 1\n}\n{\n  "architectures": [\n    "X"\n  ],\n  "hidden_size": 768,\n  "dropout": 0.1\n}\n'
    assert read(text) == {}


def test_pieces_and_damage() -> None:
    """Cut anywhere, objects read the same; damaged or hostile lines are harmless."""
    text = lines(*[{"step": n, "loss": n / 7, "epoch": n // 3} for n in range(9)]) + PRETTY
    assert_same_in_any_pieces(text)
    assert_never_raises(jsonlines, text + "Epoch 1: {'train_loss': 0.5, 'acc': tensor(0.5)}\n")
    assert_quick(jsonlines, '{"a":')
    assert_quick(jsonlines, "Epoch 3: {'a':")
    line = '{"loss": ' + "9" * 400 + "}"
    assert jsonlines.recognise(line, {}) in (True, False)
    jsonlines.parse(line, {})
