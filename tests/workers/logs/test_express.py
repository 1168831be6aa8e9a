"""Learning from a few lines how all lines of their shape are read."""

import math

from tests.workers.logs.formats.sampling import points, read, read_with
from workers.logs.express import Express, Lesson, Rule, Track
from workers.logs.lines import shape_of
from workers.logs.reader import Reader
from workers.logs.records import Reading, Record


def _track(names: tuple[str, ...], unit: str, has_step: bool) -> Track:
    return Track(names, unit, has_step, values=[[] for _ in names])


def _learn(*lines: tuple[str, Record]) -> tuple[Rule | None, Lesson]:
    lesson, rule = Lesson(), None
    for line, record in lines:
        rule = lesson.learn(line, Reading([record]), _track)
    return rule, lesson


def test_shapes() -> None:
    """Lines that differ in their digits only have one shape."""
    assert shape_of("step 1 loss 0.5") == shape_of("step 100 loss 12.25") != shape_of("step 1 acc 0.5")
    assert shape_of("損失 1") == "損失 ".encode()


def test_a_rule_is_certain_before_it_is_used() -> None:
    """Places are known once no two numbers of all lines seen could be meant."""
    lines = [(f"step {n} loss {v}", Record({"loss": float(v)}, step=n)) for n, v in ((1, "1"), (2, "2"), (3, "0.5"))]
    rule, _ = _learn(*lines[:2])
    assert rule is None
    rule, _ = _learn(*lines)
    assert rule is not None and rule.step_in("step 40 loss 0.25", None, 0.0) == 40


def test_what_a_rule_does_not_take() -> None:
    """Steps that do not go forward, epochs of another length and other lines go the long way."""
    epochs = [
        (f"epoch {e} [{b}/50] loss {v}", Record({"loss": v}, epoch=e, batch=b, batches=50))
        for e, b, v in ((3, 7, 0.5), (4, 8, 0.25), (5, 9, 0.125))
    ]
    express = Express()
    rule = None
    for line, record in epochs:
        express.teach(shape_of(line), line, Reading([record]))
        rule = express.rules.get(shape_of(line))
    assert rule is not None
    rule.track.last = 100.0
    assert not rule.take("epoch 2 [9/50] loss 0.5", 0.0, False, 50)  # step 59
    assert not rule.take("epoch 4 [9/60] loss 0.5", 0.0, False, 50)
    assert not rule.take("epoch 0 [9/50] loss 0.5", 0.0, False, 50)
    assert not rule.take("epoch 4 [9/50] loss nan", 0.0, False, 50)
    assert rule.take("epoch 4 [9/50] loss 0.75", 5.0, False, 50)
    assert (rule.track.steps, rule.track.times, rule.track.values) == ([159], [5.0], [[0.75]])
    express.forget()
    assert express.rules == {}


def test_lines_that_cannot_be_learnt() -> None:
    """Values that do not stand in the line as they are read, and several records in one line, are never learnt."""
    scaled = [(f"step {n} loss {n}k", Record({"loss": 1000.0 * n}, step=n)) for n in range(1, 6)]
    rule, lesson = _learn(*scaled)
    assert rule is None and lesson.hopeless
    assert Lesson().learn("a", Reading([Record({}), Record({})]), _track) is None


def test_infinity_and_nan_among_learnt_lines() -> None:
    """Values that are not numbers change a line's shape, and are read all the same."""
    text = "".join(f"step {n} loss {'nan' if n % 5 == 0 else n / 8} acc 0.5\n" for n in range(1, 41))
    loss = points(read(text), "loss")
    assert [step for step, _ in loss] == list(range(1, 41))
    assert [math.isnan(value) for _, value in loss] == [n % 5 == 0 for n in range(1, 41)]


def test_order_where_two_kinds_of_lines_share_a_metric() -> None:
    """The points of a series stand in the order of the log, whichever shapes of line they come from."""
    text = "".join(
        f"step: {n}, loss: {n / 8}\n" + (f"step: {n}, loss: {n / 4}, val_loss: {n / 2}\n" if n % 7 == 0 else "")
        for n in range(1, 71)
    )
    columns, _ = read_with(text)
    steps = columns["loss"].steps
    assert len(steps) == 80 and steps == sorted(steps) and set(columns["loss"].legs) == {0}


def test_a_second_launch_is_learnt_anew() -> None:
    """The same lines written twice give all their points twice."""
    text = "".join(f"step: {n}, loss: {n / 8}\n" for n in range(1, 61)) * 3
    columns, _ = read_with(text)
    assert columns["loss"].values == [n / 8 for n in range(1, 61)] * 3
    assert columns["loss"].legs == [0] * 60 + [1] * 60 + [2] * 60


def test_a_bar_drawn_again_at_its_step() -> None:
    """Of several drawings at one step the last counts, also once their shape is known."""
    text = "".join(
        f"\r {n}%|#   | {n}/90 [00:0{n % 9}<00:09,  2.00it/s, loss={v}]" for n in range(10, 60) for v in (n / 8, n / 4)
    )
    assert points(read(text + "\n"), "loss") == [(n, n / 4) for n in range(10, 60)]


def test_times_of_learnt_lines() -> None:
    """Each line keeps the time it says."""
    text = "".join(f"2024-05-01T12:00:{n:02d}.250Z step: {n}, loss: {n / 8}\n" for n in range(1, 50))
    times = read(text)["loss"].times
    assert [round(time - times[0], 3) for time in times] == list(range(49))


def test_without_learning() -> None:
    """Learning can be switched off, to compare."""
    data = "".join(f"step: {n}, loss: {n / 8}\n" for n in range(1, 50)).encode()
    slow = Reader(learns=False)
    slow.feed(data, 0.0)
    assert not slow._express.rules
