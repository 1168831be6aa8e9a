"""Every GPU's figures and everything that can be wrong with them, through the real binding."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.nvml import GIB, FakeGpus
from tests.workers.machine.nvml_probe import Probe

FUNCTIONS = {
    "nvmlDeviceGetUtilizationRates": ["utilisation", "memory_utilisation"],
    "nvmlDeviceGetPowerUsage": ["power"],
    "nvmlDeviceGetEnforcedPowerLimit": ["power_limit"],
    "nvmlDeviceGetClockInfo": ["clock_sm", "clock_memory"],
    "nvmlDeviceGetMaxClockInfo": ["clock_sm_max"],
    "nvmlDeviceGetFanSpeed": ["fan"],
    "nvmlDeviceGetPerformanceState": ["performance_state"],
    "nvmlDeviceGetCurrentClocksEventReasons": ["throttle"],
    "nvmlDeviceGetTotalEccErrors": ["ecc_uncorrected", "ecc_corrected"],
    "nvmlDeviceGetRemappedRows": [
        *("remapped_correctable", "remapped_uncorrectable", "remap_pending", "remap_failed"),
    ],
    "nvmlDeviceGetComputeRunningProcesses_v3": ["processes"],
}


@pytest.fixture(name="gpus")
def _gpus(tmp_path: Path) -> FakeGpus:
    return FakeGpus(tmp_path / "nvml", 2)


@pytest.fixture(name="probe")
def _probe(gpus: FakeGpus) -> Iterator[Probe]:
    with Probe(gpus) as probe:
        yield probe


def test_a_healthy_machine(gpus: FakeGpus, probe: Probe) -> None:
    """All figures of each GPU, in the units that were agreed."""
    gpus.set(
        {
            "gpu0.name": "NVIDIA RTX 6000",
            "gpu0.pci": "00000000:61:00.0",
            "gpu0.memutil": 41,
            "gpu0.temp": 71,
            "gpu0.power_mw": 287512,
            "gpu0.limit_mw": 300000,
            "gpu0.fan": 66,
            "gpu0.clk.sm": 1755,
            "gpu0.clk.mem": 8001,
            "gpu0.throttle": 0x24,
            "gpu0.ecc.uncorr": 2,
            "gpu0.ecc.corr": 9,
            "gpu0.remap.corr": 3,
            "gpu0.remap.uncorr": 1,
            "gpu0.remap.pending": 1,
            "gpu0.mem.reserved": 400 << 20,
        }
    )
    gpus.run_on(0, 4242, 5 * GIB, 90)
    gpus.run_on(0, 4243, GIB, 5)
    sample = probe.sample()
    assert (sample["status"], sample["driver"], sample["cuda"], sample["count"]) == ("ok", "580.82.07", "13.0", 2)
    first, second = sample["gpus"]
    assert first == {
        "index": 0,
        "uuid": "GPU-00000000-0000-0000-0000-000000000000",
        "name": "NVIDIA RTX 6000",
        "pci": "0000:61:00.0",
        "trouble": None,
        "note": None,
        "utilisation": 95,
        "memory_utilisation": 41,
        "memory_used": 6 * GIB,
        "memory_total": 24 * GIB,
        "memory_reserved": 400 << 20,
        "unified": False,
        "temperature": 71,
        "power": 287.512,
        "power_limit": 300.0,
        "clock_sm": 1755,
        "clock_sm_max": 2100,
        "clock_memory": 8001,
        "fan": 66,
        "performance_state": 2,
        "throttle": ["sw_power_cap", "sw_thermal"],
        "ecc_uncorrected": 2,
        "ecc_corrected": 9,
        "remapped_correctable": 3,
        "remapped_uncorrectable": 1,
        "remap_pending": True,
        "remap_failed": False,
        "mig": None,
        "missing": {},
        "processes": [
            {"pid": 4242, "kind": "C", "memory": 5 * GIB, "utilisation": 90, "mig": None},
            {"pid": 4243, "kind": "C", "memory": GIB, "utilisation": 5, "mig": None},
        ],
    }
    assert (second["index"], second["utilisation"], second["processes"]) == (1, 0, [])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_gpu_does_not_support_is_missing_with_its_reason(gpus: FakeGpus, function: str) -> None:
    """A figure that is not supported is null and says so; all others, and the other GPU, are as before."""
    gpus.run_on(0, 4242, GIB, 5)
    with Probe(gpus) as probe:
        before = probe.sample()["gpus"]
    gpus.set({f"gpu0.err.{function}": 3})
    with Probe(gpus) as probe:
        first, second = probe.sample()["gpus"]
    fields = FUNCTIONS[function]
    assert first["missing"] == dict.fromkeys(fields, "not supported by this GPU")
    assert {**before[0], **dict.fromkeys(fields), "missing": first["missing"]} == first
    assert second == before[1]


def test_all_figures_missing_is_not_a_broken_gpu(gpus: FakeGpus, probe: Probe) -> None:
    """A GPU that supports next to nothing is in no trouble; it is asked again after a while only."""
    names = (*FUNCTIONS, "nvmlDeviceGetTemperatureV", "nvmlDeviceGetTemperature")
    gpus.set({f"err.{name}": 3 for name in names})
    gpu = probe.sample(calls=("",))["gpus"][0]
    assert gpu["trouble"] is None and gpu["memory_used"] == 0 and gpu["temperature"] is None
    before = probe.calls[""]
    probe.sample(calls=("",))
    assert probe.calls[""] - before <= 2 * 4
    gpus.remove(*(f"err.{name}" for name in names))
    assert probe.sample()["gpus"][0]["power"] is None
    again = probe.sample(advance=6)["gpus"][0]
    assert again["power"] == 30.0 and again["temperature"] == 40
    assert set(again["missing"]) == {"power_limit", "clock_sm_max"}
    assert probe.sample(advance=60)["gpus"][0]["missing"] == {}


def test_an_old_driver(tmp_path: Path) -> None:
    """Without the newer functions the older ones answer; what only the newer ones know is missing."""
    gpus = FakeGpus(tmp_path / "old", 1, old_driver=True)
    gpus.set({"gpu0.throttle": 1, "gpu0.temp": 55, "gpu0.mem.reserved": 0})
    gpus.run_on(0, 4242, GIB, 50)
    with Probe(gpus) as probe:
        gpu = probe.sample()["gpus"][0]
    assert gpu["memory_used"] == GIB and gpu["temperature"] == 55 and gpu["throttle"] == ["gpu_idle"]
    assert gpu["processes"] == [{"pid": 4242, "kind": "C", "memory": GIB, "utilisation": 50, "mig": None}]
    assert gpu["missing"]["memory_reserved"] == "this driver counts it as used"
    assert gpu["missing"]["remap_failed"] == "not known to this version of the driver"


def test_one_lost_gpu_leaves_the_others_visible(gpus: FakeGpus, probe: Probe) -> None:
    """A lost GPU keeps its name and says that it is lost, the other goes on; and comes back."""
    probe.sample()
    gpus.set({"gpu0.err": 15, "gpu1.util": 80})
    lost, other = probe.sample()["gpus"]
    assert (lost["trouble"], lost["index"], lost["name"]) == ("lost", 0, "Fake GPU")
    assert lost["uuid"].endswith("00") and lost["utilisation"] is None and "lost" in lost["note"]
    assert other["trouble"] is None and other["utilisation"] == 80
    gpus.remove("gpu0.err")
    assert [gpu["trouble"] for gpu in probe.sample()["gpus"]] == [None, None]
    gpus.set({"gpu0.err": 15})
    for _ in range(20):  # new sessions are begun meanwhile, in which the GPU has not even a handle
        assert [gpu["trouble"] for gpu in probe.sample(advance=11)["gpus"]] == ["lost", None]
    gpus.remove("gpu0.err")
    back = probe.sample(advance=11)["gpus"]
    assert [gpu["trouble"] for gpu in back] == [None, None] and back[0]["utilisation"] == 0


def test_a_gpu_that_needs_a_reset(gpus: FakeGpus, probe: Probe) -> None:
    """A GPU that the driver wants reset says what to do."""
    probe.sample()
    gpus.set({"gpu1.err": 16})
    _, gpu = probe.sample()["gpus"]
    assert gpu["trouble"] == "reset_required" and "gpu-reset" in gpu["note"]
    assert probe.sample(advance=80)["gpus"][1]["trouble"] == "reset_required"


def test_a_gpu_that_is_no_longer_counted_is_listed_as_lost(gpus: FakeGpus, probe: Probe) -> None:
    """A GPU that fell out of the count stays in the list, also after a new session; then it returns."""
    uuids = [gpu["uuid"] for gpu in probe.sample()["gpus"]]
    gpus.set({"gpu0.absent": 1, "gpu1.util": 3})
    for advance in (0, 11, 90, 700):
        found = {gpu["uuid"]: gpu for gpu in probe.sample(advance=advance)["gpus"]}
        assert sorted(found) == uuids
        assert found[uuids[0]]["trouble"] == "lost" and found[uuids[1]]["utilisation"] == 3
    gpus.remove("gpu0.absent")
    back = probe.sample(advance=30)["gpus"]
    assert [(gpu["index"], gpu["uuid"], gpu["trouble"]) for gpu in back] == [(0, uuids[0], None), (1, uuids[1], None)]


def test_a_gpu_that_is_lost_from_the_start(gpus: FakeGpus, probe: Probe) -> None:
    """A GPU that never answered is listed by its index; it is named when it comes back."""
    gpus.set({"gpu1.err": 15})
    first, second = probe.sample()["gpus"]
    assert first["trouble"] is None
    assert (second["index"], second["uuid"], second["trouble"]) == (1, None, "lost")
    gpus.remove("gpu1.err")
    assert probe.sample(advance=11)["gpus"][1]["uuid"].endswith("01")


def test_a_gpu_with_unknown_errors_is_in_trouble(gpus: FakeGpus, probe: Probe) -> None:
    """Unknown errors on everything are the GPU's trouble; on one figure they are that figure's."""
    probe.sample()
    gpus.set({"gpu0.err": 999, "gpu1.err.nvmlDeviceGetPowerUsage": 999})
    first, second = probe.sample()["gpus"]
    assert first["trouble"] == "error" and "unknown error" in first["note"]
    assert second["trouble"] is None and "unknown error" in second["missing"]["power"]


@pytest.mark.parametrize(
    ("code", "status", "says"),
    [
        (9, "no_driver", "kernel module"),
        (18, "mismatch", "reboot"),
        (4, "no_permission", "ermission"),
        (999, "failed", ""),
    ],
)
def test_a_driver_that_does_not_start(gpus: FakeGpus, probe: Probe, code: int, status: str, says: str) -> None:
    """Each reason has its own state and words, and is over when the driver is well again."""
    gpus.set({"err.nvmlInitWithFlags": code})
    sample = probe.sample()
    assert (sample["status"], sample["gpus"]) == (status, [])
    assert says in sample["reason"]
    gpus.remove("err.nvmlInitWithFlags")
    assert probe.sample(advance=10)["status"] == "ok"


def test_a_driver_that_is_upgraded_while_we_sample(gpus: FakeGpus, probe: Probe) -> None:
    """When calls begin to say that versions differ, the sample says so; after the reboot of the driver all is well."""
    probe.sample()
    gpus.set({"err": 18})
    sample = probe.sample()
    assert sample["status"] == "mismatch" and "upgraded" in sample["reason"]
    gpus.remove("err")
    assert probe.sample()["count"] == 2


def test_a_container_that_lost_its_gpus(gpus: FakeGpus) -> None:
    """Unknown errors of all GPUs in a container mean that it must be restarted."""
    with Probe(gpus, container=True) as probe:
        assert probe.sample()["status"] == "ok"
        gpus.set({"err": 999})
        assert [gpu["trouble"] for gpu in probe.sample()["gpus"]] == ["error", "error"]
        sample = probe.sample(advance=11)
        assert sample["status"] == "container" and "Restart the container" in sample["reason"]


def test_no_gpu_behind_a_driver(tmp_path: Path) -> None:
    """A driver that counts no GPU is a state of its own."""
    with Probe(FakeGpus(tmp_path / "none", 0)) as probe:
        assert probe.sample()["status"] == "no_gpu"


def test_a_machine_without_a_driver(tmp_path: Path) -> None:
    """Without NVIDIA's library there is nothing wrong, and nothing to sample."""
    sample: dict[str, Any] = {}
    with Probe(None, {"LD_LIBRARY_PATH": str(tmp_path)}) as probe:
        sample = probe.sample()
    if sample["status"] in ("ok", "no_gpu"):
        pytest.skip("this machine has an NVIDIA driver of its own")
    assert sample["status"] == "no_library" and sample["gpus"] == []


