"""How fast a log is read into points: MB/s of tail, parse and commit, and whether memory stays flat.

Run by hand: ``python -m tests.bench.bench_parse [--megabytes 200]``.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from store import logs
from store.database import open_journal, write
from store.runs import record_launch
from tests.corpus.index import read_index
from workers.ingest import PARSED_BYTES
from workers.logs import tailer
from workers.logs.reader import Reader
from workers.readings import LogReading

RUN = "260101-000000-aaaa"
BUDGET_MB_PER_S = 20.0


def sample(kind: str, megabytes: int) -> bytes:
    """A log of about that size, as trainings write them."""
    lines = []
    size, step = 0, 0
    while size < megabytes << 20:
        step += 1
        if kind == "steps":
            line = (
                f"2026-11-21 {step // 180000 % 24:02}:{step // 3000 % 60:02}:{step // 50 % 60:02},{step % 50 * 20:03} - INFO - step {step}/9000000 - "
                f"loss {1 / step:.4f} - lr 3.00e-04 - grad_norm {step % 7 / 3:.3f}\n"
            )
        elif kind == "bars":
            percent = step % 1000 / 10
            line = (
                f"\r{percent:3.0f}%|{'█' * int(percent / 10):10}| {step % 1000}/1000 "
                f"[00:{step % 60:02}<01:10, 12.3it/s, loss={1 / (step % 997 + 1):.3f}]"
            )
        elif kind == "noise":
            line = (
                f"processed file /data/set/{step:09}.png in {step % 13} ms: shape (3, 224, 224), label {step % 1000}\n"
            )
        else:
            line = (
                f"worker {step % 8} says: the quick brown fox number {step} jumps over the lazy dog again\n"
                if step % 50
                else f"Epoch {step // 5000} step {step} loss: {1 / step:.5f} acc: {step % 100}%\n"
            )
        lines.append(line)
        size += len(line)
    return "".join(lines).encode()


def parse_only(data: bytes) -> float:
    """Seconds to parse, without reading a file or writing a journal."""
    reader = Reader()
    began = time.process_time()
    for start in range(0, len(data), PARSED_BYTES):
        reader.feed(data[start : start + PARSED_BYTES], 0.0)
        reader.harvest()
    return time.process_time() - began


def tail_parse_commit(data: bytes, folder: Path) -> float:
    """Seconds for all of it, as the daemon does it."""
    path = folder / "log"
    path.write_bytes(data)
    connection = open_journal(folder / "journal.db")
    manifest = {"id": RUN, "name": "x", "argv": ["x"], "cwd": "/", "project": "/", "created": 1.0}
    with write(connection):
        record_launch(connection, manifest, str(folder))
    began = time.process_time()
    cursor = logs.read_cursor(connection, RUN, 1, str(path))
    reading = LogReading(RUN, 1, cursor, ())
    while True:
        after, new = tailer.read_new(path, cursor, PARSED_BYTES)
        if not new:
            break
        after = reading.feed(cursor, after, [(1.0, new)])
        with write(connection):
            logs.advance_cursor(connection, RUN, 1, cursor, after)
            reading.write(connection)
        cursor = after
    seconds = time.process_time() - began
    connection.close()
    path.unlink()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=50)
    megabytes = parser.parse_args().megabytes
    real = [log.path.read_bytes() for log in read_index() if log.stack not in ("tensorboard", "jupyter")]
    samples = {kind: sample(kind, megabytes) for kind in ("noise", "mixed", "bars", "steps")}
    if real:
        size, seconds = sum(map(len, real)) / 1e6, sum(map(parse_only, real))
        print(f"real   {size:6.0f} MB  parse {size / seconds:6.1f} MB/s, {len(real)} logs, each begun anew")
    for kind, data in samples.items():
        size = len(data) / 1e6
        parsed = parse_only(data)
        with tempfile.TemporaryDirectory() as folder:
            whole = tail_parse_commit(data, Path(folder))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{kind:6} {size:6.0f} MB  parse {size / parsed:6.1f} MB/s  tail+parse+commit {size / whole:6.1f} MB/s "
            f"({size / whole / BUDGET_MB_PER_S:.1f} x the budget)  peak RSS {peak:.0f} MiB"
        )
    line = b"x" * (100 << 20) + b"\n"
    seconds = parse_only(line)
    print(f"one line of 100 MiB: {len(line) / 1e6 / seconds:.0f} MB/s")


if __name__ == "__main__":
    main()
