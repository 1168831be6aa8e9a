"""The verdict on evidence: what the log adds to an exit record, and what it alone can tell."""

import signal
from typing import Any

import pytest

from workers.logs.endings import split_end
from workers.machine import processes
from workers.verdicts import Evidence, judge

NOW = 1_790_000_000.0
ERROR = """\
epoch 1 loss 0.3
Traceback (most recent call last):
  File "/home/lab/cifar/train.py", line 61, in <module>
    loss.backward()
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has a total capacity of 23.64 GiB of \
which 312.06 MiB is free. Process 4242 has 20.00 GiB memory in use.
"""
FAULT = """\
Fatal Python error: Segmentation fault

Current thread 0x00007f00 (most recent call first):
  File "/home/lab/cifar/data.py", line 31 in read
  File "/home/lab/cifar/train.py", line 3 in <module>
"""


def evidence(log: str, **more: object) -> Evidence:
    """Of a run whose log ends so."""
    return Evidence(
        argv=["python", "train.py"],
        folder="/home/lab/cifar",
        host="here",
        created=NOW - 60,
        now=NOW,
        here="here",
        boot_id="boot",
        log_end=split_end(log.encode()),
        **more,  # type: ignore[arg-type]
    )


def ended(log: str, **record: object) -> Evidence:
    """The same with an exit record."""
    return evidence(log, exit={"ended": NOW, "started": NOW - 50, "seconds": 50.0, **record})


def vanished(log: str, **more: object) -> Evidence:
    """The same without one: process and supervisor are gone."""
    beat = {"host": "here", "boot_id": "boot", "at": NOW, "started": NOW - 50}
    return evidence(log, beat=beat, training=processes.GONE, supervisor=processes.GONE, **more)


def test_a_hint_with_the_cause() -> None:
    """A known remedy comes with the cause, out of what the log says."""
    verdict = judge(ended(ERROR, exit_code=1))
    assert verdict.state == "failed"
    assert verdict.cause == (
        "CUDA out of memory: tried to allocate 1.50 GiB, 312.06 MiB free of 23.64 GiB on GPU 0 (train.py:61)"
    )
    assert verdict.hint == "another process holds 20.00 GiB of this GPU (nvidia-smi); else a smaller batch"


def test_other_exit_codes() -> None:
    """The code is told where it is not an exception's; a shell's complaint stays as it is."""
    usage = "usage: train.py [-h]\ntrain.py: error: unrecognized arguments: --lrr\n"
    verdict = judge(ended(usage, exit_code=2))
    assert verdict.cause == "train.py: error: unrecognized arguments: --lrr, exit code 2"
    verdict = judge(ended("run.sh: line 3: pyhton: command not found\n", exit_code=127))
    assert verdict.cause == "exit code 127: command not found: pyhton"


def test_a_crash_by_signal_with_its_place() -> None:
    """Where the log says what the signal came from, that is told with it."""
    verdict = judge(ended(FAULT, signal=int(signal.SIGSEGV), core_dumped=True))
    assert verdict.state == "killed"
    assert verdict.cause == (
        "SIGSEGV (segmentation fault), core dumped: Fatal Python error: Segmentation fault (data.py:31)"
    )
    assert verdict.hint == "python -X faulthandler shows where"


def test_a_kill_by_the_kernel() -> None:
    """A kill for memory has its remedy too, though the log says nothing."""
    memory = {"before": {"oom_kills": 1}, "after": {"oom_kills": 2}}
    verdict = judge(ended("loss 0.1\n", signal=int(signal.SIGKILL), memory=memory))
    assert verdict.cause == "out of memory: the kernel killed it (SIGKILL)"
    assert verdict.hint is not None
    assert "memory is full" in verdict.hint


def test_finished_has_no_hint() -> None:
    """A run that ended well needs none, whatever it had printed."""
    verdict = judge(ended(ERROR, exit_code=0))
    assert (verdict.state, verdict.cause, verdict.hint) == ("finished", None, None)


@pytest.mark.parametrize(
    ("log", "state", "cause"),
    [
        (ERROR, "failed", "CUDA out of memory"),
        ("loss 0.1\nslurmstepd: error: *** JOB 7 ON n1 CANCELLED AT x DUE TO TIME LIMIT ***\n", "failed", "Slurm time"),
        ("loss 0.1\nKilled\n", "failed", "Killed (SIGKILL)"),
        ("loss 0.1\nTraining finished.\n", "finished", None),
        (ERROR + "loss 0.2\n" * 30, "lost", "gone without"),
    ],
)
def test_only_the_log_can_tell(log: str, state: str, cause: str | None) -> None:
    """Without an exit record the end of the log is the evidence."""
    verdict = judge(vanished(log))
    assert verdict.state == state
    assert verdict.certainty == "inferred"
    assert (verdict.cause or "").startswith(cause or "")


