"""`machiai gpus`: the GPUs of this machine, who is on them, and what is wrong with them."""

import contextlib
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

import click

from store import runs
from store.database import open_journal
from store.durations import spell
from store.findings import Finding
from store.machines import Reading
from store.settings import Settings, load
from store.sizes import spell_size
from workers.commands import say
from workers.machine import gpu_reading

FIGURES = (
    "utilisation",
    "memory_utilisation",
    "memory_used",
    "memory_total",
    "memory_reserved",
    "unified",
    "temperature",
    "power",
    "power_limit",
    "clock_sm",
    "clock_sm_max",
    "clock_memory",
    "fan",
    "performance_state",
    "throttle",
    "ecc_uncorrected",
    "ecc_corrected",
    "remapped_correctable",
    "remapped_uncorrectable",
    "remap_pending",
    "remap_failed",
    "mig",
)
ICONS = {"bad": ("✖", "red"), "warn": ("!", "yellow"), "note": ("·", None)}
_BAR = 10
_NORMAL = ("ok", "no_library", "no_gpu")
_WITHOUT = {
    "no_library": "this machine has no NVIDIA GPU, or no driver for one; runs are watched all the same",
    "no_gpu": "the NVIDIA driver is loaded, but there is no GPU",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts: a list, an object a GPU.")
def gpus(as_json: bool) -> int:
    """Show the GPUs of this machine: load, memory, temperature, power, and who is on them.

    What the daemon saw last is shown; without one, the GPUs are asked, for at most 10 seconds. The exit code is 1
    where they cannot be asked now; what is shown then is old, and says so.
    """
    settings = load()
    with contextlib.closing(open_journal(settings.journal)) as connection:
        look = gpu_reading.look_at_gpus(connection, settings)
        found = gpu_reading.findings_of(connection, look, settings)
        data = look.reading.data if look.reading else {}
        asked = {process.get("run") for gpu in data.get("gpus") or () for process in gpu.get("processes") or ()}
        asked |= set((data.get("reserved") or {}).values())
        names = {run.id: run.name for one in asked if one and (run := runs.get_run(connection, one)) is not None}
    age = None if look.is_fresh or look.reading is None else max(0.0, time.time() - look.reading.as_of)
    rows = rows_of(look.reading, names, found, age, settings) if look.reading else []
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        _print(rows, data.get("queue") or (), found)
    status = str(data.get("status", "failed"))
    if look.trouble:
        say(look.trouble)
    elif not rows:
        say(str(_WITHOUT.get(status) or data.get("reason") or f"the GPUs cannot be read ({status})"))
    return int(look.trouble is not None or status not in _NORMAL)


def rows_of(
    reading: Reading, names: Mapping[str, str], found: Iterable[Finding], age: float | None, settings: Settings
) -> list[dict[str, Any]]:
    """The rows of ``--json``; ``age`` in seconds where the reading is not of now, ``names`` those of runs by id."""
    told = list(found)
    reserved = reading.data.get("reserved") or {}
    rows = []
    for gpu in reading.data.get("gpus") or ():
        mine = [one for one in told if one.subject == f"gpu:{gpu.get('uuid')}"]
        row = {name: gpu.get(name) for name in ("index", "uuid", "name")}
        row |= {"host": reading.host, "as_of": reading.as_of, "trouble": gpu.get("trouble")}
        row |= {name: gpu.get(name) for name in FIGURES}
        run = reserved.get(gpu.get("uuid"))
        row["reserved"] = None if run is None else {"run": run, "run_name": names.get(run)}
        on = gpu.get("processes")
        row["processes"] = None if on is None else [_process(one, names, settings) for one in on]
        row["findings"] = [
            {"kind": one.kind, "level": one.level, "words": str(one), "since": one.since} for one in mine
        ]
        row["note"] = _note(gpu, age)
        rows.append(row)
    return rows


def _process(process: Mapping[str, Any], names: Mapping[str, str], settings: Settings) -> dict[str, Any]:
    kept = {
        name: process.get(name) for name in ("pid", "kind", "user", "run", "memory", "utilisation", "mig", "visible")
    }
    command = process.get("command")
    return kept | {
        "run_name": names.get(process.get("run") or ""),
        "command": settings.redact(command) if isinstance(command, str) else None,
    }


def _note(gpu: Mapping[str, Any], age: float | None) -> str | None:
    """Why something is null, and how old the rest is."""
    parts = []
    if age is not None:
        parts.append(f"last known {spell(age)} ago")
    if gpu.get("trouble"):
        parts.append(str(gpu.get("note") or gpu["trouble"]))
    reasons: dict[str, list[str]] = {}
    for name, reason in (gpu.get("missing") or {}).items():
        reasons.setdefault(str(reason), []).append(str(name))
    parts += [f"{', '.join(fields)}: {reason}" for reason, fields in reasons.items()]
    return "; ".join(parts) or None


def _print(rows: list[dict[str, Any]], queue: Iterable[Mapping[str, Any]], found: Iterable[Finding]) -> None:
    width = max((len(_short(row["name"])) for row in rows), default=0)
    for row in rows:
        click.echo(
            f"{row['index'] if row['index'] is not None else '?':>2}  {_short(row['name']):<{width}}  {_line(row)}"
        )
    for claim in queue:
        why = f": {claim['why']}" if claim.get("why") else ""
        wants = f"{claim.get('count')} GPU{'' if claim.get('count') == 1 else 's'}"
        click.echo(f"waiting {claim.get('place')}.  {claim.get('name') or claim.get('run')}  {wants}{why}")
    for one in found:
        icon, colour = ICONS[one.level]
        since = f" (since {time.strftime('%m-%d %H:%M', time.localtime(one.since))})" if _tells_since(one) else ""
        click.echo(click.style(icon, fg=colour) + f" {one}{since}")


def _tells_since(finding: Finding) -> bool:
    """Whether the time is worth adding: not where the words have it."""
    return finding.since is not None and finding.kind not in ("xid", "ecc", "idle", "sampler_silent")


def _line(row: Mapping[str, Any]) -> str:
    """What one GPU does, and who is on it."""
    if row["trouble"]:
        return click.style(f"{str(row['trouble']).replace('_', ' ')}: {row['note']}", fg="red")
    parts = [_bar(row["utilisation"])]
    if row["memory_total"] is not None:
        parts.append(f"{_amount(row['memory_used'], row['memory_total']):>16}")
    for value, unit in ((row["temperature"], "°C"), (row["power"], "W")):
        parts.append(f"{'–' if value is None else f'{value:.0f}':>3} {unit}")
    parts.append(_who(row))
    if row["note"] and row["note"].startswith("last known"):
        parts.append(click.style(f"({row['note'].split(';')[0]})", fg="yellow"))
    return "  ".join(parts)


def _bar(share: float | None) -> str:
    if share is None:
        return f"{'·' * _BAR}   – %"
    filled = min(_BAR, round(share / 100 * _BAR)) or int(share > 0)
    return f"{'█' * filled}{'░' * (_BAR - filled)} {share:>3.0f} %"


def _amount(used: float | None, total: float) -> str:
    """``21.0 / 48.0 GiB``"""
    number, unit = spell_size(total).split(" ")
    if used is None:
        return f"– / {number} {unit}"
    return f"{used / total * float(number):.1f} / {number} {unit}" if total else f"{spell_size(used)}"


def _who(row: Mapping[str, Any]) -> str:
    """Runs by name, others by user and command, each once with its memory."""
    held: dict[str, float | None] = {}
    for process in row["processes"] or ():
        if process["run"]:
            name = process["run_name"] or process["run"]
        elif process["visible"] is False and not process["user"]:
            name = f"pid {process['pid']} (not visible here)"
        else:
            name = f"{process['user'] or '?'}: {_program(process['command'] or '?')}"
        before = held.get(name)
        memory = process["memory"]
        held[name] = memory if before is None else before + (memory or 0.0)
    if row["reserved"] is not None:
        name = row["reserved"]["run_name"] or row["reserved"]["run"]
        if name not in held:
            return ", ".join([f"kept for {name}", *map(_spell_holder, held.items())])
    return ", ".join(map(_spell_holder, held.items())) or (
        "free" if row["processes"] is not None else "not known who is on it"
    )


def _program(command: str) -> str:
    """``python train.py``: the program and, of an interpreter, what it runs."""
    words = [word.rpartition("/")[2] for word in command.split(" ") if not word.startswith("-")] or [command]
    return " ".join(words[: 2 if words[0].startswith(("python", "bash", "sh", "torchrun")) else 1])


def _spell_holder(holder: tuple[str, float | None]) -> str:
    name, memory = holder
    return name if memory is None else f"{name} {spell_size(memory)}"


def _short(name: str | None) -> str:
    return (name or "GPU").removeprefix("NVIDIA ").removeprefix("GeForce ")
