"""From evidence to a verdict: state, cause, certainty — the truth about how a job is, or how it ended.

Pure: everything it needs is in :class:`Evidence`. What was written down by the supervisor is *recorded*; what is
concluded from traces is *inferred*, and the verdict says from which.
"""

import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workers.logs import endings, failures, hints
from workers.machine import processes
from workers.runs import gpu_choice, rundir

RECORDED = "recorded"
INFERRED = "inferred"
SUSPENDED = "suspended"

START_SECONDS = 60.0
"""How long a run may take from its directory to its first beat before we say it never started."""
SILENT_SECONDS = 180.0
"""How long a run on another machine may go without a beat before we say it is lost."""
STOP_SECONDS = 600.0
"""How long after a stop was asked an end still counts as its effect."""
TRACE_AFTER = 60
"""How many lines may follow the traceback of an uncaught exception (exit handlers, trackers saying goodbye)."""

LINES_AFTER = 5
"""The same where the exit code is another than an exception's, or not known."""

_ATTACHED = "attached by PID: its exit code cannot be known"
_UNRECORDED = "ended; nobody could record how: attached by PID"
_OUT_OF_MEMORY = "out of memory: the kernel killed it (SIGKILL)"
_CANCELLED = "stopped by the user before it started"
_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
_SHELL_CODES = (126, 127)
_SHELL_SIGNALS = (
    signal.SIGKILL,
    signal.SIGTERM,
    signal.SIGSEGV,
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
)
_PLAIN_WORDS: dict[int, str] = {
    signal.SIGSEGV: "SIGSEGV (segmentation fault)",
    signal.SIGBUS: "SIGBUS (bus error)",
    signal.SIGABRT: "SIGABRT (abort)",
}


@dataclass(frozen=True)
class Evidence:
    """Everything known about one execution of a run. Times in epoch seconds; ``progress`` is done and total.

    ``attached``: it was running before it was watched, so that nobody can record its exit. Of such a run, ``seen`` is
    when its process was last seen alive, ``vanished`` when it was missed a moment after that, ``oom`` the line of the
    kernel's log that names it as killed for memory, and ``notes`` say what cannot be known of it.
    """

    argv: Sequence[str]
    folder: str | None
    host: str
    created: float
    now: float
    here: str
    boot_id: str
    booted: float | None = None
    exit: Mapping[str, Any] | None = None
    beat: Mapping[str, Any] | None = None
    training: str = processes.GONE
    supervisor: str = processes.GONE
    stops: Sequence[dict[str, Any]] = ()
    log_modified: float | None = None
    last_lines: Sequence[str] = ()
    log_end: Sequence[str] = ()
    progress: tuple[float, float] | None = None
    attached: bool = False
    seen: float | None = None
    vanished: float | None = None
    oom: str | None = None
    notes: Sequence[str] = ()

    @cached_property
    def failure(self) -> failures.Failure | None:
        """What the end of the log says of a failure."""
        return failures.find_failure(self.log_end or self.last_lines, self.folder)