def test_unified_memory(tmp_path: Path) -> None:
    """A GPU without memory of its own shows the machine's, whether it says NotSupported or zero."""
    gpus = FakeGpus(tmp_path / "nvml", 2)
    gpus.set({"gpu0.err.nvmlDeviceGetMemoryInfo_v2": 3, "gpu0.err.nvmlDeviceGetMemoryInfo": 3, "gpu1.mem.total": 0})
    with Probe(gpus, memory=[128 * GIB, 40 * GIB]) as probe:
        for gpu in probe.sample()["gpus"]:
            assert (gpu["unified"], gpu["memory_total"], gpu["memory_used"]) == (True, 128 * GIB, 40 * GIB)
            assert "shares" in gpu["missing"]["memory_reserved"]


def test_processes_of_several_kinds(gpus: FakeGpus, probe: Probe) -> None:
    """A process that computes and draws is one process; MPS clients are told apart; memory may be unknown."""
    gpus.set({"gpu0.procs": f"11:{GIB},12", "gpu0.gprocs": f"11:{GIB},13:5", "gpu0.mprocs": f"14:{2 * GIB}"})
    gpu = probe.sample()["gpus"][0]
    kinds = {process["pid"]: (process["kind"], process["memory"]) for process in gpu["processes"]}
    assert kinds == {11: ("C+G", GIB), 12: ("C", None), 13: ("G", 5), 14: ("M", 2 * GIB)}
    assert "process_memory" in gpu["missing"]


