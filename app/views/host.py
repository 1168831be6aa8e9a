"""The rest of the machine: processor, memory, swap and disks as bars with words, and what is wrong with any of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.figures import share
from app.machine import Machine
from app.markup import plain, shorten
from app.views.gpu_words import percent
from app.views.gpus import draw_bar
from app.words import Words, mark
from store import findings
from store.findings import Finding
from store.sizes import spell_size

HOST_STALE = 60.0
DISKS_STALE = 900.0
LEVELS = {
    "bad": ":red[:material/error:]",
    "warn": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}
LABELS = {
    "run folder": mark("run folder"),
    "home": mark("home"),
    "shared memory": mark("shared memory"),
    "temporary files": mark("temporary files"),
}
DAY = 86400.0
DATED = ("sampler_silent", "idle", "ecc", "xid")  # their words tell when


def draw_findings(found: Sequence[Finding], machine: Machine, say: Words) -> None:
    """What is wrong, the worst first, each with what to do about it."""
    if not found:
        return
    with st.container(border=True, gap="xsmall", key="findings"):
        for finding in found:
            text = findings.fill(finding, say.say, length=say.age, moment=lambda epoch: say.moment(epoch, machine.now))
            since = ""
            if finding.since is not None and finding.level != "note" and finding.kind not in DATED:
                since = f" :gray[:small[{plain(say.say('since {time}', time=say.moment(finding.since, machine.now)))}]]"
            st.markdown(f"{LEVELS[finding.level]} {plain(text)}{since}")


def draw_host(machine: Machine, say: Words) -> None:
    """Processor and memory as bars; load, swap and pressure in the small print."""
    st.subheader(say.say("Host"), anchor=False)
    if machine.host is None:
        st.caption(say.say("No reading yet: it comes with the daemon's first minute."))
        return
    data, age = machine.host.data, machine.now - machine.host.as_of
    known = machine.pulse.alive and age < HOST_STALE
    cores = data.get("cores")
    busy = f"**{percent(data.get('cpu'))}** {plain(say.count('of {n} core', 'of {n} cores', int(cores or 0)))}"
    draw_bar(data.get("cpu"), 100.0, f"{plain(say.say('Processor'))} {busy}", known=known)
    total, free = data.get("memory_total"), data.get("memory_available")
    used = total - free if total is not None and free is not None else None
    draw_bar(used, total, f"{plain(say.say('Memory'))} **{plain(share(used, total))}**", known=known)
    swap, swapped = data.get("swap_total"), data.get("swap_used")
    if swap and swapped:
        draw_bar(swapped, swap, f"{plain(say.say('Swap'))} **{plain(share(swapped, swap))}**", known=known)
    st.caption(plain(" · ".join(host_words(data, say))), help=missing(data, say))
    if not known:
        st.caption(plain(say.say("last known {length} ago", length=say.age(age))))


def host_words(data: Mapping[str, Any], say: Words) -> list[str]:
    """``load 3.1, 2.8, 2.2 · pressure 0 % · up 12 d``."""
    load = data.get("load")
    parts = [say.say("load {load}", load=", ".join(f"{one:.1f}" for one in load) if load else "–")]
    if data.get("pressure") is not None:
        parts.append(say.say("{share} waiting for memory", share=percent(data["pressure"])))
    if data.get("swap_total") == 0:
        parts.append(say.say("no swap"))
    elif not data.get("swap_used"):
        parts.append(say.say("swap unused"))
    if data.get("uptime") is not None:
        parts.append(say.say("up {length}", length=say.length(data["uptime"])))
    return parts


def missing(data: Mapping[str, Any], say: Words) -> str | None:
    """Why figures are missing, as Markdown; None where none is."""
    lines = [f"- {plain(name.replace('_', ' '))}: {plain(why)}" for name, why in (data.get("missing") or {}).items()]
    return "\n".join(lines) or None


def draw_disks(machine: Machine, say: Words) -> None:
    """A bar a disk: where, what it is for, how much is free, when it will be full."""
    st.subheader(say.say("Disks"), anchor=False)
    if machine.disks is None:
        st.caption(say.say("No reading yet: it comes with the daemon's first minute."))
        return
    age = machine.now - machine.disks.as_of
    known = machine.pulse.alive and age < DISKS_STALE
    for disk in machine.disks.data.get("disks") or []:
        draw_disk(disk, machine.now, say, known=known)
    if not known:
        st.caption(plain(say.say("last known {length} ago", length=say.age(age))))


def draw_disk(disk: Mapping[str, Any], now: float, say: Words, *, known: bool) -> None:
    """``/home run folder · 410 GiB free of 1.8 TiB · full in about 3 days``."""
    total, free = disk.get("total"), disk.get("free")
    labels = [say.say(LABELS[one]) if one in LABELS else one for one in str(disk.get("label") or "").split(", ") if one]
    parts = [f"**{plain(shorten(str(disk.get('path')), 60))}** {plain(say.say(', ').join(labels))}"]
    if total and free is not None:
        parts.append(plain(say.say("{free} free of {total}", free=spell_size(free), total=spell_size(total))))
    elif disk.get("note"):
        parts.append(plain(disk["note"]))
    full_at = disk.get("full_at")
    if full_at is not None:
        words = plain(full_in(full_at - now, say))
        parts.append(f":orange[{words}]" if full_at - now < 3 * DAY else words)
    draw_bar(total - free if total and free is not None else None, total, " · ".join(parts), known=known)


def full_in(seconds: float, say: Words) -> str:
    """``full in about 3 days``: hours for the first two days, then days."""
    hours = max(1, round(seconds / 3600))
    if hours < 48:
        return say.count("full in about {n} hour", "full in about {n} hours", hours)
    return say.count("full in about {n} day", "full in about {n} days", round(seconds / DAY))
