"""Whether the tests on a real GPU run, and what they need: the driver's own tool, a torch that sees the GPU."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.command import Machiai

ASKED = os.environ.get("MACHIAI_TEST_GPU") == "1"
PYTHON = os.environ.get("MACHIAI_TEST_GPU_PYTHON") or sys.executable
HERE = Path(__file__).parent


def why_not() -> str | None:
    """Why these tests cannot run here; None when they can."""
    if not ASKED:
        return "tests on a real GPU run with MACHIAI_TEST_GPU=1"
    if not shutil.which("nvidia-smi"):
        return "no nvidia-smi: this machine has no NVIDIA driver"
    done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode or not done.stdout.strip():
        return f"the NVIDIA driver shows no GPU: {(done.stdout + done.stderr).strip()[:200]}"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip them all with one reason; where a GPU was asked for and there is none, fail instead of being silent."""
    here = [item for item in items if HERE in Path(item.path).parents]
    reason = why_not() if here else None
    if reason and ASKED:
        pytest.exit(f"MACHIAI_TEST_GPU=1, but {reason}", returncode=1)
    for item in here if reason else ():
        item.add_marker(pytest.mark.skip(reason=reason or ""))


@pytest.fixture(name="torch_python", scope="session")
def _torch_python() -> str:
    """An interpreter whose torch computes on the GPU."""
    check = "import torch; assert torch.cuda.is_available(); print(float((torch.ones(8, device='cuda') * 2).sum()))"
    done = subprocess.run([PYTHON, "-c", check], capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no words"])[-1]
        pytest.skip(f"{PYTHON} has no torch that sees the GPU ({last}); set MACHIAI_TEST_GPU_PYTHON")
    return PYTHON


@pytest.fixture(name="watching")
def _watching(home: Path, tmp_path: Path) -> Iterator[Machiai]:
    """The real command with a running daemon that samples the real GPUs."""
    with contextlib.ExitStack() as stack:
        command = stack.enter_context(Machiai(home, tmp_path))
        command.start_daemon()
        yield command
