"""Event files as TensorBoard's own writers leave them, read as they grow."""

import json
import math
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2  # type: ignore[import-untyped]
from tensorboard.plugins.scalar.summary_v2 import scalar_pb  # type: ignore[import-untyped]
from tensorboard.summary.writer.record_writer import RecordWriter  # type: ignore[import-untyped]

from workers.logs.batches import SeriesBatch, State
from workers.logs.tensorboard import read_events

Points = dict[str, list[tuple[int, float, float]]]


def summary(tag: str, value: float) -> summary_pb2.Summary:
    """A scalar as the older writers put it."""
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])


def event(step: int, content: summary_pb2.Summary, wall_time: float = 1e9) -> bytes:
    """One event's bytes."""
    return event_pb2.Event(step=step, wall_time=wall_time, summary=content).SerializeToString()


def write_events(path: Path, *events: bytes) -> None:
    """Append records to an event file."""
    with path.open("ab") as file:
        writer = RecordWriter(file)
        for one in events:
            writer.write(one)
        writer.flush()


def read_all(path: Path, state: State | None = None, limit: int = 1 << 20, **options: object) -> tuple[Points, State]:
    """Read to the end, the state going through JSON after every call as it does in the journal."""
    points: Points = {}
    state = state or {}
    for _ in range(100_000):
        reading = read_events(path, state, limit=limit, **options)  # type: ignore[arg-type]
        state = json.loads(json.dumps(reading.state))
        for batch in reading.batches:
            points.setdefault(batch.name, []).extend(zip(batch.legs, batch.steps, batch.values, strict=True))
        if not reading.more:
            return points, state
    raise AssertionError("never done")


def columns(batches: list[SeriesBatch]) -> dict[str, list[float]]:
    """The values of each series."""
    return {batch.name: list(batch.values) for batch in batches}


def test_old_and_new_scalars(tmp_path: Path) -> None:
    """Scalars are read as plain values and as tensors of the scalars plugin, with step, time and tag."""
    path = tmp_path / "events.out.tfevents.1.host"
    write_events(path, event(7, summary("loss", 0.5), 1.5e9), event(8, scalar_pb("acc", 0.25), 1.6e9))
    batches = {batch.name: batch for batch in read_events(path, {}).batches}
    assert columns(list(batches.values())) == {"loss": [0.5], "acc": [0.25]}
    assert (list(batches["loss"].steps), list(batches["loss"].times)) == ([7.0], [1.5e9])
    assert (list(batches["acc"].steps), list(batches["acc"].times)) == ([8.0], [1.6e9])


@pytest.mark.parametrize(
    ("tensor", "number"),
    [
        (tensor_pb2.TensorProto(dtype=1, float_val=[0.5]), 0.5),
        (tensor_pb2.TensorProto(dtype=2, tensor_content=b"\0\0\0\0\0\0\xe0?"), 0.5),
        (tensor_pb2.TensorProto(dtype=3, int_val=[-3]), -3.0),
        (tensor_pb2.TensorProto(dtype=9, tensor_content=b"\x05" + bytes(7)), 5.0),
        (tensor_pb2.TensorProto(dtype=19, half_val=[0x3800]), 0.5),
        (tensor_pb2.TensorProto(dtype=14, tensor_content=b"\x00\x3f"), 0.5),
        (tensor_pb2.TensorProto(dtype=14, half_val=[0x3F00]), 0.5),
        (tensor_pb2.TensorProto(dtype=1), 0.0),
        (tensor_pb2.TensorProto(dtype=7, string_val=[b"words"]), None),
        (tensor_pb2.TensorProto(dtype=1, tensor_content=b"odd"), None),
    ],
)
def test_tensors(tmp_path: Path, tensor: tensor_pb2.TensorProto, number: float | None) -> None:
    """The one number of a tensor is read whatever its type and wherever it stands; words and broken ones are not."""
    path = tmp_path / "events.out.tfevents.1.host"
    metadata = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="scalars"))
    value = summary_pb2.Summary.Value(tag="x", tensor=tensor, metadata=metadata)
    write_events(path, event(1, summary_pb2.Summary(value=[value])))
    assert columns(read_events(path, {}).batches) == ({} if number is None else {"x": [number]})


