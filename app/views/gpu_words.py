"""What a GPU's figures are called, how they are written, and why some are missing."""

from collections.abc import Mapping
from typing import Any

from app.machine import Gpu
from app.markup import plain
from app.words import Words, mark

THROTTLES = {
    "applications_clocks": mark("clocks set by a user"),
    "display_clock": mark("clocks set for the display"),
    "sw_power_cap": mark("at its power limit"),
    "sync_boost": mark("clocks in step with other GPUs"),
    "sw_thermal": mark("slowed by heat"),
    "hw_thermal": mark("slowed by heat, by the hardware itself"),
    "hw_slowdown": mark("slowed by the hardware: heat or power"),
    "power_brake": mark("slowed by the power supply"),
}
BAD_THROTTLES = ("sw_thermal", "hw_thermal", "hw_slowdown", "power_brake")
FIELDS = {
    "utilisation": mark("utilisation"),
    "memory_used": mark("memory in use"),
    "memory_total": mark("memory"),
    "temperature": mark("temperature"),
    "power": mark("power"),
    "power_limit": mark("power limit"),
    "fan": mark("fan"),
    "clock_sm": mark("clock"),
    "clock_memory": mark("memory clock"),
    "throttle": mark("throttling"),
    "processes": mark("processes"),
    "process_memory": mark("memory of processes"),
    "process_utilisation": mark("utilisation of processes"),
}
REASONS = (
    mark("not supported by this GPU"),
    mark("no permission to read it"),
    mark("the driver has no figure for it"),
    mark("not known to this version of the driver"),
    mark("the GPU is lost"),
    mark("the GPU needs a reset"),
    mark("the driver answers: unknown error"),
    mark("not told while the GPU is split into instances (MIG)"),
    mark("the driver does not tell it here"),
)
"""What the sampler gives as reasons, so that they can be said in other languages."""


def memory_errors(gpu: Gpu, say: Words) -> list[str]:
    """ECC errors and remapped rows, where there are any."""
    parts = []
    broken, mended = gpu.get("ecc_uncorrected") or 0, gpu.get("ecc_corrected") or 0
    rows = (gpu.get("remapped_correctable") or 0) + (gpu.get("remapped_uncorrectable") or 0)
    if broken:
        parts.append(say.count("{n} memory error", "{n} memory errors", broken))
    if mended:
        parts.append(say.count("{n} memory error corrected", "{n} memory errors corrected", mended))
    if rows:
        parts.append(say.count("{n} row of memory replaced", "{n} rows of memory replaced", rows))
    if gpu.get("remap_pending"):
        parts.append(say.say("a row is replaced at the next reset"))
    if gpu.get("remap_failed"):
        parts.append(say.say("replacing a row failed"))
    return parts


def reasons(gpu: Gpu, say: Words) -> str | None:
    """Why figures that a strip shows are missing, a line a reason, as Markdown; None where none is."""
    missing: Mapping[str, Any] = gpu.get("missing") or {}
    named: dict[str, list[str]] = {}
    for name, word in FIELDS.items():
        if name in missing:
            named.setdefault(str(missing[name]), []).append(say.say(word))
    lines = [f"- {plain(say.say(', ').join(names))}: {plain(say.say(why))}" for why, names in named.items()]
    return "\n".join(lines) or None


def percent(value: float | None) -> str:
    """``97 %``, ``–`` for none."""
    return "–" if value is None else f"{value:.0f} %"


def degrees(value: float | None) -> str:
    """``71 °C``."""
    return "–" if value is None else f"{value:.0f} °C"


def watts(gpu: Gpu) -> str:
    """``412 / 450 W``."""
    limit = gpu.get("power_limit")
    return f"{whole(gpu.get('power'))} / {whole(limit)} W" if limit else f"{whole(gpu.get('power'))} W"


def whole(value: float | None) -> str:
    """A number without decimals, ``–`` for none."""
    return "–" if value is None else f"{value:,.0f}"
