"""The fake library through the real binding: as a driver answers, and as it fails."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.nvml import GIB, FakeGpus

CHILD = """
import json, sys, time
import pynvml
from pynvml import *
names = {}
for line in sys.stdin:
    try:
        answer = eval(line, globals(), names)
        names["it"] = answer
        answer = answer if isinstance(answer, (int, str, list, tuple, float)) else str(answer)
    except NVMLError as error:
        answer = type(error).__name__
    print(json.dumps(answer), flush=True)
"""


class Binding:
    """The real `pynvml` in a process of its own: evaluates an expression, or names the error."""

    def __init__(self, gpus: FakeGpus) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", CHILD],
            env={**os.environ, **gpus.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, expression: str) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(expression + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(name="gpus")
def _gpus(tmp_path: Path) -> FakeGpus:
    return FakeGpus(tmp_path / "nvml", 2)


@pytest.fixture(name="ask")
def _ask(gpus: FakeGpus) -> Iterator[Binding]:
    binding = Binding(gpus)
    yield binding
    binding.process.kill()
    binding.process.communicate()


def test_figures_reach_the_real_binding(gpus: FakeGpus, ask: Binding) -> None:
    """What the state file says is what the binding's own functions return, structures included."""
    gpus.set({"gpu0.util": 97, "gpu0.temp": 71, "gpu0.mem.reserved": 7, "gpu0.ecc.uncorr": 3, "gpu0.remap.failed": 1})
    gpus.run_on(0, 4242, 5 * GIB, 90)
    gpus.run_on(0, 4243, GIB, 5)
    ask("nvmlInit()")
    get = "nvmlDeviceGetHandleByIndex(0)"
    assert ask("nvmlDeviceGetCount()") == 2
    assert ask(f"nvmlDeviceGetMemoryInfo({get}, version=nvmlMemory_v2).used") == 6 * GIB
    assert ask(f"nvmlDeviceGetMemoryInfo({get}, version=nvmlMemory_v2).reserved") == 7
    assert ask(f"nvmlDeviceGetMemoryInfo({get}).used") == 6 * GIB + 7
    assert ask(f"nvmlDeviceGetUtilizationRates({get}).gpu") == 100
    assert ask(f"nvmlDeviceGetTemperatureV({get}, 0)") == 71
    assert ask(f"nvmlDeviceGetPciInfo({get}).busId") == "00000000:01:00.0"
    assert ask(f"nvmlDeviceGetTotalEccErrors({get}, 1, 0)") == 3
    assert ask(f"nvmlDeviceGetRemappedRows({get})") == [0, 0, 0, 1]
    listed = f"[(p.pid, p.usedGpuMemory) for p in nvmlDeviceGetComputeRunningProcesses({get})]"
    assert ask(listed) == [[4242, 5 * GIB], [4243, GIB]]
    used = f"[(p.pid, p.smUtil) for p in nvmlDeviceGetProcessUtilization({get}, 0)]"
    assert ask(used) == [[4242, 90], [4243, 5]]
    gpus.clear(0)
    assert ask(listed) == []
    assert ask(used) == "NVMLError_NotFound"


def test_faults_are_put_in_while_the_program_runs(gpus: FakeGpus, ask: Binding) -> None:
    """An error of one function, of a GPU, of all: at once, on one GPU only, and over again when it is taken away."""
    assert ask("nvmlDeviceGetCount()") == "NVMLError_Uninitialized"
    gpus.set({"err.nvmlInitWithFlags": 18})
    assert ask("nvmlInit()") == "NVMLError_LibRmVersionMismatch"
    gpus.remove("err.nvmlInitWithFlags")
    ask("nvmlInit()")
    gpus.set({"gpu1.err": 15, "gpu0.err.nvmlDeviceGetFanSpeed": 3})
    assert ask("nvmlDeviceGetHandleByIndex(1)") == "NVMLError_GpuIsLost"
    assert ask("nvmlDeviceGetFanSpeed(nvmlDeviceGetHandleByIndex(0))") == "NVMLError_NotSupported"
    gpus.remove("gpu1.err")
    assert ask("nvmlDeviceGetName(nvmlDeviceGetHandleByIndex(1))") == "Fake GPU"
    gpus.set({"gpu0.absent": 1})
    assert ask("nvmlDeviceGetCount()") == 1
    assert ask("nvmlDeviceGetUUID(nvmlDeviceGetHandleByIndex(0))") == "GPU-00000000-0000-0000-0000-000000000001"


