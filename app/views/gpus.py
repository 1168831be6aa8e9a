"""GPUs as strips: bars with words, who is on each, and what is wrong with it. Full for *Machine*, short for *Now*."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app import status
from app.figures import share
from app.machine import NO_GPU, WORKING, Gpu, Machine
from app.markup import plain, shorten
from app.status import Look
from app.views.gpu_words import (
    BAD_THROTTLES,
    THROTTLES,
    degrees,
    memory_errors,
    percent,
    reasons,
    watts,
    whole,
)
from app.words import Words, mark
from store.runs import Run
from store.sizes import spell_size

RUN_PAGE = "views/run.py"
MOST_PROCESSES = 4
BUSY = 5.0  # per cent: what a display takes now and then is less

AT_WORK = Look(mark("at work"), ":material/play_circle:", "blue", "▶")
HELD = Look(mark("held, idle"), ":material/hourglass_empty:", "orange", "⏳")
KEPT = Look(mark("reserved"), ":material/schedule:", "gray", "…")
FREE = Look(mark("free"), ":material/check_circle:", "green", "✔")
LAST_KNOWN = Look(mark("last known"), ":material/history:", "gray", "?")
TROUBLES = {
    "lost": Look(mark("lost"), ":material/link_off:", "red", "✖"),
    "reset_required": Look(mark("needs a reset"), ":material/restart_alt:", "red", "!"),
    "error": Look(mark("not readable"), ":material/error:", "orange", "!"),
}
SAID = {
    "lost": mark("The driver no longer reaches this GPU; the others go on."),
    "reset_required": mark("It computes nothing before it is reset; the others go on."),
    "error": mark("It does not answer just now; it is asked again every few seconds."),
}


def look_of(gpu: Gpu, machine: Machine) -> Look:
    """What a GPU is doing, in a word."""
    trouble = gpu.get("trouble")
    if trouble:
        return TROUBLES.get(str(trouble), TROUBLES["error"])
    if any(finding.kind == "idle" for finding in machine.findings_of(gpu)):
        return HELD
    if any(one.get("kind") in WORKING for one in gpu.get("processes") or []):
        return AT_WORK
    if machine.reserved_for(gpu):
        return KEPT
    if gpu.get("processes") is None and not gpu.get("utilisation"):
        return status.UNKNOWN
    return AT_WORK if (gpu.get("utilisation") or 0) > BUSY else FREE


def draw_strips(machine: Machine, say: Words) -> None:
    """All GPUs of the machine, two beside each other where there is room."""
    cards = machine.cards
    for begin in range(0, len(cards), 2):
        some = cards[begin : begin + 2]
        columns = st.columns(2 if len(cards) > 1 else 1, gap="small")
        for gpu, column in zip(some, columns, strict=False):
            with column:
                draw_strip(gpu, machine, say)


def draw_strip(gpu: Gpu, machine: Machine, say: Words) -> None:
    """One GPU: its state, two bars with their words, the small print, who is on it."""
    known = machine.is_heard
    with st.container(border=True, gap="xsmall", key=f"gpu-{gpu.get('uuid') or gpu.get('index')}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            status.draw_badge(look_of(gpu, machine) if known else LAST_KNOWN, say)
            name = f"**GPU {gpu.get('index')}** :gray[{plain(shorten(str(gpu.get('name') or ''), 48))}]"
            st.markdown(name, width="content")
        if gpu.get("trouble"):
            draw_trouble(gpu, say)
            return
        draw_bars(gpu, say, known=known)
        draw_small_print(gpu, say)
        for instance in gpu.get("mig") or []:
            draw_instance(instance, say, known=known)
        draw_who(gpu, machine, say, known=known)


def draw_trouble(gpu: Gpu, say: Words) -> None:
    """What befell a GPU; what to do about it is among the findings."""
    words = SAID.get(str(gpu.get("trouble"))) or SAID["error"]
    st.markdown(f":small[{plain(say.say(words))}]")
    if gpu.get("note") and gpu.get("trouble") == "error":
        st.caption(plain(gpu["note"]))


def draw_bars(gpu: Gpu, say: Words, *, known: bool) -> None:
    """Utilisation with temperature and power; memory. Figures that no longer hold get words, no bar."""
    power = watts(gpu)
    work = [f"**{percent(gpu.get('utilisation'))}**", degrees(gpu.get("temperature")), power]
    held = share(gpu.get("memory_used"), gpu.get("memory_total"))
    memory = f"**{plain(held)}**" + (f" {plain(say.say('shared with the machine'))}" if gpu.get("unified") else "")
    with st.container(horizontal=True, gap="medium"):
        draw_bar(gpu.get("utilisation"), 100.0, " · ".join(work), known=known)
        draw_bar(gpu.get("memory_used"), gpu.get("memory_total"), memory, known=known)


def draw_bar(value: float | None, whole: float | None, text: str, *, known: bool) -> None:
    """A bar under its words (Markdown); the words alone, in grey, where there is no figure or it is of the past."""
    if value is None or not whole or not known:
        st.markdown(f":small[:gray[{text}]]", width="stretch")
    else:
        st.progress(min(1.0, max(0.0, value / whole)), text=f":small[{text}]", width="stretch")


def draw_small_print(gpu: Gpu, say: Words) -> None:
    """Fan, clocks, what holds it back, errors of its memory; what is not known, with the reason on hover."""
    clock, most = gpu.get("clock_sm"), gpu.get("clock_sm_max")
    fan = gpu.get("fan")
    parts = [say.say("fan {share}", share=percent(fan))]
    parts.append(f"{clock:,.0f} / {most:,.0f} MHz" if clock is not None and most else f"{whole(clock)} MHz")
    if gpu.get("clock_memory") is not None:
        parts.append(say.say("memory {clock} MHz", clock=whole(gpu["clock_memory"])))
    parts = [plain(part) for part in parts]
    for name in gpu.get("throttle") or []:
        if name in THROTTLES:
            words = plain(say.say(THROTTLES[name]))
            parts.append(f":orange[{words}]" if name in BAD_THROTTLES else words)
    parts += [plain(part) for part in memory_errors(gpu, say)]
    st.caption(" · ".join(parts), help=reasons(gpu, say))


def draw_instance(instance: Mapping[str, Any], say: Words, *, known: bool) -> None:
    """One MIG instance: the driver tells its memory, not its utilisation."""
    used, total = instance.get("memory_used"), instance.get("memory_total")
    text = plain(f"MIG {instance.get('index')} · {instance.get('name') or ''} · {share(used, total)}")
    draw_bar(used, total, text, known=known)


def draw_who(gpu: Gpu, machine: Machine, say: Words, *, known: bool) -> None:
    """Runs as links, other people's processes by owner and command, and the run it is kept for."""
    processes = list(gpu.get("processes") or [])
    run_ids = list(dict.fromkeys(str(one["run"]) for one in processes if one.get("run")))
    for run_id in run_ids:
        some = [one for one in processes if one.get("run") == run_id]
        draw_run(machine.runs.get(run_id), run_id, amount(some))
    reserved = machine.reserved_for(gpu)
    if reserved and reserved not in run_ids:
        draw_run(machine.runs.get(reserved), reserved, say.say("reserved; it has not begun to compute"))
    others = [one for one in processes if not one.get("run")]
    said = [plain(describe(one, say)) for one in others[:MOST_PROCESSES]]
    lines = [f":small[{one}]" if known else f":small[:gray[{one}]]" for one in said]
    if len(others) > MOST_PROCESSES:
        left = len(others) - MOST_PROCESSES
        lines.append(f":small[:gray[{plain(say.count('and {n} more', 'and {n} more', left))}]]")
    if lines:
        st.markdown("  \n".join(lines))


