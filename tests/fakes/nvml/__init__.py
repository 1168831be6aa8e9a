"""GPUs without a GPU: a C library in the place of NVIDIA's, which the real binding loads and a text file drives.

The programs under test run as processes of their own with `FakeGpus.environment`; nothing in them is replaced.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent / "fakenvml.c"
LIBRARY = "libnvidia-ml.so.1"
GIB = 1 << 30


def build_library(*, old_driver: bool = False) -> Path:
    """Build the library once and return the folder with `libnvidia-ml.so.1`; skips the test without gcc.

    `old_driver`: a library without the symbols that came after R450 (memory v2, process lists v3, remapped rows ...).
    """
    options = ["-DOLD_DRIVER"] if old_driver else []
    key = hashlib.sha256(SOURCE.read_bytes() + repr(options).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"machiai-fake-nvml-{os.getuid()}-{key}"
    if (folder / LIBRARY).exists():
        return folder
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        pytest.skip("gcc is not installed: no test with fake GPUs runs. On Debian: sudo apt-get install gcc libc6-dev")
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        target = Path(scratch) / LIBRARY
        command = [compiler, "-O2", "-Wall", "-shared", "-fPIC", "-fvisibility=hidden", f"-Wl,-soname,{LIBRARY}"]
        done = subprocess.run(
            [*command, *options, "-o", target, SOURCE, "-lpthread"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{SOURCE} does not compile:\n{done.stderr}"
        target.replace(folder / LIBRARY)  # whole or not at all: other tests may be building it too
    return folder


class FakeGpus:
    """A machine's GPUs as a state file in `folder`; the keys are listed at the top of fakenvml.c."""

    def __init__(self, folder: Path, count: int = 2, *, old_driver: bool = False) -> None:
        self.library = build_library(old_driver=old_driver)
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "nvml.state"
        self.state: dict[str, str] = {}
        self.set(count=count)

    @property
    def environment(self) -> dict[str, str]:
        """What a process must have in its environment, from its start, to see these GPUs."""
        others = os.environ.get("LD_LIBRARY_PATH")
        path = f"{self.library}{os.pathsep}{others}" if others else str(self.library)
        return {"LD_LIBRARY_PATH": path, "FAKE_NVML_STATE": str(self.file)}

    def set(self, values: Mapping[str, object] | None = None, /, **more: object) -> None:
        """Change what the library answers, at once, in every process that has it."""
        self.state.update({key: str(value) for key, value in {**(values or {}), **more}.items()})
        self._write()

    def remove(self, *keys: str) -> None:
        """Go back to the defaults for these keys."""
        for key in keys:
            self.state.pop(key, None)
        self._write()

    def run_on(self, gpu: int, pid: int, memory_bytes: int, utilisation: int = 0) -> None:
        """Put a process on a GPU; memory and utilisation of the GPU grow by its own."""
        name = f"gpu{gpu}."
        for key, value in (("procs", memory_bytes), ("putil", utilisation)):
            before = self.state.get(name + key)
            self.state[name + key] = ",".join(filter(None, (before, f"{pid}:{value}")))
        self.state[name + "mem.used"] = str(int(self.state.get(name + "mem.used", 0)) + memory_bytes)
        self.state[name + "util"] = str(min(100, int(self.state.get(name + "util", 0)) + utilisation))
        self._write()

    def clear(self, gpu: int) -> None:
        """Take all processes off a GPU."""
        self.remove(*(f"gpu{gpu}.{key}" for key in ("procs", "gprocs", "mprocs", "putil", "mem.used", "util")))

    def xid(self, gpu: int, xid: int) -> None:
        """Let the driver report an XID error of a GPU."""
        key = f"gpu{gpu}.xid"
        self.set({key: xid, f"{key}.seq": int(self.state.get(f"{key}.seq", 0)) + 1})

    def _write(self) -> None:
        scratch = self.file.with_suffix(".new")
        scratch.write_text("".join(f"{key}={value}\n" for key, value in self.state.items()))
        scratch.replace(self.file)
