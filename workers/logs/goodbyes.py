"""Which lines of a log's end are the job's own, and which belong to a failure: help, goodbyes, launchers."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from workers.logs.signs import WEAK, Page, Sign

LIVING = 250
"""So many lines of the job's own after a sign say for sure that it went on."""
_SOON = 120
"""How many lines of a goodbye may follow a sign; bars and indented lines beyond them are the job's own."""
_EPILOGUE = re.compile(
    r"^\s|^\W*$|^[|│+╭╰├└=*\-_#]|^wandb:|^comet|^COMET|^CUDA kernel errors|^For debugging consider|^Compile with `TORCH"
    r"|^Set the environment variable HYDRA|^Exception (?:ignored|in|raised)|^Error in |^Original exception|^frame #\d"
    r"|^(?:real|user|sys)\t|^During handling|^The above exception|^Extension modules:|^(?:Current t|T)hread 0x"
    r"|^Exit code:|^\(raylet\)|^srun: |^slurmstepd|^NOTE: |^(?:Hint|Node): |^\[\w[\w.\-]*:\d+\] |^Failures:|^\[\d+\]:$"
    r"|^(?:Killing|Terminating|Sending|Closing|Waiting|Cleaning|Exiting|Shutting|Finalizing)\b"
    r"|^(?:Please|If you|See|Check|For further|Run|Try|Read) |^[Uu]sage:|^time=|^thus causing|^Primary job|^Abort|^@ "
    r"|^(?:Sender|Subject): |^(?:Job|Your job) |^(?:Started|Terminated) at|^Results reported|^Resource usage"
    r"|^The output|^Total (?:time|runtime)|^Root Cause|^Traceback|destroy_process_group|resource_tracker|Warning\b"
    r"|[Kk]illing subprocess|sigkill_handler|closing signal|death signal"
    r"|terminated with non-zero|warnings\.warn|For more info"
    r"|\d+%\||To enable traceback|FAILED$|NCCL|c10|MPI|mpirun|prterun|mpiexec"
)


def count_living(page: Page, signs: Sequence[Sign]) -> list[int]:
    """How many lines of the job's own stand before each line: neither part of a sign nor of what follows one.

    Counted from the end on back, as far as it matters: before ``LIVING`` such lines without a sign, all count.
    """
    size = len(page.lines)
    dead = bytearray(size)
    for sign in signs:
        if sign.weight != WEAK:
            dead[sign.start : sign.end] = b"\1" * (sign.end - sign.start)
    ends = sorted(sign.end for sign in signs if sign.weight != WEAK)
    alive = bytearray(b"\1" * size)
    seen = 0
    for index in range(size - 1, -1, -1):
        line = page.lines[index]
        position = bisect_right(ends, index)
        soon = position > 0 and index - ends[position - 1] < _SOON
        if dead[index] or line == "" or (soon and _EPILOGUE.search(line[:300])):
            alive[index] = 0
            seen = 0 if dead[index] else seen
            continue
        seen += 1
        if seen > LIVING:
            break
    return list(accumulate(alive, initial=0))
