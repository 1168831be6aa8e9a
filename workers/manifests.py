"""What ``run.json`` says of a run: read, checked, and without the token before it enters the journal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from store.runs import Run
from store.settings import Settings
from workers.runs import rundir

LAUNCH_SECONDS = 5.0
"""How long a launch may go on unseen: one that fails takes its directory away again, and was never a run."""


def read_manifest(directory: Path) -> dict[str, Any]:
    """The ``run.json`` of a run directory; ValueError says why it is none that can be read."""
    manifest = rundir.read_json(directory / rundir.MANIFEST)
    if manifest is None:
        raise ValueError("it has no run.json that can be read")
    if float(manifest.get("format", rundir.FORMAT)) > rundir.FORMAT:
        raise ValueError(f"it was written by a newer Machiai (format {manifest['format']}); update this checkout")
    if manifest.get("id") != directory.name:
        raise ValueError(f"its run.json is that of {manifest.get('id')!r}")
    if type(manifest.get("created")) not in (int, float):
        raise ValueError("its run.json does not say when the run was made")
    return manifest


def is_launching(directory: Path, manifest: Mapping[str, Any], now: float) -> bool:
    """Whether a run has only just been made, and its supervisor has not been heard yet."""
    folder = rundir.attempt_folder(directory, 1)
    return abs(now - manifest["created"]) < LAUNCH_SECONDS and not (
        (folder / rundir.BEAT).exists() or (folder / rundir.EXIT).exists()
    )


def redacted(manifest: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The manifest without the token, wherever in it that stood."""
    plain = {name: settings.redact(value) for name, value in manifest.items() if isinstance(value, str)}
    listed = {
        name: [settings.redact(str(word)) for word in manifest.get(name) or []] for name in ("argv", "tags", "alerts")
    }
    mapped = {
        name: {key: settings.redact(str(value)) for key, value in (manifest.get(name) or {}).items()}
        for name in ("params", "environment")
    }
    return {**manifest, **plain, **listed, **mapped}


def manifest_of(run: Run) -> dict[str, Any]:
    """What is needed of a run's manifest, from its file while that is there and its own, else from the journal."""
    names = ("id", "created", "host", "argv", "cwd", "engine")
    known = {name: getattr(run, name) for name in names}
    found = rundir.read_json(Path(run.directory) / rundir.MANIFEST) or {}
    return {**found, **known, "project_root": found.get("project_root") or run.cwd}
