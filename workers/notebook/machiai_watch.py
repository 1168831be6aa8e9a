"""Tell my phone when this is done: for notebooks, Colab and any script, where Machiai's dashboard is not.

Copy this one file next to your code; it needs nothing but Python 3.8.

    from machiai_watch import watch

    with watch("finetune"):
        train()

    @watch                      # or @watch("finetune"); coroutines and generators too
    def train(): ...

    %load_ext machiai_watch     # in a notebook, once; then at the top of a cell:
    %%watch finetune

The end of it, or its exception, becomes a push of your Pushbullet account. The access token is looked for in the
variables MACHIAI_PUSHBULLET_TOKEN and PUSHBULLET_TOKEN, in ~/.config/machiai/pushbullet_token, ~/.machiai/
pushbullet_token, and on a mounted Google Drive in MyDrive/machiai/pushbullet_token; MACHIAI_TOKEN_FILE names another
file. It is never written in the code. ``python machiai_watch.py --test`` tries it.

What is watched cannot be hurt: files and network are the business of a process of its own, which goes on trying for
some minutes while your code has long gone on. Your Ctrl-C is not told to your phone.
"""

from __future__ import annotations

import base64
import contextlib
import contextvars
import functools
import hashlib
import inspect
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any, Callable

HARMLESS = contextlib.suppress(Exception)
"""Around what is ours: whatever goes wrong with a push must not reach the code that is watched, nor fill its output."""
HAND_OVER_SECONDS = 1.0
"""The longest that the watched code can be kept waiting at its end."""
TRY_SECONDS = 600.0
REQUEST_SECONDS = 15.0
HANDLED_SECONDS = 20.0
"""Under `machiai run`, how long an exception may take to end the process, which Machiai then tells by itself."""
TOKEN_VARIABLES = ("MACHIAI_PUSHBULLET_TOKEN", "PUSHBULLET_TOKEN")
TOKEN_FILES = (
    "~/.config/machiai/pushbullet_token",
    "~/.machiai/pushbullet_token",
    "/content/drive/MyDrive/machiai/pushbullet_token",
    "/content/drive/My Drive/machiai/pushbullet_token",
)
TITLE_LIMIT = 100
BODY_LIMIT = 1500
_OF_THE_RUN = ("MACHIAI_RUN_ID", "MACHIAI_RUN_DIR")  # by these a run's processes are known, and the sender is none
_PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
_MAGIC = re.compile(r"\A\s*%%watch(?:[ \t]+(?P<name>[^\n]*))?(?:\n|\Z)")
_JAPANESE = {
    "finished in {length}": "{length}で完了",
    "crashed after {length}": "クラッシュ({length}後)",
    "at {place}": "場所: {place}",
    "on {host}": "{host}",
    "{n} d": "{n} 日",
    "{n} h": "{n} 時間",
    "{n} m": "{n} 分",
    "{n} s": "{n} 秒",
    "Machiai can reach you": "Machiai から通知できます",
    "This is how you will be told when your code ends.": "コードが終わると、このようにお知らせします。",
}
_depth: contextvars.ContextVar[tuple[int, ...]] = contextvars.ContextVar("machiai_watch", default=())


