"""What a sample of the GPUs costs: our sampler, gpustat and nvitop on one and the same fake library.

The processes on the fake GPUs are real ones that sleep, for gpustat and nvitop look at them. They also read who owns
them and what CPU they use, which with us is not the sampler's work but the daemon's: without any processes, and in
nvitop's row for what the driver knows alone, that part is left out. Each peer is installed into an environment of its
own below the temporary folder, the first time.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import ROOT, report
from tests.fakes.nvml import FakeGpus

PACKAGES = {"gpustat": "gpustat==1.1.1", "nvitop": "nvitop==1.7.2"}
MACHINES = ((1, 0), (8, 0), (1, 8), (8, 8), (1, 64), (8, 64))
SCRIPT = Path(__file__).with_name("gpu_peers.py")
SAMPLES, EVERY = 12, 1.0
MEGABYTES = 17.0
MIB = 1 << 20


def install(name: str) -> Path:
    """The Python of an environment with that monitor."""
    folder = Path(tempfile.gettempdir()) / f"machiai-bench-{os.getuid()}-{PACKAGES[name]}"
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*command, PACKAGES[name], "nvidia-ml-py"], check=True)
        ready.touch()
    return python


@contextlib.contextmanager
def sleepers(count: int) -> Iterator[list[int]]:
    """That many processes that do nothing."""
    started = [subprocess.Popen(["sleep", "3600"]) for _ in range(count)]
    try:
        yield [process.pid for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()


def furnish(folder: Path, count: int, pids: list[int]) -> FakeGpus:
    """Busy GPUs, the processes spread over them."""
    gpus = FakeGpus(folder, count)
    for index in range(count):
        gpus.set({f"gpu{index}.temp": 60 + index, f"gpu{index}.power_mw": 250_000 + index * 1000})
        gpus.set({f"gpu{index}.fan": 40 + index, f"gpu{index}.util": 0, f"gpu{index}.name": "NVIDIA RTX 6000"})
    for number, pid in enumerate(pids):
        gpus.run_on(number % count, pid, (200 + number) * MIB, 1)
    return gpus


def ask(name: str, gpus: FakeGpus, samples: int) -> dict[str, Any]:
    """What a monitor says and costs, in a process of its own."""
    package = name.split(",")[0]
    python = install(package) if package in PACKAGES else Path(sys.executable)
    command = [str(python), "-I", str(SCRIPT), name, str(samples), str(EVERY)]
    environment = {**os.environ, **gpus.environment}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def compare(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[str]:
    """Where two monitors differ; what one of them does not tell is no difference."""
    differences = [] if len(ours) == len(theirs) else [f"{len(ours)} GPUs and {len(theirs)}"]
    for one, other in zip(ours, theirs, strict=False):
        differences += [
            f"GPU {one['index']} {name}: {one[name]} and {other[name]}"
            for name in sorted(one.keys() & other.keys())
            if one[name] != other[name]
        ]
    return differences


def measure_sampler(gpus: FakeGpus, seconds: float) -> None:
    """The sampler itself, as the daemon starts it: its memory, and its share of a core with both its threads."""
    program = ROOT / "workers/machine/gpu_sampler.py"
    environment = {**os.environ, **gpus.environment}
    process = subprocess.Popen(
        [sys.executable, "-I", str(program), "--every", "1.0"], env=environment, stdout=subprocess.PIPE
    )
    assert process.stdout
    try:
        process.stdout.readline()
        began, before, lines = time.monotonic(), run_seconds(process.pid), 0
        while time.monotonic() - began < seconds:
            process.stdout.readline()
            lines += 1
        share = (run_seconds(process.pid) - before) / (time.monotonic() - began)
        memory = {
            field: int(line.split()[1]) / 1000
            for field in ("Rss", "Pss")
            for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
            if line.startswith(field + ":")
        }
    finally:
        process.kill()
        process.communicate()
    report(
        f"sampler process, 8 GPUs, 64 processes, {lines} lines",
        f"{share:.2%} of a core",
        ok=share <= 0.005,
        budget="0.5 %",
    )
    figure = f"RSS {memory['Rss']:.1f} MB, PSS {memory['Pss']:.1f} MB"
    report("its memory", figure, ok=memory["Rss"] <= MEGABYTES, budget=f"RSS {MEGABYTES:.0f} MB")


def run_seconds(pid: int) -> float:
    """CPU time of a process's threads, to the nanosecond where the kernel tells it."""
    total = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        total += int(file.read_text().split()[0])
    if total:
        return total / 1e9
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Every monitor on every machine; the exit code says whether ours was the cheapest everywhere and all agreed."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    well = True
    names = ("gpustat", "nvitop", "nvitop, driver only")
    with tempfile.TemporaryDirectory(prefix="machiai-bench-") as scratch, sleepers(64) as pids:
        for number, (count, processes) in enumerate(MACHINES):
            gpus = furnish(Path(scratch) / str(number), count, pids[:processes])
            ours = ask("machiai", gpus, samples)
            print(
                f"{count} GPU{'s' * (count > 1)}, {processes} processes: ours {ours['cpu'] * 1e3:.2f} ms CPU, "
                f"{ours['calls']:.0f} calls of the driver, RSS {ours['rss'] / 1000:.1f} MB",
                flush=True,
            )
            for name in names:
                theirs = ask(name, gpus, samples)
                differences = compare(ours["figures"], theirs["figures"])
                ratio = theirs["cpu"] / ours["cpu"]
                figure = (
                    f"{ratio:.1f}× ours ({theirs['cpu'] * 1e3:.2f} ms), {theirs['calls'] / ours['calls']:.1f}× the "
                    f"calls, RSS {theirs['rss'] / 1000:.1f} MB, " + ("; ".join(differences[:3]) or "same figures")
                )
                good = ratio > 1 and not differences
                report(f"  {name}", figure, ok=good, budget="more than ours, same figures")
                well = well and good
        measure_sampler(furnish(Path(scratch) / "sampler", 8, pids), 15.0)
    return 0 if well else 1


if __name__ == "__main__":
    raise SystemExit(main())
