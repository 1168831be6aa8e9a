"""The wrapper's price for a command that prints 1,000 lines a second: wall time against the bare command.

The command does a fixed amount of arithmetic and prints a line after each portion, paced to 1,000 lines a second;
``--flat-out`` leaves the pace away, so that every cost of printing shows.
"""

import resource
import statistics
import subprocess
import sys
import time

from tests.bench import COMMAND, report, workplace
from workers.runs import rundir

PACED = """
import sys, time
lines, pace = int(sys.argv[1]), float(sys.argv[2])
begin = time.perf_counter()
for n in range(lines):
    total = sum(i * i for i in range(2000))
    print("step", n, "loss", total, flush=True)
    wait = begin + (n + 1) * pace - time.perf_counter()
    if wait > 0: time.sleep(wait)
"""


def main() -> int:
    """Bare and wrapped by turns, so that a change of the machine's load meets both."""
    pace = "0" if "--flat-out" in sys.argv else "0.001"
    times, lines = (5, 10_000) if pace == "0" else (3, 10_000)
    bare: list[float] = []
    wrapped: list[float] = []
    inside: list[float] = []
    bare_cpu: list[float] = []
    inside_cpu: list[float] = []
    with workplace() as command:
        command.start_daemon()
        argv = [sys.executable, "-u", "-c", PACED, str(lines), pace]
        log = command.cwd / "bare.log"
        for _ in range(times):
            began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            with log.open("wb") as sink:
                subprocess.run(argv, cwd=command.cwd, stdout=sink, check=True)
            bare.append(time.perf_counter() - began)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            bare_cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            began = time.perf_counter()
            with log.open("wb") as sink:
                wrap = [str(COMMAND), "run", "--", *argv]
                said = subprocess.run(
                    wrap, env=command.environment, cwd=command.cwd, stdout=sink, stderr=-1, check=True
                )
            wrapped.append(time.perf_counter() - began)
            assert log.read_bytes().count(b"\n") == lines, said.stderr
            record = rundir.read_json(command.folder(command.show()["id"]) / rundir.EXIT) or {}
            inside.append(record["seconds"])
            inside_cpu.append(record["rusage"]["user_seconds"] + record["rusage"]["system_seconds"])
    share = statistics.median(inside) / statistics.median(bare) - 1
    report(
        f"{lines} lines, pace {pace} s: the command itself under the wrapper",
        f"{statistics.median(inside):.3f} s to {statistics.median(bare):.3f} s bare: {share:+.2%}",
        ok=share <= 0.01,
        budget="+1 %",
    )
    cpu = statistics.median(inside_cpu) / statistics.median(bare_cpu) - 1
    print(
        f"  its CPU time: {statistics.median(inside_cpu):.3f} s to {statistics.median(bare_cpu):.3f} s bare: {cpu:+.1%}"
    )
    print(f"  with start and end of the wrapper: {statistics.median(wrapped) - statistics.median(bare):+.3f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
