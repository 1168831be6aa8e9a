"""Our `Nvml` over the real binding and the fake library, in a process of its own, with a clock that the test moves."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Self

from tests.conftest import ROOT
from tests.fakes.nvml import FakeGpus

_CHILD = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from workers.machine.nvml import Nvml
ahead = 0.0
options = json.loads(sys.argv[2])
memory = options.pop("memory", None)
if memory:
    options["memory"] = lambda: tuple(memory)
nvml = Nvml(monotonic=lambda: time.monotonic() + ahead, **options)
for line in sys.stdin:
    asked = json.loads(line)
    ahead += asked["advance"]
    sample = nvml.sample()
    calls = {}
    if asked["calls"]:
        import ctypes, pynvml
        count = pynvml.nvmlLib.fakeNvmlCalls
        count.restype, count.argtypes = ctypes.c_ulonglong, [ctypes.c_char_p]
        calls = {name: count(name.encode() or None) for name in asked["calls"]}
    print(json.dumps({"sample": sample, "calls": calls}), flush=True)
"""


class Probe:
    """Takes samples; `options` go to `Nvml`."""

    def __init__(self, gpus: FakeGpus | None, environment: Mapping[str, str] | None = None, **options: Any) -> None:
        self.calls: dict[str, int] = {}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", _CHILD, str(ROOT), json.dumps({"container": False, **options})],
            env={**os.environ, **(gpus.environment if gpus else {}), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def sample(self, advance: float = 0.0, calls: tuple[str, ...] = ()) -> dict[str, Any]:
        """A sample, so many seconds later by the clock; `calls`: functions whose calls so far to count."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"advance": advance, "calls": calls}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        self.calls = answer["calls"]
        sample: dict[str, Any] = answer["sample"]
        check_sample(sample)
        return sample


def check_sample(sample: Mapping[str, Any]) -> None:
    """What holds of every sample: no null without its reason."""
    assert sample["kind"] == "sample" and sample["format"] == 1
    assert (sample["status"] == "ok") == (sample["reason"] is None)
    assert sample["count"] == len(sample["gpus"])
    for gpu in sample["gpus"]:
        if gpu["trouble"]:
            assert gpu["note"]
            continue
        quiet = {"trouble", "note", "mig"}  # null there is an answer
        nulls = {name for name, value in gpu.items() if value is None} - quiet
        assert nulls <= set(gpu["missing"]), f"null without a reason: {nulls - set(gpu['missing'])}"
        values = {name for name in gpu["missing"] if gpu.get(name) is not None}
        assert not values, f"a reason to be missing, but there: {values}"
        for name, field in (("utilisation", "process_utilisation"), ("memory", "process_memory")):
            assert field in gpu["missing"] or all(p[name] is not None for p in gpu["processes"] or ())
