"""Where Slurm puts the output of a job that runs on this machine."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SCONTROL_SECONDS = 3.0
_STDOUT = re.compile(r"\bStdOut=(.+?)(?=\s+[A-Z][A-Za-z/:]*=|\s*$)", re.MULTILINE)


def find_output(environ: Mapping[str, str], *, seconds: float = SCONTROL_SECONDS) -> tuple[str | None, str | None]:
    """The file of a Slurm job's output by the job's environment, and in a sentence how it was found or why not.

    Slurm itself is asked where `scontrol` is there; else its usual name is looked for where the job was submitted.
    """
    job = environ.get("SLURM_JOB_ID", "")
    if not job.isdigit():
        return None, None
    path, trouble = _ask(environ, job, seconds)
    if path and Path(path).is_file():
        return path, f"Slurm writes the output of its job {job} to this file"
    array, task = environ.get("SLURM_ARRAY_JOB_ID"), environ.get("SLURM_ARRAY_TASK_ID")
    for name in (f"slurm-{array}_{task}.out" if array and task else "", f"slurm-{job}.out"):
        usual = Path(environ.get("SLURM_SUBMIT_DIR", ""), name)
        if name and usual.is_absolute() and usual.is_file():
            return str(usual), f"by its name this is the output of Slurm's job {job}"
    if path:
        return None, f"Slurm writes the output of its job {job} to {path}, which is not to be seen on this machine"
    return None, trouble


def _ask(environ: Mapping[str, str], job: str, seconds: float) -> tuple[str | None, str | None]:
    """The path that `scontrol` tells, or why it told none."""
    program = shutil.which("scontrol")
    if not program:
        return None, f"it is Slurm's job {job}, and scontrol is not here to ask where its output goes"
    try:
        done = subprocess.run(
            [program, "-o", "show", "job", job],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None, f"it is Slurm's job {job}, and scontrol did not answer in {seconds:g} s"
    found = _STDOUT.search(done.stdout.decode("utf-8", "replace"))
    if not found:
        return None, f"scontrol told no output file for Slurm's job {job}"
    values = {
        "%j": job,
        "%J": job,
        "%A": environ.get("SLURM_ARRAY_JOB_ID", job),
        "%a": environ.get("SLURM_ARRAY_TASK_ID", ""),
        "%x": environ.get("SLURM_JOB_NAME", ""),
        "%u": environ.get("SLURM_JOB_USER", environ.get("USER", "")),
    }
    return re.sub(r"%[jJAaxu]", lambda match: values[match[0]], found[1].strip()), None