def test_progress_can_tell_too() -> None:
    """A count that came to its end speaks for a job that did, one that did not speaks for none."""
    assert judge(vanished("loss 0.1\n", progress=(200.0, 200.0))).state == "finished"
    assert judge(vanished("loss 0.1\n", progress=(150.0, 200.0))).state == "lost"


STOP = {"at": NOW - 3, "signal": int(signal.SIGINT), "way": "machiai stop"}
LONG_AGO = {"at": NOW - 5000, "signal": int(signal.SIGINT), "way": "machiai stop"}


def attached(log: str, *, boot: str = "boot", **more: object) -> Evidence:
    """Of a job that began two hours ago and is watched for one; gone unless something else is said."""
    beat = {"host": "here", "boot_id": boot, "at": NOW - 3600, "started": NOW - 7200, "engine": "attached"}
    return evidence(log, beat=beat, attached=True, **more)


class TestAttached:
    """A job that was running before it was watched: nobody can record how it ends."""

    def test_while_it_runs(self) -> None:
        """Running, recorded, without a word about a supervisor that there never was; and what will not be known."""
        verdict = judge(attached("", training=processes.RUNNING, notes=["its output goes to a terminal"]))
        assert (verdict.state, verdict.certainty, verdict.supervisor_lost) == ("running", "recorded", False)
        assert verdict.evidence == ["attached by PID: its exit code cannot be known", "its output goes to a terminal"]

    def test_suspended(self) -> None:
        """SIGSTOP shows as a running job that is suspended."""
        assert judge(attached("", training=processes.SUSPENDED)).health == ["suspended"]

    @pytest.mark.parametrize(
        ("log", "more", "state", "cause"),
        [
            (ERROR, {}, "failed", "CUDA out of memory"),
            ("loss 0.1\nTraining finished.\n", {}, "finished", None),
            ("loss 0.1\n", {"progress": (200.0, 200.0)}, "finished", None),
            ("loss 0.1\n", {"progress": (150.0, 200.0)}, "lost", "ended; nobody could record how: attached by PID"),
            ("", {}, "lost", "ended; nobody could record how: attached by PID"),
            (ERROR + "loss 0.2\n" * 30, {}, "lost", "ended; nobody could record how: attached by PID"),
            ("loss 0.1\n", {"oom": "Killed process 4242 (python)"}, "killed", "out of memory: the kernel killed it"),
            ("loss 0.1\n", {"stops": [STOP]}, "stopped", "stopped by the user: machiai stop (SIGINT)"),
            ("loss 0.1\nTraining finished.\n", {"stops": [LONG_AGO]}, "finished", None),
        ],
    )
    def test_its_end_is_inferred(self, log: str, more: dict[str, Any], state: str, cause: str | None) -> None:
        """From the log, the progress, the kernel's log and what was asked; never with an exit code."""
        verdict = judge(attached(log, seen=NOW - 0.5, vanished=NOW, **more))
        assert (verdict.state, verdict.certainty, verdict.exit_code) == (state, "inferred", None)
        assert (verdict.cause or "").startswith(cause or "")
        assert verdict.evidence[0] == "attached by PID: its exit code cannot be known"
        assert (verdict.started, verdict.ended) == (NOW - 7200, NOW)

    def test_an_end_that_nobody_saw_is_dated_by_the_last_sign_of_life(self) -> None:
        """The last output, or the last time it was seen where that was later, or when watching began."""
        unseen = attached("loss 0.1\n", seen=NOW - 900, log_modified=NOW - 600)
        assert judge(unseen).ended == NOW - 600
        assert judge(attached("", seen=NOW - 900)).ended == NOW - 900
        assert judge(attached("")).ended == NOW - 3600
        assert "its end was not seen" in judge(attached("")).evidence[1]

    def test_a_reboot(self) -> None:
        """Of another boot: lost, whatever its log says."""
        verdict = judge(attached("Training finished.\n", boot="other", booted=NOW - 60, seen=NOW - 90))
        assert (verdict.state, verdict.ended) == ("lost", NOW - 90)
        assert (verdict.cause or "").startswith("machine rebooted at")
