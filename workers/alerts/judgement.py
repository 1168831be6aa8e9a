"""What a rule says of its subject at one look; pure data, on its way from the rules to the alerts."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Judgement:
    """Whether what ``rule`` (a key of ``store.alert_rules.RULES``) looks for is so.

    ``active`` is None where that cannot be told: nothing changes then. ``facts`` are what the words are made of, plain
    JSON (seconds, bytes, epoch seconds); ``since`` is when it began. ``run_id`` and ``attempt`` name the run that it is
    about, if any; ``subject`` the part of a machine: ``gpu:<uuid>``, ``host:<host>`` or ``disk:<host>:<path>``.
    ``occasion`` tells several of one rule and subject apart. ``severity`` differs from the rule's own where given.
    """

    rule: str
    active: bool | None
    facts: dict[str, Any] = field(default_factory=dict)
    since: float | None = None
    run_id: str | None = None
    attempt: int | None = None
    subject: str = ""
    occasion: str = ""
    severity: str | None = None
