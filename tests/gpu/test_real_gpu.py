"""A real driver and a real torch: the figures, whose they are, and how a job ends that takes too much."""

import json
import os
import pwd
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.fakes.command import Machiai
from tests.workers.machine.nvml_probe import check_sample

MIB = 1 << 20
HELD = 1 << 30  # bytes that the job below allocates itself; the CUDA context comes on top of it
LOAD = f"""
import sys, time, torch
held = torch.empty({HELD}, dtype=torch.uint8, device="cuda")
a = torch.randn(4096, 4096, device="cuda")
step = 0
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    for _ in range(20):
        a = torch.nn.functional.normalize(a @ a)
    torch.cuda.synchronize()
    step += 1
    if step % 10 == 0:
        print(f"step {{step}} loss {{1 / step:.4f}}", flush=True)
"""
TOO_MUCH = """
import torch
print("epoch 1/3 loss 0.52", flush=True)
held = []
while True:
    held.append(torch.empty(4 << 30, dtype=torch.uint8, device="cuda"))
"""
SMI = (
    *("uuid", "index", "name", "pci.bus_id", "memory.total", "memory.used", "temperature.gpu", "power.draw"),
    *("utilization.gpu", "clocks.sm", "clocks.max.sm", "clocks.mem", "enforced.power.limit", "driver_version"),
)


def sample_once() -> dict[str, Any]:
    """One line of the sampler, as a process of its own."""
    command = [sys.executable, "-I", str(ROOT / "workers/machine/gpu_sampler.py"), "--once"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    sample: dict[str, Any] = json.loads(done.stdout)
    check_sample(sample)
    return sample


def ask_smi() -> dict[str, dict[str, str]]:
    """What nvidia-smi says of each GPU, by UUID."""
    command = ["nvidia-smi", f"--query-gpu={','.join(SMI)}", "--format=csv,noheader,nounits"]
    lines = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout.splitlines()
    rows = [dict(zip(SMI, map(str.strip, line.split(",")), strict=True)) for line in lines]
    return {row["uuid"]: row for row in rows}


def is_near(ours: float | None, theirs: str, within: float) -> bool:
    """Whether two figures agree; what neither tells does, too."""
    try:
        other = float(theirs)
    except ValueError:  # [N/A]
        return ours is None
    return ours is not None and abs(ours - other) <= within


def differences(sample: dict[str, Any], smi: dict[str, dict[str, str]]) -> list[str]:
    """Where a sample differs from nvidia-smi by more than a moment's change."""
    found = []
    if {gpu["uuid"] for gpu in sample["gpus"]} != smi.keys():
        return ["not the same GPUs"]
    for gpu in sample["gpus"]:
        row = smi[gpu["uuid"]]
        exact = {"index": str(gpu["index"]), "name": gpu["name"], "driver_version": sample["driver"]}
        found += [f"{name}: {value} and {row[name]}" for name, value in exact.items() if value != row[name]]
        if not row["pci.bus_id"].lower().endswith(gpu["pci"]):
            found.append(f"pci: {gpu['pci']} and {row['pci.bus_id']}")
        memory = (None, None) if gpu["unified"] else (gpu["memory_total"], gpu["memory_used"])
        close = {
            "memory.total": (memory[0] and memory[0] / MIB, 1),
            "memory.used": (memory[1] if memory[1] is None else memory[1] / MIB, 64),
            "temperature.gpu": (gpu["temperature"], 3),
            "power.draw": (gpu["power"], max(25.0, 0.1 * (gpu["power"] or 0))),
            "utilization.gpu": (gpu["utilisation"], 15),
            "clocks.sm": (gpu["clock_sm"], 150),
            "clocks.max.sm": (gpu["clock_sm_max"], 0),
            "clocks.mem": (gpu["clock_memory"], 150),
            "enforced.power.limit": (gpu["power_limit"], 0.02),
        }
        found += [
            f"{name}: {value} and {row[name]}"
            for name, (value, within) in close.items()
            if not is_near(value, row[name], within)
        ]
    return found


def test_figures_are_those_of_nvidia_smi() -> None:
    """Every figure that nvidia-smi shows, too, is the same within what a moment changes."""
    told: list[str] = []
    for _ in range(5):  # the load of other people's jobs may jump between the two
        told = differences(sample_once(), ask_smi())
        if not told:
            return
        time.sleep(0.5)
    pytest.fail("; ".join(told))


def test_a_session_goes_on_and_every_gap_has_its_reason() -> None:
    """The sampler says sample after sample in one session; what this GPU does not have is missing with its reason."""
    command = [sys.executable, "-I", str(ROOT / "workers/machine/gpu_sampler.py"), "--every", "0.2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout
    try:
        lines = [json.loads(process.stdout.readline()) for _ in range(15)]
    finally:
        process.kill()
        process.communicate()
    samples = [line for line in lines if line["kind"] == "sample"]
    for sample in samples:
        check_sample(sample)
        assert sample["status"] == "ok"
    print(
        f"a sample took {min(one['seconds'] for one in samples) * 1e3:.2f} to "
        f"{max(one['seconds'] for one in samples[1:]) * 1e3:.2f} ms, missing: {samples[-1]['gpus'][0]['missing']}"
    )


def test_load_of_a_run_is_attributed_to_it(watching: Machiai, torch_python: str, wait_for: Callable[..., None]) -> None:
    """A torch job's GPU memory and load stand under its run, in `machiai gpus` and `machiai show`."""
    run = watching.detach(torch_python, "-u", "-c", LOAD, "90")
    seen: dict[str, Any] = {}

    def is_attributed() -> bool:
        done = watching.call("gpus", "--json")
        for gpu in json.loads(done.stdout or "[]"):
            for process in gpu["processes"] or ():
                if process["run"] == run and (process["memory"] is None or process["memory"] > HELD):
                    seen.update(gpu=gpu, process=process)
        shown = watching.show(run)["gpu"] or {}
        seen["show"] = shown
        busy = seen.get("gpu", {}).get("utilisation")
        return "process" in seen and (busy is None or busy > 50) and bool(shown.get("gpus"))

    try:
        wait_for(is_attributed, "the run on its GPU", 80)
        process, shown = seen["process"], seen["show"]
        assert process["pid"] and process["user"] == pwd.getpwuid(os.getuid()).pw_name
        assert shown["gpus"][0]["uuid"] == seen["gpu"]["uuid"]
        if process["memory"] is None:
            pytest.skip("the driver does not tell a process's memory here: attribution by process only")
        assert HELD < process["memory"] < HELD + 4096 * MIB
        assert abs(shown["memory"] - process["memory"]) < 512 * MIB
    finally:
        watching.call("stop", run)


def test_out_of_memory_of_a_real_job(watching: Machiai, torch_python: str) -> None:
    """A job that allocates until CUDA refuses has failed, and its cause says why."""
    run = watching.detach(torch_python, "-u", "-c", TOO_MUCH)
    shown = watching.wait_ended(run, 120)
    assert shown["state"] == "failed" and shown["exit_code"] == 1
    assert "out of memory" in shown["cause"].lower() and "cuda" in shown["cause"].lower()
