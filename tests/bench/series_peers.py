"""The same points through the public calls of several trackers; run by each tracker's own Python, prints JSON.

``python series_peers.py NAME ingest FOLDER POINTS`` writes one metric of so many points into the folder and tells how
long it took; ``… NAME chart FOLDER POINTS`` asks for it as the tracker's own page does, and tells what it got. Nothing
here is imported from Machiai but by the peer of that name: another tracker's environment has none of it.
"""

import json
import math
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

NANS, BATCH, AGAIN = 3, 1000, 5
SPIKES = [1000.0 + number for number in range(20)]
BEGAN = 1_790_000_000.0


class Points:
    """A falling loss with noise, and at random steps spikes of one step and some NaNs."""

    def __init__(self, count: int) -> None:
        rng = random.Random(20_261_121)
        self.steps = list(range(count))
        self.times = [BEGAN + step * 0.25 for step in self.steps]
        self.values = [2.5 / (1 + step / 5e4) + rng.gauss(0, 0.02) for step in self.steps]
        apart = count // (len(SPIKES) + NANS)
        # None so near another that both lie in one bucket.
        places = [rng.randrange(apart // 4, apart // 2) + apart * number for number in range(len(SPIKES) + NANS)]
        rng.shuffle(places)
        for place, spike in zip(places, [*SPIKES, *[math.nan] * NANS], strict=True):
            self.values[place] = spike

    def batches(self) -> list[slice]:
        """1,000 points at a time."""
        return [slice(begin, begin + BATCH) for begin in range(0, len(self.steps), BATCH)]


class Machiai:
    """Ours: transactions of 1,000 points, 1,000 buckets."""

    package = ""

    def prepare(self, folder: Path, points: Points) -> Callable[[], None]:
        """Nothing to do beforehand."""
        from store import series
        from store.database import open_journal, write

        connection = open_journal(folder / "journal.db")

        def ingest() -> None:
            for part in points.batches():
                steps = points.steps[part]
                with write(connection):
                    series.append(
                        connection,
                        None,
                        "loss",
                        source="log",
                        unit="step",
                        legs=[0] * len(steps),
                        steps=steps,
                        times=points.times[part],
                        values=points.values[part],
                    )
            connection.close()

        return ingest

    def chart(self, folder: Path) -> Callable[[], list[float]]:
        """As the page of a run does."""
        from store import curves, series
        from store.database import open_journal

        connection = open_journal(folder / "journal.db", read_only=True)

        def draw() -> list[float]:
            (found,) = series.list_series(connection, None)
            buckets = curves.read_buckets(connection, found.id, buckets=1000)
            values = [value for one in buckets for value in (one.minimum, one.maximum) if value is not None]
            return values + [math.nan] * sum(one.nans for one in buckets)

        return draw


class Trackio:
    """Its storage's bulk call, and the read behind its page with the page's 3,000 points."""

    package = "trackio"

    def prepare(self, folder: Path, points: Points) -> Callable[[], None]:
        """Times are text there, and are made beforehand."""
        os.environ["TRACKIO_DIR"] = str(folder)
        from trackio.sqlite_storage import SQLiteStorage

        stamps = [datetime.fromtimestamp(moment, UTC).isoformat() for moment in points.times]
        rows = [{"loss": value} for value in points.values]

        def ingest() -> None:
            for part in points.batches():
                SQLiteStorage.bulk_log("bench", "run", rows[part], points.steps[part], stamps[part])

        return ingest

    def chart(self, folder: Path) -> Callable[[], list[float]]:
        """What ``get_logs`` of its server calls."""
        os.environ["TRACKIO_DIR"] = str(folder)
        from trackio.sqlite_storage import SQLiteStorage

        return lambda: [float(row["loss"]) for row in SQLiteStorage.get_logs("bench", "run", max_points=3000)]


class Exptrack:
    """Its call for one value, 1,000 of them in one of its batches, and the read behind its page with 2,000 points."""

    package = "exptrack"

    def prepare(self, folder: Path, points: Points) -> Callable[[], None]:
        """It takes neither times nor NaN."""
        os.chdir(folder)
        from exptrack import Experiment

        experiment = Experiment(name="bench", auto_capture=False)

        def ingest() -> None:
            for part in points.batches():
                with experiment.batched_writes():
                    for step, value in zip(points.steps[part], points.values[part], strict=True):
                        experiment.log_metric("loss", value, step=step)
            experiment.finish()

        return ingest

    def chart(self, folder: Path) -> Callable[[], list[float]]:
        """What its page polls, with as many minima and maxima as ours has."""
        os.chdir(folder)
        from exptrack.core.db import get_db
        from exptrack.core.queries import get_metrics_series

        connection = get_db()
        (run,) = connection.execute("SELECT id FROM experiments").fetchone()
        return lambda: [float(one["value"]) for one in get_metrics_series(connection, run, max_points=2000)["loss"]]


class Mlflow:
    """``log_batch`` into its SQLite store, and the sampled history behind its page with the page's 2,500 points."""

    package = "mlflow"

    def prepare(self, folder: Path, points: Points) -> Callable[[], None]:
        """Its metric objects are made beforehand."""
        from mlflow import MlflowClient
        from mlflow.entities import Metric

        client = MlflowClient(tracking_uri=f"sqlite:///{folder}/mlflow.db")
        run = client.create_run("0").info.run_id
        (folder / "run").write_text(run)
        columns = zip(points.values, points.times, points.steps, strict=True)
        metrics = [Metric("loss", value, int(moment * 1000), step) for value, moment, step in columns]

        def ingest() -> None:
            for part in points.batches():
                client.log_batch(run, metrics=metrics[part])

        return ingest

    def chart(self, folder: Path) -> Callable[[], list[float]]:
        """What its server's handler asks of the store."""
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        store = SqlAlchemyStore(f"sqlite:///{folder}/mlflow.db", str(folder / "artifacts"))
        run = (folder / "run").read_text()
        return lambda: [
            float(one.value) for one in store.get_metric_history_bulk_interval([run], "loss", 2500, None, None)
        ]


class Tensorboard:
    """An event file by tensorboardX, and TensorBoard's own reader with the 1,000 points that its server keeps."""

    package = "tensorboard"

    def prepare(self, folder: Path, points: Points) -> Callable[[], None]:
        """Its queue is emptied before the time is taken."""
        from tensorboardX import SummaryWriter

        writer = SummaryWriter(str(folder), max_queue=BATCH)

        def ingest() -> None:
            for step, moment, value in zip(points.steps, points.times, points.values, strict=True):
                writer.add_scalar("loss", value, step, moment)
            writer.close()

        return ingest

    def chart(self, folder: Path) -> Callable[[], list[float]]:
        """The first chart waits until the file is read; later ones come from memory."""
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 1000, "tensors": 1000})

        def draw() -> list[float]:
            accumulator.Reload()
            return [float(one.value) for one in accumulator.Scalars("loss")]

        return draw


