"""Where Slurm puts a job's output: asked of `scontrol`, else by its usual name, else said why not."""

import os
from pathlib import Path

import pytest

from workers.machine import slurm


@pytest.fixture(name="scontrol")
def _scontrol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called scontrol, first on PATH; its script is to be written."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "scontrol").write_text("#!/bin/sh\nexit 1\n")
    (tools / "scontrol").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return tools / "scontrol"


def test_no_job_of_slurm() -> None:
    """Without a job's number there is nothing to ask."""
    assert slurm.find_output({}) == (None, None)
    assert slurm.find_output({"SLURM_JOB_ID": "x; rm"}) == (None, None)


def test_names_with_patterns(scontrol: Path, tmp_path: Path) -> None:
    """What Slurm leaves of its patterns is filled in from the job's environment."""
    (tmp_path / "train-9_2-7.out").write_text("x")
    scontrol.write_text(f"#!/bin/sh\necho 'JobId=7 StdOut={tmp_path}/%x-%A_%a-%j.out Power='\n")
    environ = {"SLURM_JOB_ID": "7", "SLURM_ARRAY_JOB_ID": "9", "SLURM_ARRAY_TASK_ID": "2", "SLURM_JOB_NAME": "train"}
    assert slurm.find_output(environ)[0] == str(tmp_path / "train-9_2-7.out")


def test_a_file_elsewhere(scontrol: Path) -> None:
    """A file on a disk of another machine is named, and said not to be here."""
    scontrol.write_text("#!/bin/sh\necho 'JobId=7 StdOut=/no/such/slurm-7.out'\n")
    path, words = slurm.find_output({"SLURM_JOB_ID": "7"})
    assert path is None
    assert "/no/such/slurm-7.out, which is not to be seen on this machine" in (words or "")


def test_a_controller_that_hangs(scontrol: Path, tmp_path: Path) -> None:
    """A controller that does not answer costs a moment, and the file of the usual name is found all the same."""
    scontrol.write_text("#!/bin/sh\nexec sleep 30\n")
    assert "did not answer" in (slurm.find_output({"SLURM_JOB_ID": "7"}, seconds=0.2)[1] or "")
    (tmp_path / "slurm-7.out").write_text("x")
    environ = {"SLURM_JOB_ID": "7", "SLURM_SUBMIT_DIR": str(tmp_path)}
    assert slurm.find_output(environ, seconds=0.2)[0] == str(tmp_path / "slurm-7.out")