class watch:  # noqa: N801 - read as a verb: ``with watch("finetune")``
    """Push to the phone when a block or function ends, or fails; as context manager and as decorator.

    ``name`` is what the push calls it, a function's own name by default. With ``only="crash"`` a good end is not told,
    ``at_least`` is how many seconds a good end must have taken to be told.
    """

    def __init__(self, name: Any = None, *, only: str = "", at_least: float = 0.0) -> None:
        self._name = name if isinstance(name, str) else ""
        self._key = id(self)
        self._only = only
        self._at_least = at_least
        self._began: list[tuple[float, int, contextvars.Token[tuple[int, ...]]]] = []

    def __new__(cls, name: Any = None, **options: Any) -> Any:
        """``@watch`` without brackets decorates at once."""
        made = super().__new__(cls)
        if callable(name):
            made.__init__()  # type: ignore[misc]
            return made(name)
        return made

    def __enter__(self) -> watch:
        self._began.append((time.monotonic(), os.getpid(), _depth.set((*_depth.get(), self._key))))
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        began, pid, mark = self._began.pop()
        try:
            _depth.reset(mark)
        except ValueError:  # left in another context than entered, as a generator may be
            pass
        if pid != os.getpid() or self._key in _depth.get():
            return  # a forked child leaves the block too; a recursive call is part of the outermost
        self._tell(time.monotonic() - began, error)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        name = self._name or getattr(function, "__name__", "")
        mine = watch(name, only=self._only, at_least=self._at_least)
        if inspect.isasyncgenfunction(function):
            print(
                "machiai_watch: an asynchronous generator cannot be watched; put `with watch(…)` in it.",
                file=sys.stderr,
            )
            return function
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def waiting(*args: Any, **kwargs: Any) -> Any:
                with mine._again():
                    return await function(*args, **kwargs)

            return waiting
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def yielding(*args: Any, **kwargs: Any) -> Any:
                with mine._again():
                    return (yield from function(*args, **kwargs))

            return yielding

        @functools.wraps(function)
        def calling(*args: Any, **kwargs: Any) -> Any:
            with mine._again():
                return function(*args, **kwargs)

        return calling

    def _again(self) -> watch:
        """Another one for the same, for a call of its own: calls of several threads overlap."""
        other: watch = watch(self._name, only=self._only, at_least=self._at_least)
        other._key = self._key
        return other

    def _tell(self, seconds: float, error: BaseException | None) -> None:
        with HARMLESS:
            tell(self._name, seconds, error, only=self._only, at_least=self._at_least)


def tell(name: str, seconds: float, error: BaseException | None, *, only: str = "", at_least: float = 0.0) -> bool:
    """Push the end of something that took ``seconds``; whether there was anything to push."""
    if isinstance(error, SystemExit) and error.code in (None, 0):
        error = None
    if error is not None and _is_wish(error):
        return False
    if error is None and (only == "crash" or seconds < at_least or _rank() > 0):
        return False
    title, body = compose(name or _script(), seconds, error)
    job = {"title": title, "body": body, "guid": _guid(name, error), "after_rank": _rank()}
    if error is not None and os.environ.get("MACHIAI_RUN_ID"):
        job["unless_gone"] = os.getpid()
    hand_over(job)
    return True


def push(title: str, body: str = "") -> None:
    """Push words of your own."""
    hand_over(
        {"title": _short(title, TITLE_LIMIT), "body": _short(body, BODY_LIMIT), "guid": "machiai-" + uuid.uuid4().hex}
    )


def compose(name: str, seconds: float, error: BaseException | None) -> tuple[str, str]:
    """Title and body of a push, in Japanese where the language of this process is."""
    name = " ".join(name.split())
    length = spell(seconds)
    host = _say("on {host}", host=socket.gethostname()) if not _is_private() else ""
    if error is None:
        return _short("✔ " + _say("finished in {length}", length=length) + " — " + name, TITLE_LIMIT), host
    try:
        words = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1]
    except Exception:
        words = type(error).__name__
    head = "✖ " + _say("crashed after {length}", length=length)
    room = TITLE_LIMIT - len(head) - min(len(name), 40) - 5
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename and frame.filename != __file__] or frames
    place = ""
    if own and not _is_private():
        shown = os.path.basename(own[-1].filename)
        cell = re.match(r"(?:ipykernel_\d+|<ipython-input-(\d+))", shown) or "ipykernel" in own[-1].filename
        place = _say("at {place}", place=f"{'cell' if cell else shown}:{own[-1].lineno}, {own[-1].name}")
    title = f"{head}: {_short(words, max(20, room))} — {_short(name, 40)}"
    return _short(title, TITLE_LIMIT), _short("\n".join(filter(None, (words, place, host))), BODY_LIMIT)