def test_what_is_no_scalar(tmp_path: Path) -> None:
    """Vectors, other plugins' tensors, images and tensors that nothing declares to be scalars are passed over."""
    path = tmp_path / "events.out.tfevents.1.host"
    shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=2)])
    tensor = tensor_pb2.TensorProto(dtype=1, float_val=[1, 2], tensor_shape=shape)
    one = tensor_pb2.TensorProto(dtype=1, float_val=[1])
    scalars, texts = (
        summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=name))
        for name in ("scalars", "text")
    )
    value = summary_pb2.Summary.Value
    content = [
        value(tag="vector", tensor=tensor, metadata=scalars),
        value(tag="text", tensor=one, metadata=texts),
        value(tag="bare", tensor=one),
        value(tag="image", image=summary_pb2.Summary.Image(height=1, width=1, encoded_image_string=b"png")),
        value(tag="loss", simple_value=1),
    ]
    write_events(path, event(1, summary_pb2.Summary(value=content)))
    assert columns(read_events(path, {}).batches) == {"loss": [1.0]}


def test_declared_once(tmp_path: Path) -> None:
    """A tag that was declared to be a scalar stays one, also where reading resumes after the declaration."""
    path = tmp_path / "events.out.tfevents.1.host"
    write_events(path, event(1, scalar_pb("loss", 0.5)))
    state = read_events(path, {}).state
    tensor = tensor_pb2.TensorProto(dtype=1, float_val=[0.25])
    bare = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="loss", tensor=tensor)])
    write_events(path, event(2, bare))
    assert columns(read_events(path, state).batches) == {"loss": [0.25]}