@dataclass(frozen=True)
class Verdict:
    """What we say of a run; ``seconds`` is its length on a clock that does not step, ``hint`` what may help."""

    state: str
    certainty: str = RECORDED
    cause: str | None = None
    evidence: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    exit_code: int | None = None
    signal: str | None = None
    started: float | None = None
    ended: float | None = None
    seconds: float | None = None
    supervisor_lost: bool = False
    hint: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the run is over."""
        return self.state not in ("queued", "running")


def judge(evidence: Evidence) -> Verdict:
    """The verdict on one execution."""
    if evidence.exit is not None:
        return _judge_exit(evidence, evidence.exit)
    if evidence.beat is None:
        return _judge_unstarted(evidence)
    if rundir.is_waiting(evidence.beat):
        return _judge_waiting(evidence, evidence.beat)
    return _judge_unrecorded(evidence, evidence.beat)


def _judge_exit(evidence: Evidence, record: Mapping[str, Any]) -> Verdict:
    """The supervisor wrote down how it ended."""
    number = record.get("signal")
    code = record.get("exit_code")
    ended = float(record["ended"])
    state, cause, reasons = _explain_end(evidence, record, number, code, ended)
    hint = _find_hint(evidence, cause) if state in ("failed", "killed") else None
    return Verdict(
        state,
        RECORDED,
        cause,
        reasons,
        exit_code=code,
        signal=_name(number) if number else None,
        started=record.get("started", evidence.created),
        ended=ended,
        seconds=record.get("seconds"),
        hint=hint,
    )


def _explain_end(
    evidence: Evidence, record: Mapping[str, Any], number: int | None, code: int | None, ended: float
) -> tuple[str, str | None, list[str]]:
    how = f"exit record: {'signal ' + _name(number) if number else f'exit code {code}'}"
    if record.get("cancelled"):
        return "stopped", _CANCELLED, [f"taken out of the queue for GPUs by {record['cancelled']}"]
    if record.get("not_started"):
        return "failed", f"{record['not_started']} (exit code {code})", [how]
    stop = _effective_stop(evidence.stops, number, code, ended)
    if stop:
        asked = [f"{_name(int(one['signal']))} by {one['way']}" for one in evidence.stops]
        return (
            "stopped",
            f"stopped by the user: {stop['way']} ({_name(int(stop['signal']))})",
            [how, "asked: " + ", ".join(asked)],
        )
    reasons = [how]
    if evidence.stops:
        reasons.append("a stop was asked, but the run went on long after it")
    if number:
        return _explain_signal(evidence, record, number, reasons)
    if code == 0:
        return "finished", None, reasons
    if code and code > 128 and not _is_python(evidence.argv) and code - 128 in _SHELL_SIGNALS:
        reasons.append(f"exit code {code} is how a shell reports that its command died of {_name(code - 128)}")
        return _explain_signal(evidence, record, code - 128, reasons)
    return "failed", _explain_code(evidence, int(code or 0), reasons), reasons


def _explain_signal(
    evidence: Evidence, record: Mapping[str, Any], number: int, reasons: list[str]
) -> tuple[str, str | None, list[str]]:
    if number == signal.SIGKILL:
        memory = _memory_evidence(record.get("memory") or {})
        if memory:
            return "killed", _OUT_OF_MEMORY, [*reasons, *memory]
    core = ", core dumped" if record.get("core_dumped") else ""
    words = _PLAIN_WORDS.get(number, _name(number)) + core
    failure = evidence.failure if number in _CRASHES else None
    if failure and failure.lines_after <= LINES_AFTER:
        reasons.append("the last lines of the log")
        words += f": {failure.sentence()}"
    return "killed", words, reasons


def _explain_code(evidence: Evidence, code: int, reasons: list[str]) -> str:
    failure = evidence.failure if code not in _SHELL_CODES else None
    if failure and failure.lines_after <= (TRACE_AFTER if code == 1 else LINES_AFTER):
        reasons.append("the log ends with its traceback" if failure.exception else "the last lines of the log")
        return failure.sentence() if code == 1 else f"{failure.sentence()}, exit code {code}"
    complaint = failures.find_complaint(evidence.log_end or evidence.last_lines, code)
    if complaint:
        reasons.append("the last lines of the log")
        return f"exit code {code}: {complaint}"
    return f"exit code {code}"


def _judge_unstarted(evidence: Evidence) -> Verdict:
    """There is a run directory and nothing more."""
    if evidence.now - evidence.created <= START_SECONDS:
        return Verdict("queued", RECORDED)
    return Verdict(
        "lost",
        INFERRED,
        "never started: its launcher died first",
        [f"no sign of life in the {START_SECONDS:.0f} s after its directory was made"],
        started=None,
        ended=evidence.created,
    )


def _judge_waiting(evidence: Evidence, beat: Mapping[str, Any]) -> Verdict:
    """It is in the queue for GPUs, however long, as long as its supervisor is there to start it."""
    last_sign = float(beat.get("at", evidence.created))
    if beat.get("host", evidence.host) != evidence.here:
        alive = evidence.now - last_sign <= SILENT_SECONDS
        words, reasons = f"no sign of life from {beat.get('host')}", [f"no beat since {_clock(last_sign)}"]
    else:
        alive = beat.get("boot_id") == evidence.boot_id and evidence.supervisor != processes.GONE
        words = "its supervisor died while it waited for GPUs"
        reasons = [f"its supervisor is gone; its last sign of life was at {_clock(last_sign)}"]
        if beat.get("boot_id") != evidence.boot_id:
            words = "the machine rebooted while it waited for GPUs"
    if alive:
        return Verdict("queued", RECORDED, None, [gpu_choice.spell_wait(beat["waiting"])])
    if evidence.stops:
        asked = f"asked by {evidence.stops[-1]['way']}"
        return Verdict("stopped", INFERRED, _CANCELLED, [*reasons, asked], ended=last_sign)
    return Verdict("lost", INFERRED, f"never started: {words}", reasons, ended=last_sign)


def _judge_unrecorded(evidence: Evidence, beat: Mapping[str, Any]) -> Verdict:
    """It has started, and no end is written down."""
    started = beat.get("started", evidence.created)
    last_sign = max(float(beat.get("at", started)), evidence.seen or 0.0, evidence.log_modified or 0.0)
    if beat.get("host", evidence.host) != evidence.here:
        return _judge_elsewhere(evidence, beat, started, last_sign)
    if beat.get("boot_id") != evidence.boot_id:
        rebooted = evidence.booted is not None and evidence.booted > last_sign
        when = f"at {_clock(evidence.booted)}" if rebooted else f"at about {_clock(last_sign)}"
        reasons = [f"started in another boot of {evidence.here}", f"last sign of life at {_clock(last_sign)}"]
        return Verdict("lost", INFERRED, f"machine rebooted {when}", reasons, started=started, ended=last_sign)
    if evidence.training == processes.GONE and evidence.supervisor == processes.GONE:
        return _judge_vanished(evidence, started, last_sign)
    health = [SUSPENDED] if evidence.training == processes.SUSPENDED else []
    if evidence.attached:
        return Verdict("running", RECORDED, None, [_ATTACHED, *evidence.notes], health, started=started)
    alone = evidence.supervisor == processes.GONE
    reasons = ["its supervisor is gone, its process lives: its exit code will not be known"] if alone else []
    return Verdict("running", RECORDED, None, reasons, health, started=started, supervisor_lost=alone)


def _judge_elsewhere(evidence: Evidence, beat: Mapping[str, Any], started: float, last_sign: float) -> Verdict:
    host = beat.get("host")
    if evidence.now - last_sign <= SILENT_SECONDS:
        suspended = beat.get("suspended") or []
        health = [SUSPENDED] if suspended and suspended[-1][1] is None else []
        return Verdict(
            "running",
            RECORDED,
            None,
            [f"last beat from {host} at {_clock(last_sign)}"],
            health,
            started=started,
        )
    reasons = [f"no beat from {host} since {_clock(last_sign)}"]
    return Verdict("lost", INFERRED, f"no sign of life from {host}", reasons, started=started, ended=last_sign)


def _judge_vanished(evidence: Evidence, started: float, last_sign: float) -> Verdict:
    """The process is gone on this machine, and nobody wrote down how it ended: only traces can tell."""
    reasons = [_ATTACHED] if evidence.attached else ["process and supervisor are gone without an exit record"]
    ended = evidence.log_modified or last_sign
    if evidence.attached:
        ended = evidence.vanished or last_sign
        seen = f"its process was seen gone at {_clock(ended)}" if evidence.vanished else "its end was not seen"
        reasons.append(seen if evidence.vanished else f"{seen}: the last sign of life was at {_clock(ended)}")
    stop = _stop_before(evidence, last_sign, ended)
    if stop:
        reasons.append(f"{_name(int(stop['signal']))} was sent at {_clock(float(stop['at']))}")
        cause = f"stopped by the user: {stop['way']} ({_name(int(stop['signal']))})"
        return Verdict("stopped", INFERRED, cause, reasons, started=started, ended=max(ended, float(stop["at"])))
    if evidence.oom:
        cause = _OUT_OF_MEMORY
        reasons.append(f"kernel log: {evidence.oom}")
        hint = _find_hint(evidence, cause)
        return Verdict("killed", INFERRED, cause, reasons, signal="SIGKILL", started=started, ended=ended, hint=hint)
    failure = evidence.failure
    if failure and failure.lines_after <= LINES_AFTER:
        reasons.append("the log ends with an uncaught exception" if failure.exception else "the last lines of the log")
        return Verdict("failed", INFERRED, failure.sentence(), reasons, started=started, ended=ended, hint=failure.hint)
    ending = endings.find_ending(evidence.log_end or evidence.last_lines, *(evidence.progress or ()))
    if ending:
        reasons.append(f"the log ends with: {ending[:120]}")
        return Verdict("finished", INFERRED, None, reasons, started=started, ended=ended)
    if evidence.attached:
        reasons += [
            "its log does not say how it ended" if evidence.log_end else "there is no log of it",
            *evidence.notes,
        ]
        return Verdict("lost", INFERRED, _UNRECORDED, reasons, started=started, ended=ended)
    return Verdict("lost", INFERRED, "gone without an exit record", reasons, started=started, ended=last_sign)


def _stop_before(evidence: Evidence, last_sign: float, ended: float) -> dict[str, Any] | None:
    """The request to stop that a process which has vanished ended of; None where there was none, or long before."""
    stop = evidence.stops[-1] if evidence.stops else None
    if stop is None:
        return None
    asked = float(stop["at"])
    if evidence.vanished is not None:
        return stop if -5.0 <= evidence.vanished - asked <= STOP_SECONDS else None
    return stop if -5.0 <= last_sign - asked <= STOP_SECONDS or ended <= asked else None


def _find_hint(evidence: Evidence, cause: str | None) -> str | None:
    """What may help: against what the log says where the cause was taken from it, else against the cause itself."""
    failure = evidence.failure
    if failure and cause and failure.cause in cause:
        return failure.hint
    return hints.find_hint(cause) if cause else None


def _effective_stop(
    stops: Sequence[dict[str, Any]], number: int | None, code: int | None, ended: float
) -> dict[str, Any] | None:
    """The request that ended the run: the one whose signal it died of, else the last if the end came soon after."""
    asked = [stop for stop in stops if float(stop["at"]) <= ended + 1.0]
    if not asked:
        return None
    died_of = number or (code - 128 if code and code > 128 else None)
    matching = [stop for stop in asked if stop["signal"] == died_of]
    if matching:
        return matching[-1]
    last = asked[-1]
    return last if ended - float(last["at"]) <= STOP_SECONDS else None


def _memory_evidence(memory: Mapping[str, Any]) -> list[str]:
    """What says that the kernel killed it for memory, between the last beat and the end."""
    before, after = memory.get("before") or {}, memory.get("after") or {}
    found = []
    if memory.get("kernel"):
        found.append(f"kernel log: {memory['kernel']['line']}")
    for key, words in (("cgroup_oom_kills", "its memory cgroup"), ("oom_kills", "this machine")):
        if key in before and key in after and after[key] > before[key]:
            found.append(
                f"out-of-memory kills by the kernel on {words} rose from {before[key]} to {after[key]} as it died"
            )
    return found


def _is_python(argv: Sequence[str]) -> bool:
    return bool(argv) and argv[0].rpartition("/")[2].startswith(("python", "pypy"))


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _clock(moment: float | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment)) if moment else "an unknown time"
