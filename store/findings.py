"""What is wrong with the machines, from their readings and the events of their parts; pure: nothing is asked here.

A finding's ``words`` are a msgid with places that its ``values`` fill. ``str(finding)`` is English;
:func:`fill` tells it in another language.
"""

from collections.abc import Iterable, Mapping

from store import gpu_findings, host_findings
from store.machines import DISKS, GPUS, HOST, MachineEvent, Reading
from store.symptoms import Finding, Length, Level, Moment, Phrase, Size, fill, number

__all__ = ["LEVELS", "Finding", "Length", "Level", "Moment", "Phrase", "Size", "fill", "find", "messages"]

LEVELS: tuple[Level, ...] = ("bad", "warn", "note")


def find(
    readings: Iterable[Reading],
    events: Iterable[MachineEvent],
    now: float,
    *,
    interval: float = 1.0,
    idle: Mapping[str, float] | None = None,
    swap_growth: Mapping[str, float] | None = None,
    names: Mapping[str, str] | None = None,
) -> list[Finding]:
    """What is wrong, the worst first; nothing wrong is an empty list.

    ``events`` of the last day or more; ``interval`` is how often GPUs are sampled, in seconds. History comes as
    numbers: ``idle``, how many seconds each GPU (by UUID) has done nothing up to now, and ``swap_growth``, by how many
    bytes each host's swap has grown in ten minutes. ``names`` tells runs' names by id.
    """
    kept, befell = list(readings), list(events)
    booted = {
        one.host: one.as_of - uptime
        for one in kept
        if one.kind == HOST and (uptime := number(one.data.get("uptime"))) is not None
    }
    found: list[Finding] = []
    for reading in kept:
        if reading.kind == GPUS:
            found += gpu_findings.find(
                reading, befell, now, interval=interval, booted=booted.get(reading.host), idle=idle, names=names
            )
        elif reading.kind == HOST:
            growth = (swap_growth or {}).get(reading.host, 0.0)
            found += host_findings.find_host(reading, now, swap_growth=growth)
        elif reading.kind == DISKS:
            found += host_findings.find_disks(reading, now)
    return sorted(found, key=lambda one: LEVELS.index(one.level))


def messages() -> list[str]:
    """Every text a finding may show, but those of XIDs: what a translation must have."""
    return [*gpu_findings.WORDS.values(), *host_findings.WORDS.values()]