def test_nan_and_infinities(tmp_path: Path) -> None:
    """What is no finite number is kept as it is."""
    path = tmp_path / "events.out.tfevents.1.host"
    write_events(
        path, *(event(step, summary("loss", value)) for step, value in enumerate((math.nan, math.inf, -math.inf)))
    )
    values = columns(read_events(path, {}).batches)["loss"]
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50), st.floats(width=32)), max_size=20),
    st.lists(st.integers(0, 400), max_size=6),
    st.integers(80, 300),
)
def test_however_it_grows(points: list[tuple[str, int, float]], cuts: list[int], limit: int) -> None:
    """However a file grows and however little is read at once, the points are those of one reading at the end."""
    with tempfile.TemporaryDirectory() as folder:
        whole, path = Path(folder, "whole"), Path(folder, "events.out.tfevents.1.host")
        whole.touch()
        write_events(whole, *(event(step, summary(tag, value)) for tag, step, value in points))
        data, position = whole.read_bytes(), 0
        collected: Points = {}
        state: State = {}
        for end in [*sorted(cuts), len(data)]:
            with path.open("ab") as file:
                file.write(data[position : max(position, end)])
            position = max(position, end)
            found, state = read_all(path, state, limit)
            for tag, more in found.items():
                collected.setdefault(tag, []).extend(more)
        expected = {tag: [value for name, _, value in points if name == tag] for tag, _, _ in points}
        assert {tag: repr([value for *_, value in column]) for tag, column in collected.items()} == {
            tag: repr(values) for tag, values in expected.items()
        }
        for tag, column in collected.items():
            steps = [step for name, step, _ in points if name == tag]
            back = [later < earlier for earlier, later in pairwise(steps)]
            assert [leg for leg, *_ in column] == [sum(back[:count]) for count in range(len(steps))]


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300), st.integers(1, 100))
def test_any_bytes(content: bytes, limit: int) -> None:
    """Bytes that are no event file give no points and no exception."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.out.tfevents.1.host")
        path.write_bytes(content)
        assert read_all(path, limit=limit)[0] == {}


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_damage(data: st.DataObject) -> None:
    """A flipped byte costs what comes after it, is said in words, and invents nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.out.tfevents.1.host")
        write_events(path, *(event(step, summary("loss", step)) for step in range(1, 11)))
        content = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        reading = read_events(path, {})
        values = columns(reading.batches).get("loss", [])
        size = len(content) // 10
        assert values == [float(step) for step in range(1, place // size + 1)]
        assert reading.trouble is not None
        assert "damaged" in reading.trouble


def test_damage_that_heals(tmp_path: Path) -> None:
    """A record that a network filesystem showed before its bytes were there is read once they are."""
    path = tmp_path / "events.out.tfevents.1.host"
    write_events(path, *(event(step, summary("loss", step)) for step in range(1, 4)))
    content = path.read_bytes()
    size = len(content) // 3
    path.write_bytes(content[:size] + bytes(size))
    first = read_events(path, {})
    assert first.trouble
    assert columns(first.batches) == {"loss": [1.0]}
    assert read_events(path, first.state).state == first.state
    with path.open("r+b") as file:
        file.write(content)
    second = read_events(path, first.state)
    assert columns(second.batches) == {"loss": [2.0, 3.0]}
    assert second.trouble is None


def test_replaced(tmp_path: Path) -> None:
    """Another file of the same name is read from its beginning, and said to be another."""
    path = tmp_path / "events.out.tfevents.1.host"
    write_events(path, *(event(step, summary("loss", step)) for step in range(3)))
    state = read_events(path, {}).state
    write_events(tmp_path / "new", event(9, summary("loss", 9)))
    (tmp_path / "new").rename(path)
    reading = read_events(path, state)
    assert reading.rewritten
    assert columns(reading.batches) == {"loss": [9.0]}


def test_large_records(tmp_path: Path) -> None:
    """An image larger than a call may read is passed over, not read and not waited for."""
    path = tmp_path / "events.out.tfevents.1.host"
    image = summary_pb2.Summary.Value(tag="image", image=summary_pb2.Summary.Image(encoded_image_string=bytes(100_000)))
    write_events(
        path, event(1, summary("loss", 1)), event(1, summary_pb2.Summary(value=[image])), event(2, summary("loss", 2))
    )
    points, state = read_all(path, limit=5000)
    assert [value for *_, value in points["loss"]] == [1.0, 2.0]
    assert state["offset"] == path.stat().st_size


def test_before_the_run(tmp_path: Path) -> None:
    """Points that an earlier run left in the same file are not this one's."""
    path = tmp_path / "events.out.tfevents.1.host"
    write_events(path, event(1, summary("loss", 1), 1e9), event(2, summary("loss", 2), 1.1e9))
    assert columns(read_events(path, {}, since=1.05e9, prefix="val/").batches) == {"val/loss": [2.0]}


def test_as_tensorboard_reads_it(tmp_path: Path) -> None:
    """TensorBoard's own accumulator finds the same points."""
    path = tmp_path / "events.out.tfevents.1.host"
    write_events(path, event_pb2.Event(wall_time=1e9, file_version="brain.Event:2").SerializeToString())
    write_events(path, *(event(step, scalar_pb("loss", 1 / (step + 1)), 1e9 + step) for step in range(50)))
    theirs = EventAccumulator(str(path), size_guidance={"tensors": 0}).Reload()
    ours = read_all(path)[0]["loss"]
    assert [(found.step, found.tensor_proto.float_val[0]) for found in theirs.Tensors("loss")] == [
        (step, value) for _, step, value in ours
    ]


def test_nothing_there(tmp_path: Path) -> None:
    """A file that is not there, or a folder in its place, gives nothing."""
    assert read_events(tmp_path / "none", {}).batches == []
    assert read_events(tmp_path, {}).batches == []
