"""What was typed and sent, and cannot be in the journal yet: the dashboard's process keeps it, one for all tabs.

A copy lies in the data folder: a reload, another tab, a journal that is busy or a dashboard that is started again cost
nothing.
"""

import contextlib
import json
import logging
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

_LOCK = threading.RLock()
_KNOWN: dict[Path, Any] = {}
logger = logging.getLogger("app")


def read(path: Path) -> Any:
    """What was written last for that file, as JSON has it; None where that is nothing, or where it cannot be read."""
    with _LOCK:
        if path not in _KNOWN:
            _KNOWN[path] = None
            with contextlib.suppress(OSError, ValueError):
                _KNOWN[path] = json.loads(path.read_text(encoding="utf-8"))
        return _KNOWN[path]


def write(path: Path, data: Any) -> None:
    """Keep ``data``, None for nothing. That the copy cannot be kept is no reason to disturb who types."""
    with _LOCK:
        _KNOWN[path] = data
        try:
            if data is None:
                path.unlink(missing_ok=True)
                return
            number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
            with os.fdopen(number, "w", encoding="utf-8") as file:
                json.dump(data, file, ensure_ascii=False)
            Path(name).replace(path)
        except OSError as error:
            logger.warning("%s cannot be kept: %s", path, error)