def draw_run(run: Run | None, run_id: str, text: str) -> None:
    """A run by name, leading to its page, with what it has of the GPU."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        label = f"**{plain(shorten(run.name, 40))}**" if run else plain(run_id)
        st.page_link(RUN_PAGE, label=label, icon=":material/play_circle:", query_params={"id": run_id})
        st.markdown(f":small[:gray[{plain(text)}]]", width="content")


def describe(process: Mapping[str, Any], say: Words) -> str:
    """``kana · python train.py · pid 4711 · 3.2 GiB · 40 %``."""
    pid = say.say("pid {pid}", pid=process.get("pid"))
    if process.get("visible") is False:
        return " · ".join([say.say("{pid} (not visible from here)", pid=pid), amount([process])])
    who = process.get("user") or say.say("unknown user")
    return " · ".join([str(who), shorten(str(process.get("command") or "–"), 60), pid, amount([process])])


def amount(processes: list[Mapping[str, Any]]) -> str:
    """What these processes have of a GPU together: memory, and utilisation where the driver tells it."""
    memory = [one["memory"] for one in processes if one.get("memory") is not None]
    work = [one["utilisation"] for one in processes if one.get("utilisation") is not None]
    parts = [spell_size(sum(memory) if memory else None)]
    if work:
        parts.append(percent(min(100.0, sum(work))))
    return " · ".join(parts)


def draw_short(machine: Machine, say: Words) -> None:
    """A line and a bar a GPU, under a heading that leads to the page *Machine*; nothing where there is no GPU."""
    if not machine.cards or machine.status in NO_GPU:
        return
    known = machine.is_heard
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(say.say("GPUs"), anchor=False, width="content")
        st.page_link("views/machine.py", label=say.say("Machine"), icon=":material/memory:")
    with st.container(border=True, gap="small", key="gpus-short"):
        for gpu in machine.cards:
            text = f"**GPU {gpu.get('index')}** {short_line(gpu, machine, say)}"
            draw_bar(gpu.get("utilisation"), 100.0, text, known=known and not gpu.get("trouble"))
        if not known:
            st.caption(plain(say.say("last known {length} ago", length=say.age(machine.gpu_age))))


def short_line(gpu: Gpu, machine: Machine, say: Words) -> str:
    """``97 % · 21.0 / 24.0 GiB · 71 °C · 412 W · resnet-aug``, as Markdown."""
    look = look_of(gpu, machine)
    if gpu.get("trouble"):
        return f"{look.icon} {plain(say.say(look.word))}"
    parts = [percent(gpu.get("utilisation")), plain(share(gpu.get("memory_used"), gpu.get("memory_total")))]
    parts += [degrees(gpu.get("temperature")), f"{whole(gpu.get('power'))} W"]
    ids = dict.fromkeys(one["run"] for one in gpu.get("processes") or [] if one.get("run"))
    names = [machine.runs[run_id].name if run_id in machine.runs else run_id for run_id in ids]
    if look is HELD:
        parts.append(f":orange[{plain(say.say(look.word))}]")
    if names:
        parts.append(plain(shorten(", ".join(names), 40)))
    elif look is not HELD:
        users = dict.fromkeys(
            one["user"] for one in gpu.get("processes") or [] if one.get("user") and one.get("kind") in WORKING
        )
        parts.append(plain(shorten(", ".join(users), 40) if users else say.say(look.word)))
    return " · ".join(parts)