def test_a_call_hangs_for_as_long_as_the_state_says(gpus: FakeGpus, ask: Binding) -> None:
    """A hang lasts its time, and ends early when it is taken away."""
    ask("nvmlInit()")
    timed = "(time.monotonic(), nvmlDeviceGetName(nvmlDeviceGetHandleByIndex(0)), time.monotonic())"
    gpus.set({"gpu0.hang.nvmlDeviceGetName": 1})
    began, _, ended = ask(timed)
    assert 1 <= ended - began < 20
    gpus.set({"gpu0.hang.nvmlDeviceGetName": 60})
    taken_away = threading.Timer(0.5, gpus.remove, ["gpu0.hang.nvmlDeviceGetName"])
    taken_away.start()
    began, _, ended = ask(timed)
    taken_away.join()
    assert 0.4 < ended - began < 20


def test_instances_of_a_split_gpu(gpus: FakeGpus, ask: Binding) -> None:
    """MIG: handles of instances with their own memory and processes; the list of them ends with NotFound."""
    ask("nvmlInit()")
    assert ask("nvmlDeviceGetMigMode(nvmlDeviceGetHandleByIndex(0))") == "NVMLError_NotSupported"
    gpus.set({"gpu1.mig": 1, "gpu1.mig.count": 2, "gpu1.mig1.procs": f"77:{GIB}", "gpu1.mig1.mem.used": GIB})
    instance = "nvmlDeviceGetMigDeviceHandleByIndex(nvmlDeviceGetHandleByIndex(1), 1)"
    assert ask(f"nvmlDeviceGetName({instance})") == "Fake GPU MIG 1g.10gb"
    assert ask(f"nvmlDeviceGetMemoryInfo({instance}, version=nvmlMemory_v2).used") == GIB
    assert ask(f"[p.pid for p in nvmlDeviceGetComputeRunningProcesses({instance})]") == [77]
    assert ask(f"nvmlDeviceGetUtilizationRates({instance})") == "NVMLError_NotSupported"
    assert ask(instance.replace(", 1)", ", 2)")) == "NVMLError_NotFound"


def test_xid_events_come_through_the_event_set(gpus: FakeGpus, ask: Binding) -> None:
    """An XID is told once, to those who registered before it."""
    ask("nvmlInit()")
    gpus.xid(1, 13)
    ask("nvmlEventSetCreate()")
    ask("globals().update(made=it)")
    ask("nvmlDeviceRegisterEvents(nvmlDeviceGetHandleByIndex(1), nvmlEventTypeXidCriticalError, made)")
    assert ask("nvmlEventSetWait_v2(made, 100)") == "NVMLError_Timeout"
    gpus.xid(1, 79)
    assert ask("nvmlEventSetWait_v2(made, 5000).eventData") == 79
    assert ask("nvmlEventSetWait_v2(made, 100)") == "NVMLError_Timeout"


def test_an_old_driver_lacks_the_newer_symbols(tmp_path: Path) -> None:
    """Built as an old driver, the library has the older functions only."""
    ask = Binding(FakeGpus(tmp_path / "old", 1, old_driver=True))
    try:
        ask("nvmlInit()")
        get = "nvmlDeviceGetHandleByIndex(0)"
        assert ask(f"nvmlDeviceGetMemoryInfo({get}, version=nvmlMemory_v2)") == "NVMLError_FunctionNotFound"
        assert ask(f"nvmlDeviceGetMemoryInfo({get}).total") == 24 * GIB
        assert ask(f"nvmlDeviceGetComputeRunningProcesses_v2({get})") == []
    finally:
        ask.process.kill()
        ask.process.communicate()
