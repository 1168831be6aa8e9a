"""The daemon as a systemd user unit: alerts survive logout and, with lingering, a reboot."""

import getpass
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from store.settings import Settings

UNIT = "machiai.service"


def unit_text(settings: Settings) -> str:
    """The unit; systemd's own specifiers and quotes in paths are escaped (systemd.service(5), "COMMAND LINES")."""
    return f"""[Unit]
Description=Machiai: watches training runs and sends alerts

[Service]
ExecStart={_quote(sys.executable)} -I -m workers.cli daemon
Environment={_quote(f"MACHIAI_HOME={settings.home}")}
Restart=on-failure
RestartSec=5
# a run is never a part of this unit, and stopping it must not reach one
KillMode=process

[Install]
WantedBy=default.target
"""


def unit_path() -> Path:
    """Where the unit lies: the user's systemd folder."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "systemd" / "user" / UNIT


def install(settings: Settings, say: Callable[[str], None]) -> int:
    """Write the unit and start it; where systemd is not running, print it and say so."""
    path = unit_path()
    text = unit_text(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    say(f"wrote {path}")
    if not _is_running():
        say("systemd does not run for this user here, so the unit was not started. It says:\n")
        say(text)
        say(f"Where systemd runs: systemctl --user enable --now {UNIT}")
        return 0
    for arguments in (["daemon-reload"], ["enable", "--now", UNIT]):
        done = subprocess.run(["systemctl", "--user", *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            say(f"systemctl --user {' '.join(arguments)} failed: {done.stderr.strip()}")
            return 1
    say(f"the daemon runs as {UNIT}; systemctl --user status {UNIT} shows it")
    say(f"To keep it after logout and start it at boot: loginctl enable-linger {getpass.getuser()}")
    return 0


def remove(say: Callable[[str], None]) -> int:
    """Stop the unit and delete it; nothing happens to runs."""
    path = unit_path()
    if not path.exists():
        say(f"there is no {path}")
        return 0
    if _is_running():
        subprocess.run(["systemctl", "--user", "disable", "--now", UNIT], capture_output=True, check=False)
    path.unlink()
    if _is_running():
        subprocess.run(["systemctl", "--user", "daemon-reload"], capture_output=True, check=False)
    say(f"removed {path}; runs go on, alerts wait for the next daemon")
    return 0


def _is_running() -> bool:
    try:
        done = subprocess.run(
            ["systemctl", "--user", "show", "--property=Version"],
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