def test_utilisation_of_processes_believes_only_fresh_samples(gpus: FakeGpus, probe: Probe) -> None:
    """Old samples, those of processes long gone and absurd values do not count; without a sample it is 0."""
    gpus.set({"gpu0.procs": "21:1,22:1,23:1,24:1", "gpu0.putil": "21:40:0.1,21:30:0.5,22:70:5,23:4000000,99:50"})
    first = probe.sample()["gpus"][0]
    assert {p["pid"]: p["utilisation"] for p in first["processes"]} == {21: 40, 22: 0, 23: 0, 24: 0}
    gpus.set({"gpu0.putil": "22:70:500"})
    assert [p["utilisation"] for p in probe.sample()["gpus"][0]["processes"]] == [0, 0, 0, 0]


@pytest.mark.parametrize("state", [{"gpu0.putil": ""}, {"gpu0.putil.success": 1}])
def test_no_samples_of_processes(gpus: FakeGpus, probe: Probe, state: dict[str, Any]) -> None:
    """A driver without a new sample says "not found", or success and writes nothing: both mean 0 %."""
    gpus.run_on(0, 31, GIB, 50)
    assert probe.sample()["gpus"][0]["processes"][0]["utilisation"] == 50
    gpus.set(state)
    assert probe.sample()["gpus"][0]["processes"][0]["utilisation"] == 0


