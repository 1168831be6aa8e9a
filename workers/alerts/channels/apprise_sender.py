"""Sends one alert through the package Apprise, and ends: a process of its own, so that the daemon need not load it.

Run by file. The job comes over standard input as one JSON object — in a process list or an environment the address
would be open to others — and standard output gets JSON lines: ``{"stage": "sending"}`` before the first byte goes out,
then what came of it. The kernel ends this process when the daemon dies, so that the next one finds either all of it
on the other side or nothing.
"""

import contextlib
import ctypes
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import apprise
import requests
from apprise.plugins.ntfy import NotifyNtfy

from workers.alerts.channels import Outcome, Refused, Retry, Sent, ntfy
from workers.alerts.channels.apprise_answers import Heard, Listener, judge, judge_status, key_refused

LONGEST_PAUSE_SECONDS = 1.0
"""Between two targets of one address the package waits this long at most; it would be 5.5 s."""
MOST_PATIENT = 6
"""Tries after which an alert goes out although the server does not tell whether it is there."""
_PR_SET_PDEATHSIG = 1


def send(job: dict[str, Any], tell: TextIO) -> Outcome:
    """Do the job; the stage goes to ``tell``.

    The job has ``url``, ``title``, ``body``, ``late`` (words before the body, or empty), ``link``, ``guid``, ``raised``
    (epoch seconds), ``unsure``, ``tries``, ``seconds`` (for one wait) and ``check`` (look at the address alone).
    """
    listener = Listener()
    for name in ("apprise", "urllib3.connectionpool"):
        log = logging.getLogger(name)
        log.setLevel(logging.DEBUG)
        log.propagate = False
        log.addHandler(listener)
    asset = apprise.AppriseAsset(
        app_id="Machiai",
        app_desc="Machiai",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        default_service_retry=0,
    )
    channel = apprise.Apprise(asset=asset)
    if not channel.add(job["url"]) or len(channel) == 0:
        return key_refused("the address is not one that Apprise understands")
    service = channel[0]
    named = str(service.service_name)
    if job["check"]:
        return Sent(named)
    for name in ("socket_connect_timeout", "socket_read_timeout"):
        setattr(service, name, job["seconds"])
    service.request_rate_per_sec = min(service.request_rate_per_sec, LONGEST_PAUSE_SECONDS)
    service.retry = 0  # whether to try again is decided where it can be looked up first
    text, link = job["body"], job["link"]
    if isinstance(service, NotifyNtfy):
        text, link = ntfy.fit(text), ""
        marked = ntfy.mark_link(job["link"], job["guid"]) if service.click is None else ""
        service.click = marked or service.click
        link = "" if marked else job["link"]
        if job["unsure"]:
            wanted = ntfy.Message(job["title"], _joined("", text, link), marked, job["raised"])
            found = _look_for(service, wanted, job)
            if found is not None:
                return found
    print(json.dumps({"stage": "sending"}), file=tell, flush=True)
    listener.heard = Heard()
    taken = channel.notify(
        title=job["title"], body=_joined(job["late"], text, link), body_format=apprise.NotifyFormat.TEXT
    )
    return Sent(None) if taken else judge(listener.heard, named)


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _look_for(service: NotifyNtfy, wanted: ntfy.Message, job: dict[str, Any]) -> Sent | Retry | None:
    """Sent when the message is on all the topics, Retry when that is not to be learnt now, None to send it.

    Topics that have it are left out of what is sent. One that may be written and not read cannot be asked.
    """
    cloud = service.mode == "cloud"
    scheme = "https" if service.secure or cloud else "http"
    base = service.cloud_notify_url if cloud else f"{scheme}://{service.host}"
    if isinstance(service.port, int) and not cloud:
        base += f":{service.port}"
    missing = []
    for topic in service.topics:
        try:
            with requests.get(
                ntfy.poll_address(base, topic, wanted.since),
                headers={"Authorization": f"Bearer {service.token}"} if service.auth == "token" else {},
                auth=(service.user, service.password or "") if service.auth == "basic" and service.user else None,
                timeout=job["seconds"],
                allow_redirects=False,
                stream=True,
                verify=service.verify_certificate,
            ) as answer:
                status = answer.status_code
                lines = answer.raw.read(ntfy.LONGEST_ANSWER, decode_content=True) if status == 200 else b""
        except (requests.RequestException, OSError):
            return Retry("ntfy does not tell whether an earlier try arrived", unsure=True, whole_channel=True)
        if (status >= 500 or status == 429) and job["tries"] <= MOST_PATIENT:
            failure = judge_status(status, "ntfy")
            words = f"{failure.error}, when asked whether an earlier try arrived"
            return Retry(words, getattr(failure, "after_seconds", None), unsure=True, whole_channel=True)
        if not ntfy.is_there(lines.decode("utf-8", "replace").splitlines(), wanted):
            missing.append(topic)
    if not missing:
        return Sent(None)
    service.topics = missing
    return None


def _end_with(parent: int) -> bool:
    """Have the kernel kill this process with the daemon (prctl(2)); False when that is dead already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.getppid() == parent


def main() -> None:
    """Read the job, do it, answer."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as tell:
        os.dup2(2, 1)  # whatever a service prints is no answer of ours
        job = json.load(sys.stdin)
        if not _end_with(job["parent"]):
            return
        try:
            outcome = send(job, tell)
        except Exception as error:  # noqa: BLE001 - a service of the package may fail in any way
            outcome = Retry(f"the sender failed: {type(error).__name__}", unsure=True)
        names = {Sent: "sent", Retry: "retry", Refused: "refused"}
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps({"outcome": names[type(outcome)], **vars(outcome)}), file=tell, flush=True)


if __name__ == "__main__":
    main()
