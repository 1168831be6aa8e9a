"""Where the dashboard is: what an alert and the first line of a run link to."""

import contextlib
import json
import os

from store.settings import Settings

HOST = "127.0.0.1"
_FILE = "dashboard.json"


def find(settings: Settings) -> str:
    """The dashboard's address: the setting, else that of the one started last on this data folder."""
    if settings.dashboard_url:
        return settings.dashboard_url
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((settings.home / _FILE).read_text())["url"])
    return f"http://{HOST}:{settings.port}"


def remember(settings: Settings, url: str) -> None:
    """Write down where a dashboard was started."""
    temporary = settings.home / f".{_FILE}.{os.getpid()}"
    temporary.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    temporary.replace(settings.home / _FILE)