def test_utilisation_of_processes_not_supported(gpus: FakeGpus, probe: Probe) -> None:
    """Where the driver does not tell it, a process's utilisation is unknown, not 0."""
    gpus.run_on(0, 31, GIB, 50)
    gpus.set({"gpu0.err.nvmlDeviceGetProcessUtilization": 3})
    gpu = probe.sample()["gpus"][0]
    assert gpu["processes"][0]["utilisation"] is None
    assert gpu["missing"]["process_utilisation"] == "not supported by this GPU"


def test_a_gpu_split_into_instances(gpus: FakeGpus, probe: Probe) -> None:
    """MIG: memory and processes by instance, no utilisation; back to a whole GPU when it is switched off."""
    gpus.set(
        {
            "gpu0.mig": 1,
            "gpu0.mig.count": 2,
            "gpu0.mig0.name": "1g.10gb",
            "gpu0.mig1.name": "2g.20gb",
            "gpu0.mig1.mem.total": 20 * GIB,
            "gpu0.mig1.mem.used": 3 * GIB,
            "gpu0.mig1.procs": f"41:{3 * GIB}",
        }
    )
    gpu, other = probe.sample()["gpus"]
    assert gpu["utilisation"] is None and "MIG" in gpu["missing"]["utilisation"]
    assert [(part["index"], part["name"], part["memory_used"], part["memory_total"]) for part in gpu["mig"]] == [
        (0, "1g.10gb", 0, 10 * GIB),
        (1, "2g.20gb", 3 * GIB, 20 * GIB),
    ]
    assert gpu["mig"][1]["uuid"].startswith("MIG-")
    assert gpu["processes"] == [{"pid": 41, "kind": "C", "memory": 3 * GIB, "utilisation": None, "mig": 1}]
    assert other["mig"] is None
    gpus.remove("gpu0.mig")
    whole = probe.sample(advance=6)["gpus"][0]
    assert whole["mig"] is None and whole["utilisation"] == 0