def spell(seconds: float) -> str:
    """``3 h 12 m``, ``12 m 5 s``, ``0.4 s``."""
    if seconds < 10:
        return _say("{n} s", n=f"{seconds:.1f}")
    whole = round(seconds)
    units = [
        ("{n} d", whole // 86400),
        ("{n} h", whole // 3600 % 24),
        ("{n} m", whole // 60 % 60),
        ("{n} s", whole % 60),
    ]
    first = next(place for place, (_, count) in enumerate(units) if count)
    return " ".join(_say(form, n=count) for form, count in units[first : first + 2] if count)


def hand_over(job: dict[str, Any]) -> None:
    """Give a push to a process of its own, waiting at most HAND_OVER_SECONDS for that; never raises an Exception."""
    job = {**job, "asked": time.time()}
    worker = threading.Thread(target=_start_sender, args=(job,), name="machiai_watch", daemon=True)
    try:
        worker.start()
        worker.join(HAND_OVER_SECONDS)
    except RuntimeError:  # no thread can be started, as at the very end of the interpreter
        _start_sender(job)


def _start_sender(job: dict[str, Any]) -> None:
    text = json.dumps(job).encode()
    try:
        # Popen is not waited for: the sender outlives this process, and is nobody's zombie for long
        sender = subprocess.Popen(
            [sys.executable, "-I", os.path.abspath(__file__), "--send"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/" if os.name == "posix" else None,
            env={name: value for name, value in os.environ.items() if name not in _OF_THE_RUN},
            start_new_session=True,
        )
        assert sender.stdin is not None
        sender.stdin.write(text)
        sender.stdin.close()
        threading.Thread(target=sender.wait, name="machiai_watch sent", daemon=True).start()
    except Exception:  # no process can be started here, so it is tried from within
        with HARMLESS:
            send(job, until=time.monotonic() + REQUEST_SECONDS)


def send(job: dict[str, Any], *, until: float, environ: Any = None) -> str:
    """Push ``job``, trying until then (monotonic); ``sent``, or why not. Runs in the sender's process."""
    environ = os.environ if environ is None else environ
    token = find_token(environ)
    if not token:
        return "no access token: set PUSHBULLET_TOKEN or write it to " + TOKEN_FILES[0]
    base = re.sub(r"(/v2)?/*$", "", environ.get("MACHIAI_PUSHBULLET_URL", "") or "https://api.pushbullet.com")
    fields = {"type": "note", "title": job["title"], "body": job["body"], "guid": job["guid"]}
    fields = {key: value.replace(token, "•••") for key, value in fields.items()}
    unsure = bool(job.get("after_rank"))
    error = "not tried"
    for number in range(10_000):
        if unsure and _is_there(base, token, job):
            return "sent"
        status, error, after = _request(base + "/v2/pushes", token, fields)
        if status == 200:
            return "sent"
        if status in (400, 401, 403, 404):
            return error
        unsure = status == 0 or status >= 500
        pause = after or _PAUSES[min(number, len(_PAUSES) - 1)]
        if time.monotonic() + pause > until:
            break
        time.sleep(pause)
    return error


def find_token(environ: Any) -> str:
    """The access token: from a variable, else from the first file that has one."""
    for name in TOKEN_VARIABLES:
        if environ.get(name, "").strip():
            return _clean(environ[name])
    for path in filter(None, (environ.get("MACHIAI_TOKEN_FILE"), *TOKEN_FILES)):
        try:
            with open(os.path.expanduser(path), encoding="utf-8-sig") as file:
                found = _clean(file.read(4096))
        except (OSError, UnicodeDecodeError):
            continue
        if found:
            return found
    return ""


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext machiai_watch``: cells that begin with ``%%watch name`` are told.

    The line is turned into a comment before the cell runs, and the end of the cell is heard of: the cell itself runs as
    it always does, with its output, its ``await`` and its traceback.
    """
    unload_ipython_extension(shell)
    began: dict[str, float] = {}

    def strip(lines: list[str]) -> list[str]:
        if lines and _MAGIC.match(lines[0]):
            return ["# " + lines[0].lstrip(), *lines[1:]]
        return lines

    def before(info: Any = None) -> None:
        began["cell"] = time.monotonic()

    def after(result: Any = None) -> None:
        with HARMLESS:
            found = _MAGIC.match(getattr(getattr(result, "info", None), "raw_cell", "") or "")
            if found and result.error_before_exec is None and "cell" in began:
                tell((found["name"] or "").strip() or "cell", time.monotonic() - began["cell"], result.error_in_exec)

    shell.input_transformers_cleanup.insert(0, strip)
    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
    shell._machiai_watch = (strip, before, after)


def unload_ipython_extension(shell: Any) -> None:
    """Take it out again."""
    hooks = getattr(shell, "_machiai_watch", None)
    if hooks:
        strip, before, after = hooks
        shell.input_transformers_cleanup.remove(strip)
        shell.events.unregister("pre_run_cell", before)
        shell.events.unregister("post_run_cell", after)
        del shell._machiai_watch


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _request(url: str, token: str, fields: dict[str, str] | None = None) -> tuple[int, str, float]:
    """Status (0 where no whole answer came), words or body, and how long to wait where that was said."""
    local = (urllib.parse.urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1")
    opener = urllib.request.build_opener(_NoRedirect(), *([urllib.request.ProxyHandler({})] if local else []))
    login = base64.b64encode(f"{token}:".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    data = None if fields is None else json.dumps(fields).encode()
    try:
        request = urllib.request.Request(url, data=data, headers=headers)
        with opener.open(request, timeout=REQUEST_SECONDS) as answer:
            body = answer.read().decode("utf-8", "replace")
            if not isinstance(json.loads(body), dict):
                raise ValueError
            return 200, body, 0.0
    except urllib.error.HTTPError as failure:
        asked = failure.headers.get("Retry-After", "")
        wait = min(float(asked), 300.0) if asked.isdigit() else 0.0
        return failure.code, f"Pushbullet answered {failure.code}", wait
    except Exception as failure:
        return 0, f"cannot reach Pushbullet: {type(failure).__name__}", 0.0


def _is_there(base: str, token: str, job: dict[str, Any]) -> bool:
    """Whether an earlier try arrived after all, or another process has told the same."""
    since = float(job.get("asked", time.time())) - 3600.0
    status, body, _ = _request(f"{base}/v2/pushes?modified_after={since}&limit=200", token)
    pushes = json.loads(body).get("pushes") if status == 200 else None
    return any(isinstance(one, dict) and one.get("guid") == job["guid"] for one in pushes or ())


def _clean(text: str) -> str:
    """The token in a file or variable: alone, or as ``PUSHBULLET_TOKEN = "…"``."""
    found = re.search(r"^[ \t]*(?:MACHIAI_)?PUSHBULLET_TOKEN[ \t]*=[ \t]*(.*)$", text, re.IGNORECASE | re.MULTILINE)
    lines = (found[1] if found else text).strip().splitlines()
    token = lines[0].strip().strip("\"'") if lines else ""
    return token if token.isascii() and token.isprintable() and " " not in token else ""


def _is_wish(error: BaseException) -> bool:
    """Whether the user, or the code itself, wanted it to end."""
    return isinstance(error, (KeyboardInterrupt, GeneratorExit)) or type(error).__name__ == "CancelledError"


def _rank() -> int:
    """Which of several processes that train together this is."""
    rank = os.environ.get("RANK") or os.environ.get("SLURM_PROCID") or "0"
    return int(rank) if rank.isdigit() else 0


def _guid(name: str, error: BaseException | None) -> str:
    """A name for the push: the same in all processes that train together, so that one crash is one push."""
    if os.environ.get("RANK") is None:
        return "machiai-" + uuid.uuid4().hex
    job = [os.environ.get(key, "") for key in ("TORCHELASTIC_RUN_ID", "SLURM_JOB_ID", "MASTER_ADDR", "MASTER_PORT")]
    words = "/".join([name, *job, str(os.getppid()), "crash" if error is not None else uuid.uuid4().hex])
    return "machiai-" + hashlib.sha256(words.encode()).hexdigest()[:32]


def _script() -> str:
    return os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] else "python"


def _is_private() -> bool:
    return os.environ.get("MACHIAI_PRIVATE", "").strip().lower() in ("1", "true", "yes", "on")


def _say(message: str, **values: Any) -> str:
    language = os.environ.get("MACHIAI_LANGUAGE") or next(
        (os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), ""
    )
    text = _JAPANESE.get(message, message) if language.lower().startswith("ja") else message
    return text.format(**values) if values else text


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True


def _serve() -> int:
    """The sender: read one job, and see it through."""
    job = json.loads(sys.stdin.buffer.read())
    watched = job.get("unless_gone")
    if watched:
        end = time.monotonic() + HANDLED_SECONDS
        while time.monotonic() < end:
            if not _is_alive(int(watched)):
                return 0  # it ended the run, and Machiai tells that
            time.sleep(0.5)
    if job.get("after_rank"):
        time.sleep(3.0 + min(job["after_rank"], 50) * 0.2)
    return 0 if send(job, until=time.monotonic() + TRY_SECONDS) == "sent" else 1


def _try_out() -> int:
    job = {
        "title": _say("Machiai can reach you"),
        "body": _say("This is how you will be told when your code ends."),
        "guid": "machiai-" + uuid.uuid4().hex,
    }
    outcome = send(job, until=time.monotonic())
    print(outcome)
    return 0 if outcome == "sent" else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["--send"]:
        sys.exit(_serve())
    if sys.argv[1:] == ["--test"]:
        sys.exit(_try_out())
    print(__doc__)
