"""What the code was when a run started: commit, branch, uncommitted changes, untracked names.

Git is asked without taking its locks (GIT_OPTIONAL_LOCKS=0), so that a commit made at the same moment does not
fail because of us, and with a time limit, because a repository on a slow disk must not hold up a launch.
"""

import os
import re
import select
import subprocess
import time
from pathlib import Path
from typing import Any

GIT_SECONDS = 5.0
PATCH_BYTES = 20_000_000
UNTRACKED_NAMES = 1000
_PATCH_OPTIONS = (
    *("--binary", "--no-color", "--no-ext-diff", "--no-textconv", "--submodule=short", "--unified=3"),
    *("--src-prefix=a/", "--dst-prefix=b/", "HEAD"),  # whatever the user's configuration: `git apply` must take it
)


def find_root(folder: Path) -> Path | None:
    """The top of the git working tree that holds ``folder``, found without asking git."""
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return None


def take(folder: Path, patch: Path) -> dict[str, Any] | None:
    """Describe the code in ``folder`` and write its uncommitted changes to ``patch``; None without git.

    Keys: ``root commit branch remote dirty untracked``; ``patch_bytes`` and ``patch_truncated`` when a patch was
    written; ``note`` says what could not be learnt.
    """
    root = find_root(folder)
    if root is None:
        return None
    found: dict[str, Any] = {
        "root": str(root),
        "commit": None,
        "branch": None,
        "remote": None,
        "dirty": None,
        "untracked": [],
    }
    deadline = time.monotonic() + GIT_SECONDS
    try:
        asked = {
            "commit": _start(root, "rev-parse", "--verify", "HEAD"),
            "branch": _start(root, "symbolic-ref", "--short", "-q", "HEAD"),
            "remote": _start(root, "remote", "get-url", "origin"),
            "status": _start(root, "status", "--porcelain=v1", "-z", "--untracked-files=normal"),
        }
    except OSError as error:
        return {**found, "note": f"git could not be started: {error.strerror}"}
    answers = {name: _finish(process, deadline) for name, process in asked.items()}
    found["commit"] = _line(answers["commit"])
    found["branch"] = _line(answers["branch"])
    found["remote"] = _without_password(_line(answers["remote"]))
    status = answers["status"]
    if status is None:
        found["note"] = f"git did not tell the state of {root} (not answered in {GIT_SECONDS:.0f} s, or refused)"
        return found
    entries = [entry for entry in status.decode("utf-8", "replace").split("\0") if len(entry) > 3]
    found["untracked"] = [entry[3:] for entry in entries if entry.startswith("??")][:UNTRACKED_NAMES]
    found["dirty"] = any(entry[:2] != "??" for entry in entries)
    if found["dirty"] and found["commit"]:
        found |= _write_patch(root, patch, deadline + GIT_SECONDS)
    return found


def _start(root: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        ["git", "-C", str(root), "-c", "core.quotepath=off", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_quiet_environment(),
    )


def _quiet_environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**environment, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}


def _finish(process: "subprocess.Popen[bytes]", deadline: float) -> bytes | None:
    try:
        output, _ = process.communicate(timeout=max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    return output if process.returncode == 0 else None


def _line(output: bytes | None) -> str | None:
    text = (output or b"").decode("utf-8", "replace").strip()
    return text or None


def _without_password(remote: str | None) -> str | None:
    """A remote's address without the user and password some keep in it."""
    return re.sub(r"(?<=://)[^/]*@", "", remote) if remote else None


def _write_patch(root: Path, patch: Path, deadline: float) -> dict[str, Any]:
    process = _start(root, "diff", *_PATCH_OPTIONS)
    assert process.stdout is not None
    patch.parent.mkdir(parents=True, exist_ok=True)
    written, truncated = 0, False
    with patch.open("wb") as file:
        while True:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(process.stdout.fileno(), 1 << 20) if ready else b""
            file.write(chunk[: PATCH_BYTES - written])
            truncated = not ready or written + len(chunk) > PATCH_BYTES
            written = min(PATCH_BYTES, written + len(chunk))
            if truncated or not chunk:
                break
    if truncated:
        process.kill()
    process.stdout.close()
    found: dict[str, Any] = {"patch_bytes": written, "patch_truncated": truncated}
    if process.wait() and not truncated:
        found["note"] = "git could not tell all uncommitted changes"
    return found