def test_eight_gpus_with_many_processes(tmp_path: Path) -> None:
    """8 GPUs with 64 processes each are all listed, more than there was room for at first, without waste of calls."""
    gpus = FakeGpus(tmp_path / "eight", 8)
    for gpu in range(8):
        listed = range(1000 * gpu, 1000 * gpu + 64)
        gpus.set({f"gpu{gpu}.procs": ",".join(f"{pid}:{GIB}" for pid in listed)})
        gpus.set({f"gpu{gpu}.putil": ",".join(f"{pid}:1" for pid in listed)})
    gpus.set({"gpu7.procs": ",".join(f"{pid}:{GIB}" for pid in range(1, 301))})
    gpus.set({"gpu7.putil": ",".join(f"{pid}:2" for pid in range(1, 301))})
    with Probe(gpus) as probe:
        sample = probe.sample(calls=("",))
        assert [len(gpu["processes"]) for gpu in sample["gpus"]] == [64] * 7 + [300]
        assert {p["utilisation"] for gpu in sample["gpus"] for p in gpu["processes"]} == {1, 2}
        before = probe.calls[""]
        probe.sample(calls=("",))
        assert probe.calls[""] - before <= 8 * 12


def test_slow_figures_are_remembered(gpus: FakeGpus, probe: Probe) -> None:
    """Names are asked once, limits each minute, fan and errors every 5 s; utilisation each time."""
    names = ("nvmlDeviceGetName", "nvmlDeviceGetMaxClockInfo", "nvmlDeviceGetFanSpeed", "nvmlDeviceGetUtilizationRates")
    gpus.set(count=1)
    for _ in range(30):
        probe.sample(advance=1, calls=(*names, "nvmlInitWithFlags"))
    assert [probe.calls[name] for name in names] == [1, 1, 6, 30]
    assert probe.calls["nvmlInitWithFlags"] == 1


def test_a_foreign_module_called_pynvml(tmp_path: Path) -> None:
    """Another package under the binding's name is told apart, with the way out."""
    (tmp_path / "pynvml.py").write_text("def nvmlInit(): pass\n")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(Path(__file__).resolve().parents[3])!r}]\n"
        "from workers.machine.nvml import Nvml; import json; print(json.dumps(Nvml().sample()))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], env=dict(os.environ), capture_output=True, text=True)
    sample = json.loads(done.stdout)
    assert sample["status"] == "failed"
    assert str(tmp_path / "pynvml.py") in sample["reason"] and "nvidia-ml-py" in sample["reason"]
