"""What deserves an alert, as a table: each rule with its default and why it is so; people choose by it in *Settings*.

The rules themselves are functions in ``workers/alerts/rules``. ``title`` and ``why`` are msgids.
"""

from dataclasses import dataclass

NOW, SOON, DIGEST = "now", "soon", "digest"
KEEN, NORMAL, PATIENT = "keen", "normal", "patient"
SENSITIVITIES = (KEEN, NORMAL, PATIENT)


@dataclass(frozen=True)
class Rule:
    """One rule. ``at_night``: its alerts of severity *now* are sent in quiet hours too. ``calm_seconds`` is how long
    it must no longer hold before it is over. ``graded``: whether a sensitivity changes anything. ``grace_seconds``: how
    long its push is kept back for what may follow and tell it better."""

    kind: str
    title: str
    why: str
    severity: str = NOW
    at_night: bool = False
    on: bool = True
    graded: bool = False
    calm_seconds: float = 0.0
    grace_seconds: float = 0.0


_TABLE = (
    Rule("finished", "A run finished", "You wait for it; but at night it can wait for you."),
    Rule("crashed", "A run crashed", "Every hour until you know is lost: at once, at night too.", at_night=True),
    Rule("killed", "A run was killed", "As bad as a crash, and often something on the machine.", at_night=True),
    Rule("lost", "A run was lost", "Nobody saw it end: it needs a person.", at_night=True),
    Rule(
        "stalled",
        "A run stalled",
        "Judged by its own pace: log, steps, GPU and CPU. A hang wastes the machine until somebody looks.",
        graded=True,
        calm_seconds=30.0,
    ),
    Rule(
        "diverged",
        "A loss diverged",
        "NaN or infinity that stays, or far above its own recent range. What follows is wasted.",
        graded=True,
        calm_seconds=300.0,
        grace_seconds=60.0,
    ),
    Rule("threshold", "A condition of yours came true", "You asked for it."),
    Rule("best", "A new best", "Good to know, never urgent: in the digest.", severity=DIGEST),
    Rule(
        "eta_slipped",
        "It will take over half as long again",
        "Plans for the evening hang on it; a slip of minutes is not told.",
        severity=SOON,
        graded=True,
        calm_seconds=600.0,
    ),
    Rule("milestone", "A quarter, half, three quarters done", "Off: progress alone needs nobody.", DIGEST, on=False),
    Rule(
        "gpu_idle",
        "A GPU does nothing while a run holds it",
        "15 minutes without any use: it hangs, waits for data, or is done and was not ended.",
        graded=True,
        calm_seconds=120.0,
    ),
    Rule("gpu_lost", "A GPU is lost or must be reset", "Jobs on it have failed or hang.", at_night=True),
    Rule("driver", "The GPU driver cannot be used", "New jobs cannot start; after an upgrade that needs a reboot."),
    Rule("xid", "The driver reports an error of a GPU (XID)", "In words: whose fault it is and what to do."),
    Rule(
        "heat",
        "A GPU is slowed down by heat or power",
        "A minute of it at least; every step takes longer.",
        severity=SOON,
        calm_seconds=600.0,
    ),
    Rule("ecc", "GPU memory has errors", "What was computed with it may be wrong."),
    Rule(
        "host_memory",
        "The machine's memory is running out",
        "Grows steadily and will be used up within two hours: the kernel would end a process.",
        severity=SOON,
        graded=True,
        calm_seconds=600.0,
    ),
    Rule(
        "gpu_memory",
        "A GPU's memory is running out",
        "Grows steadily and will be used up within two hours: out of memory, far into the run.",
        severity=SOON,
        graded=True,
        calm_seconds=600.0,
    ),
    Rule(
        "disk",
        "A disk will be full before a run ends",
        "The next checkpoint would fail.",
        severity=SOON,
        calm_seconds=1800.0,
    ),
    Rule("gpu_free", "A GPU is free while runs wait", "The queue did not take it: see why.", SOON, calm_seconds=60.0),
    Rule(
        "task",
        "A task can go on",
        "The date it waited for has come. What a run unblocks is told with the run's end.",
        severity=SOON,
    ),
    Rule("review", "The week's review is due", "Once a week, at the time you choose."),
    Rule(
        "goals",
        "The goals of a new week",
        "Once, on the first day of a week that has goals, with the digest.",
        severity=DIGEST,
    ),
)
RULES: dict[str, Rule] = {rule.kind: rule for rule in _TABLE}
ENDS = ("finished", "crashed", "killed", "lost")
BAD_ENDS = ("crashed", "killed", "lost")


def messages() -> list[str]:
    """Every title and why: what a translation must have."""
    return list(dict.fromkeys(text for rule in _TABLE for text in (rule.title, rule.why)))
