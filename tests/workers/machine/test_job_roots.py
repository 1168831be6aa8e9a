"""From a worker to the top of its job, through real processes: launchers are climbed, shells of people are not."""

import os
import pty
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.workers.runs.jobs_by_hand import JobsByHand
from workers.machine.job_roots import is_wrapper, job_root, launcher_of, program_of

PYTHON = shlex.quote(sys.executable)
FORK = "import multiprocessing, runpy; multiprocessing.get_context({how!r}).Process(target=runpy.run_path, args=('train.py',)).start()"


@pytest.fixture(name="jobs")
def _jobs(tmp_path: Path) -> Iterator[JobsByHand]:
    """Jobs in a folder of their own."""
    with JobsByHand(tmp_path) as jobs:
        yield jobs


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing(jobs: JobsByHand, how: str) -> None:
    """Whichever way Python's multiprocessing began a worker, its top is the program."""
    worker = jobs.start([sys.executable, "-c", FORK.format(how=how)])
    assert worker != jobs.started[-1].pid
    assert job_root(worker) == jobs.started[-1].pid


@pytest.mark.parametrize(
    "line",
    [
        "exec timeout 100 {train}",
        "exec sh -c '{train}; true'",
        "exec bash -c 'cd . && {train} 2>&1 | cat; true'",
        "exec timeout 100 sh -c '{train}; true'",
    ],
)
def test_what_only_starts_another(jobs: JobsByHand, line: str) -> None:
    """`timeout` and a shell with a single command are a part of the job."""
    worker = jobs.shell(line.format(train=jobs.train))
    assert worker != jobs.started[-1].pid
    assert job_root(worker) == jobs.started[-1].pid


@pytest.mark.parametrize(
    "line", ["{train}; echo over; sleep 100", "bash run.sh; sleep 100", "{train} & sleep 100; echo over"]
)
def test_shells_that_do_more(jobs: JobsByHand, line: str) -> None:
    """Neither a script nor a shell with several commands is the job."""
    (jobs.folder / "run.sh").write_text(f"echo one\n{jobs.train}\necho two\n")
    worker = jobs.shell(line.format(train=jobs.train))
    assert job_root(worker) == worker


def test_a_shell_in_a_terminal(jobs: JobsByHand) -> None:
    """A shell that a person types into is never climbed into."""
    ruling, terminal = pty.openpty()
    try:
        os.write(ruling, f"{jobs.train}\n".encode())
        worker = jobs.start(["bash", "--norc", "-i"], stdin=terminal, stdout=terminal, stderr=terminal)
        assert worker != jobs.started[-1].pid
        assert job_root(worker) == worker
    finally:
        os.close(terminal)
        os.close(ruling)


def test_a_program_that_starts_others(jobs: JobsByHand) -> None:
    """A sweep that starts trainings as commands is not the job; each training is."""
    code = "import subprocess, sys; subprocess.run([sys.executable, 'train.py'])"
    worker = jobs.start([sys.executable, "-c", code])
    assert worker != jobs.started[-1].pid
    assert job_root(worker) == worker


def test_nobody() -> None:
    """A process that is gone, and the first of all, are their own top."""
    assert job_root(2**22 + 1) == 2**22 + 1
    assert job_root(1) == 1


@pytest.mark.parametrize(
    ("line", "launcher"),
    [
        ("/x/bin/python3.11 /x/bin/torchrun --nproc-per-node 2 t.py", "torchrun"),
        ("python -u -m torch.distributed.run t.py", "torchrun"),
        ("python -W ignore -m torch.distributed.launch t.py", "torchrun"),
        ("/x/python /x/bin/accelerate launch t.py", "accelerate"),
        ("python -m accelerate.commands.launch t.py", "accelerate"),
        ("/x/python /x/bin/deepspeed t.py", "deepspeed"),
        ("python -u -m deepspeed.launcher.launch --world_info=x t.py", "deepspeed"),
        ("mpirun -np 4 python t.py", "mpi"),
        ("python t.py --launcher torchrun", None),
        ("python -m mypackage.torchrun", None),
        ("python -c 'import torch.distributed.run'", None),
        ("bash run.sh", None),
    ],
)
def test_launchers(line: str, launcher: str | None) -> None:
    """Launchers of many workers are told by program, script or module, not by a word in the arguments."""
    assert launcher_of(shlex.split(line)) == launcher


@pytest.mark.parametrize(
    ("argv", "wraps"),
    [
        ("uv run train.py", True),
        ("uv --project x run train.py", True),
        ("uv pip install torch", False),
        ("/x/python /x/bin/conda run -n env python t.py", True),
        ("/x/python /x/bin/poetry run t", True),
        ("conda activate", False),
        ("/usr/bin/time -v python t.py", True),
        ("srun -n 1 python t.py", True),
        ("sh -c 'python a.py > log 2>&1'", True),
        ("bash -lc 'cd x && source venv/bin/activate && CUDA_VISIBLE_DEVICES=0 python a.py | tee log'", True),
        ("bash -c 'CUDA_VISIBLE_DEVICES=0 python a.py &> log'", True),
        ("sh -c 'python a.py; python b.py'", False),
        ("bash -c 'for s in 1 2; do python a.py; done'", False),
        ('bash -c "python \'a"', False),
        ("bash run.sh", False),
        ("-bash", False),
        ("bash -i", False),
        ("tmux new -s train", False),
        ("python train.py run", False),
        ("", False),
    ],
)
def test_wrappers(argv: str, wraps: bool) -> None:
    """What only starts another command is told from what does more."""
    assert is_wrapper(shlex.split(argv)) is wraps


@pytest.mark.parametrize(
    ("argv", "program"),
    [
        (["/x/bin/python3.11", "-u", "dir/train.py", "-m", "x"], ("train.py", "")),
        (["python", "-X", "dev", "-m", "pkg.train"], ("python", "pkg.train")),
        (["python", "-c", "code", "-m", "x"], ("python", "")),
        (["/usr/bin/tee", "log"], ("tee", "")),
        (["-bash"], ("bash", "")),
        ([], ("", "")),
    ],
)
def test_programs(argv: Sequence[str], program: tuple[str, str]) -> None:
    """A command line's program is its file, for Python the script or the module."""
    assert program_of(argv) == program
