"""What to do about a failure, where a remedy is known."""

import pytest

from workers.logs.hints import find_hint


@pytest.mark.parametrize(
    ("cause", "detail", "part"),
    [
        ("ModuleNotFoundError: No module named 'cv2'", "", "opencv-python"),
        ("ModuleNotFoundError: No module named 'mypkg.data'", "", "install mypkg"),
        (
            "RuntimeError: DataLoader worker (pid 7) is killed by signal: Bus error.",
            "/dev/shm is 64M",
            "/dev/shm is 64M",
        ),
        ("RuntimeError: DataLoader worker (pid 7) is killed by signal: Bus error.", "", "/dev/shm is full"),
        (
            "CUDA out of memory: tried to allocate 2.00 GiB",
            "Process 4242 has 30.00 GiB memory in use. Of the allocated",
            "another process holds 30.00 GiB",
        ),
        (
            "CUDA out of memory: tried to allocate 2.00 GiB",
            "5.20 GiB is reserved by PyTorch but unallocated",
            "expandable_segments:True",
        ),
        ("CUDA out of memory: tried to allocate 2.00 GiB", "", "batch smaller"),
        ("out of memory: the kernel killed it (SIGKILL)", "", "own memory is full"),
        ("Slurm time limit: JOB 7 on n1 CANCELLED at x DUE TO TIME LIMIT", "", "--time"),
        ("SIGSEGV (segmentation fault)", "", "faulthandler"),
        ("AttributeError: module 'numpy' has no attribute 'float'", "", "NumPy 1.24"),
    ],
)
def test_hints(cause: str, detail: str, part: str) -> None:
    """One plain sentence, with the figures that the log gives."""
    hint = find_hint(cause, detail)
    assert hint is not None
    assert part in hint
    assert len(hint) <= 200


@pytest.mark.parametrize("cause", ["ValueError: bad label", "KeyboardInterrupt", "AssertionError", ""])
def test_no_hint(cause: str) -> None:
    """Where nothing is known, nothing is said — whatever stands around it."""
    assert find_hint(cause, "possible root causes: (1) SIGKILL by the OOM killer (2) SIGSEGV") is None