PEERS: dict[str, Any] = {
    "machiai": Machiai,
    "trackio": Trackio,
    "exptrack": Exptrack,
    "mlflow": Mlflow,
    "tensorboard": Tensorboard,
}


def ingest(peer: Any, folder: Path, count: int) -> dict[str, Any]:
    """How fast the points went in."""
    write = peer.prepare(folder, Points(count))
    began = time.perf_counter()
    write()
    return {"seconds": time.perf_counter() - began, "version": version(peer.package) if peer.package else ""}


def chart(peer: Any, folder: Path, _count: int) -> dict[str, Any]:
    """How long one chart takes, the first time and again, and what of the odd points is in it."""
    draw = peer.chart(folder)
    taken: list[float] = []
    values: list[float] = []
    for _ in range(1 + AGAIN):
        began = time.perf_counter()
        values = draw()
        taken.append((time.perf_counter() - began) * 1000)
    return {
        "first": taken[0],
        "again": statistics.median(taken[1:]),
        "spikes": len(set(SPIKES) & set(values)),
        "nans": sum(value != value for value in values),
        "rss": peak_megabytes(),
    }


def peak_megabytes() -> float:
    """The most memory this process had; getrusage would count that of its parent, from before it became this one."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def main(name: str, what: str, folder: str, count: str) -> None:
    """One measurement of one tracker; its own words go to stderr."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    measured = {"ingest": ingest, "chart": chart}[what](PEERS[name](), Path(folder), int(count))
    print(json.dumps(measured), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
