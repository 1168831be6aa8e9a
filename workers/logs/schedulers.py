"""What schedulers and launchers say of a job that they ended or that failed under them.

Slurm, PBS, LSF, Grid Engine; MPI, torchrun, DeepSpeed, Ray, make, docker.
"""

import re
from collections.abc import Sequence

from workers.logs.signs import CONSEQUENCE, ENFORCED, LAUNCHER, ROOT, Rule, Sign

TIME_LIMIT = "time limit"
MEMORY_LIMIT = "memory limit"
CANCELLED = "cancelled"
SIGNALLED = "signal"

_SIGNALS = {1: "SIGHUP", 2: "SIGINT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL"}
_SIGNALS |= {10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE", 15: "SIGTERM"}


def signal_words(number: int) -> str:
    """``SIGKILL`` for 9."""
    return _SIGNALS.get(number, f"signal {number}")


def _slurm_cancelled(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    what, job, node, at = match["what"], match["job"], match["node"], match["at"]
    due = (match["due"] or "").strip()
    step = what == "STEP"
    told = f"Slurm {what} {job} on {node} CANCELLED at {at}"
    if "TIME LIMIT" in due.upper():
        kind, weight, cause = (
            TIME_LIMIT,
            ENFORCED,
            f"Slurm time limit: {what} {job} on {node} CANCELLED at {at} DUE TO TIME LIMIT",
        )
    elif due:
        kind, weight, cause = CANCELLED, ENFORCED, f"{told} due to {due}"
    else:
        by = f" by {match['by']}" if match["by"] else " (scancel)"
        kind, weight, cause = CANCELLED, CONSEQUENCE if step else ROOT, f"cancelled: {told}{by}"
    return Sign(index, index + 1, weight, cause, kind, detail=lines[index])


def _torchrun_failed(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    code, rank = int(match["code"]), match["rank"]
    if code < 0:
        return Sign(index, index + 1, CONSEQUENCE, f"local rank {rank} killed by {signal_words(-code)}", SIGNALLED)
    cause = f"local rank {rank} failed with exit code {code}, its own error is not in the log"
    return Sign(index, index + 1, LAUNCHER, cause)


def _ended_by_signal(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    who = f"{match['who'].strip()} " if "who" in match.re.groupindex and match["who"] else ""
    words = signal_words(int(match["signal"]))
    return Sign(index, index + 1, CONSEQUENCE, f"{who}killed by {words}", SIGNALLED, detail=lines[index])


def _returned(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    code = int(match["code"])
    if code == 0:
        return None
    if code < 0:
        return Sign(index, index + 1, CONSEQUENCE, f"killed by {signal_words(-code)}", SIGNALLED)
    return Sign(index, index + 1, LAUNCHER, f"exit code {code}")


def _srun_task(match: re.Match[str], lines: Sequence[str], index: int) -> Sign | None:
    what, node, task = match["what"].strip(), match["node"], match["task"]
    code = re.match(r"Exited with exit code (\d+)", what)
    if code:
        return Sign(index, index + 1, LAUNCHER, f"task {task} on {node} exited with exit code {code[1]}")
    if "Out Of Memory" in what:
        return Sign(
            index, index + 1, ENFORCED, f"Slurm memory limit: task {task} on {node}: Out Of Memory", MEMORY_LIMIT
        )
    return Sign(index, index + 1, CONSEQUENCE, f"task {task} on {node}: {what}", SIGNALLED, detail=what)


_SLURM = r"(?:slurmstepd|srun|slurmd|slurm)[\w.\-]*: (?:error: )?"

RULES = (
    Rule(
        " CANCELLED AT ",
        re.compile(
            _SLURM + r"\*\*\* (?P<what>JOB|STEP) (?P<job>\S+) ON (?P<node>\S+) CANCELLED AT (?P<at>\S+)"
            r"(?: BY (?P<by>(?!DUE)[\w ]{1,40}?))?(?: (?:DUE TO|DUE to|due to) (?P<due>[\w ]{1,60}?))? ?\*\*\*"
        ),
        ENFORCED,
        _slurm_cancelled,
    ),
    Rule(
        "oom",
        re.compile(
            _SLURM + r"Detected (?P<count>\d+) oom[-_ ]?kill events?(?:\(s\))? "
            r"in (?:StepId=|step )?(?P<step>[\w.+]+?)(?: cgroup)?\.(?:\s|$)"
        ),
        ENFORCED,
        "Slurm memory limit: out of host memory, oom-kill in step {step}",
        MEMORY_LIMIT,
    ),
    Rule(
        "xceeded ",
        re.compile(
            _SLURM + r"(?:.{0,60}\b)?[Ee]xceeded (?P<what>job|step|virtual|memory)? ?memory limit(?P<more>.{0,60})"
        ),
        ENFORCED,
        "Slurm memory limit: exceeded {what} memory limit {more}",
        MEMORY_LIMIT,
    ),
    Rule(
        "srun: error: ",
        re.compile(r"srun: error: (?P<node>[\w.\-\[\],]+): tasks? (?P<task>[\d,\-]+): (?P<what>[A-Z].{0,80})"),
        LAUNCHER,
        _srun_task,
    ),
    Rule(
        "srun: ",
        re.compile(r"^srun: (?:fatal|error): (?P<what>(?:Unable|Invalid|Node failure|Memory|Requested|Job).{0,160})"),
        CONSEQUENCE,
        "srun: {what}",
    ),
    Rule("sbatch: ", re.compile(r"^sbatch: (?:fatal|error): (?P<what>.{1,160})"), CONSEQUENCE, "sbatch: {what}"),
    Rule(
        "PBS: job killed",
        re.compile(r"=>> PBS: job killed: (?P<what>walltime.{1,160})"),
        ENFORCED,
        "PBS time limit: job killed: {what}",
        TIME_LIMIT,
    ),
    Rule(
        "PBS: job killed",
        re.compile(r"=>> PBS: job killed: (?P<what>(?!walltime).{0,20}mem.{1,160})"),
        ENFORCED,
        "PBS memory limit: job killed: {what}",
        MEMORY_LIMIT,
    ),
    Rule(
        "PBS: job killed",
        re.compile(r"=>> PBS: job killed: (?P<what>(?!walltime)(?!.{0,20}mem).{1,160})"),
        ENFORCED,
        "PBS: job killed: {what}",
    ),
    Rule(
        "TERM_",
        re.compile(r"TERM_RUNLIMIT(?P<what>: [^\n]{0,160})?"),
        ENFORCED,
        "LSF time limit: TERM_RUNLIMIT{what}",
        TIME_LIMIT,
    ),
    Rule(
        "TERM_",
        re.compile(r"TERM_(?P<name>MEMLIMIT|SWAP)(?P<what>: [^\n]{0,160})?"),
        ENFORCED,
        "LSF memory limit: TERM_{name}{what}",
        MEMORY_LIMIT,
    ),
    Rule(
        "TERM_",
        re.compile(
            r"^TERM_(?P<name>OWNER|ADMIN|FORCE_OWNER|FORCE_ADMIN|PREEMPT|CPULIMIT|DEADLINE"
            r"|PROCESSLIMIT|REQUEUE_\w+)(?P<what>: [^\n]{0,160})?"
        ),
        ENFORCED,
        "LSF: TERM_{name}{what}",
        CANCELLED,
    ),
    Rule(
        "exceed",
        re.compile(r"(?P<what>(?:exceeded|exceeds) (?:hard |soft )?(?:wallclock time|h_rt|s_rt|h_vmem)[^\n]{0,80})"),
        ENFORCED,
        "Grid Engine limit: {what}",
        TIME_LIMIT,
    ),
    Rule(
        "CPU time limit exceeded",
        re.compile(r"CPU time limit exceeded"),
        ENFORCED,
        "CPU time limit exceeded",
        TIME_LIMIT,
    ),
    Rule(
        "MPI_ABORT",
        re.compile(r"MPI_ABORT was invoked on rank (?P<rank>\d+) in communicator (?P<what>\S+)"),
        LAUNCHER,
        "MPI_ABORT was invoked on rank {rank}",
    ),
    Rule(
        "application called MPI_Abort",
        re.compile(r"application called MPI_Abort\((?P<what>[^)]*)\) - process (?P<rank>\d+)"),
        LAUNCHER,
        "MPI_Abort called by process {rank}",
    ),
    Rule(
        " exited on signal ",
        re.compile(r"process (?P<who>rank \d+) with PID \d+ on node \S+ exited on signal (?P<signal>\d{1,3})\b"),
        CONSEQUENCE,
        _ended_by_signal,
    ),
    Rule(
        "on signal ",
        re.compile(r"^\s*Process name: .*|^\s*(?P<who>)exited on signal (?P<signal>\d{1,3}) "),
        CONSEQUENCE,
        lambda match, lines, index: _ended_by_signal(match, lines, index) if match["signal"] else None,
    ),
    Rule("KILLED BY SIGNAL", re.compile(r"KILLED BY SIGNAL: (?P<signal>\d{1,3})\b"), CONSEQUENCE, _ended_by_signal),
    Rule(
        "BAD TERMINATION",
        re.compile(r"BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES"),
        LAUNCHER,
        "MPI: bad termination of one of the processes",
    ),
    Rule(
        "EXIT STRING",
        re.compile(
            r"YOUR APPLICATION TERMINATED WITH THE EXIT STRING: (?P<what>[^\n(]{1,60}) \(signal (?P<signal>\d{1,3})\)"
        ),
        CONSEQUENCE,
        _ended_by_signal,
    ),
    Rule(
        "not enough slots available",
        re.compile(r"[Tt]here are not enough slots available"),
        ROOT,
        "mpirun: there are not enough slots available",
    ),
    Rule(
        "was unable to ",
        re.compile(r"^(?:mpirun|mpiexec|prterun|orterun) was unable to (?P<what>.{1,160})"),
        ROOT,
        "mpirun was unable to {what}",
    ),
    Rule(
        "non-zero status",
        re.compile(
            r"^(?P<who>mpirun|prterun|mpiexec|orterun) detected that one or more processes exited with non-zero status"
        ),
        LAUNCHER,
        "{who}: a process exited with non-zero status",
    ),
    Rule(
        "failed (exitcode",
        re.compile(r"failed \(exitcode: (?P<code>-?\d{1,4})\) local_rank: (?P<rank>\d+)"),
        LAUNCHER,
        _torchrun_failed,
    ),
    Rule(
        ") received by PID",
        re.compile(r"[Ss]ignal (?P<signal>\d{1,3}) \(SIG\w+\) received by PID \d+"),
        CONSEQUENCE,
        _ended_by_signal,
    ),
    Rule("exits with return code", re.compile(r"exits with return code = (?P<code>-?\d{1,4})"), LAUNCHER, _returned),
    Rule(
        "died with <Signals",
        re.compile(r"died with <Signals\.\w+: (?P<signal>\d{1,3})>"),
        CONSEQUENCE,
        _ended_by_signal,
    ),
    Rule(
        "memory pressure",
        re.compile(r"(?P<count>\d+) Workers \(tasks / actors\) killed due to memory pressure \(OOM\)"),
        ROOT,
        "out of host memory: Ray killed {count} workers due to memory pressure (OOM)",
        MEMORY_LIMIT,
    ),
    Rule(
        "A worker died or was killed",
        re.compile(r"A worker died or was killed while executing a task"),
        LAUNCHER,
        "Ray: a worker died or was killed",
    ),
    Rule(
        "*** [",
        re.compile(r"^(?:g?make|make\[\d+\]): \*\*\* \[(?P<what>[^\]]{1,160})\](?P<more>.{0,60})"),
        LAUNCHER,
        "make: {what} {more}",
    ),
    Rule(
        "ninja: build stopped",
        re.compile(r"ninja: build stopped: (?P<what>.{1,100})"),
        CONSEQUENCE,
        "ninja: build stopped: {what}",
    ),
    Rule(
        "Error response from daemon",
        re.compile(r"^(?:docker: )?Error response from daemon: (?P<what>.{1,200})"),
        ROOT,
        "docker: {what}",
    ),
    Rule("OOMKilled", re.compile(r"\bOOMKilled\b"), ENFORCED, "out of host memory: container OOMKilled", MEMORY_LIMIT),
    Rule(
        "with non-zero status",
        re.compile(r"^Command exited with non-zero status (?P<code>\d+)"),
        LAUNCHER,
        "exit code {code}",
    ),
    Rule(
        "Command terminated by signal",
        re.compile(r"^(?P<who>)Command terminated by signal (?P<signal>\d{1,3})"),
        CONSEQUENCE,
        _ended_by_signal,
    ),
)
