"""How alerts read."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.runs import Run
from store.settings import HIDDEN, Settings
from workers.alerts import messages
from workers.alerts.messages import clean_line, compose, compose_note, late_note, shorten

NOON = 1_790_000_000.0
ZONE = timezone(timedelta(hours=1))
RUN = Run(
    id="260921-231320-k3fq",
    name="resnet-aug",
    project="cifar-robust",
    project_id=1,
    engine="local",
    host="mahler",
    directory="/data/runs/260921-231320-k3fq",
    created=NOON - 11520,
    argv=["python", "train.py"],
    command="python train.py",
    cwd="/data/cifar-robust",
    python="3.11.7",
    params={},
    git=None,
    environment={},
    tags=[],
    hypothesis="RandAugment helps more than a longer schedule",
    if_success="write the ablation table",
    if_failure="halve the batch, accumulate 2",
    parent=None,
    attempt=1,
    state="finished",
    health=[],
    certainty="recorded",
    cause=None,
    evidence=[],
    exit_code=0,
    signal=None,
    pid=4711,
    started=NOON - 11520,
    ended=NOON,
    seconds=11520.0,
    updated=NOON,
    log_path=None,
    log_bytes=0,
    log_lines=0,
    last_line="epoch 90  loss 0.2113  acc 0.951",
    last_output=NOON,
)


def message(run=RUN, kind="finished", *, log_lines=(), late=0.0, dashboard_url="http://127.0.0.1:8501", **more):
    """Compose with everything usual."""
    return compose(
        run,
        kind,
        log_lines=log_lines,
        now=NOON + late,
        dashboard_url=dashboard_url,
        occurred=NOON,
        zone=ZONE,
        **more,
    )


OUT_OF_MEMORY = "CUDA out of memory: tried to allocate 2.00 GiB, 512.00 MiB free, train.py:88"


@pytest.mark.parametrize(
    ("kind", "changes", "title"),
    [
        ("finished", {}, "✔ finished in 3 h 12 m — resnet-aug"),
        (
            "crashed",
            {"seconds": 720.0, "cause": "CUDA out of memory"},
            "✖ crashed after 12 m: CUDA out of memory — resnet-aug",
        ),
        ("killed", {"seconds": 7200.0, "cause": "SIGKILL"}, "✖ killed after 2 h: SIGKILL — resnet-aug"),
        (
            "lost",
            {"seconds": 18000.0, "cause": "machine rebooted"},
            "? lost after 5 h: machine rebooted — resnet-aug",
        ),
        ("crashed", {"seconds": 42.0, "exit_code": 3}, "✖ crashed after 42 s: exit code 3 — resnet-aug"),
        (
            "killed",
            {"seconds": 42.0, "exit_code": None, "signal": "SIGSEGV"},
            "✖ killed after 42 s: SIGSEGV — resnet-aug",
        ),
        (
            "crashed",
            {"seconds": 0.01, "cause": "127, trian: command not found"},
            "✖ crashed at once: 127, trian: command not found — resnet-aug",
        ),
        ("lost", {"seconds": None, "ended": None, "cause": None, "exit_code": None}, "? lost — resnet-aug"),
        (
            "crashed",
            {"seconds": 720.0, "cause": OUT_OF_MEMORY},
            "✖ crashed after 12 m: CUDA out of memory: tried to allocate 2.00 GiB, 512.00 MiB… — resnet-aug",
        ),
        (
            "crashed",
            {
                "seconds": 720.0,
                "cause": OUT_OF_MEMORY,
                "name": "sweep-lr0.003-wd0.05-mixup0.8-cutmix1.0-seed7",
            },
            "✖ crashed after 12 m: CUDA out of memory: tried to… — sweep-lr0.003-wd0.05-mixup0.8-cutmix1.0…",
        ),
        (
            "finished",
            {"name": "学習\n\x1b[31m再開\x07 \u202eabc"},
            "✔ finished in 3 h 12 m — 学習 [31m再開 abc",
        ),
        ("finished", {"name": "\n"}, "✔ finished in 3 h 12 m — 260921-231320-k3fq"),
    ],
)
def test_title(kind, changes, title):
    """The title begins with what happened and ends with the run's name, whatever the cause."""
    assert message(replace(RUN, **changes), kind).title == title


def test_body_of_success():
    """A success shows the last line of output and the plan for success."""
    assert message(log_lines=["epoch 89", "epoch 90  acc 0.951", ""]).body == (
        "Last output: epoch 90  acc 0.951\n".replace("  ", " ")
        + "Your plan for success: write the ablation table\n"
        + "Hypothesis: RandAugment helps more than a longer schedule\n"
        + "cifar-robust · mahler"
    )


def test_body_of_crash():
    """A crash shows its cause, the plan for failure and the last ten lines of the log."""
    lines = [f"line {number}" for number in range(30)]
    body = message(replace(RUN, cause=OUT_OF_MEMORY, exit_code=1), "crashed", log_lines=lines).body
    assert body == "\n".join(
        [
            OUT_OF_MEMORY,
            "Your plan for failure: halve the batch, accumulate 2",
            "Hypothesis: RandAugment helps more than a longer schedule",
            "cifar-robust · mahler",
            "Last lines:",
            *lines[-10:],
        ]
    )


def test_inferred_verdict_says_so():
    """A verdict that was only inferred says so, and from what."""
    run = replace(RUN, certainty="inferred", cause="gone without an exit record", evidence=["pid 4711 is gone"])
    assert "Inferred, not recorded: pid 4711 is gone\n" in message(run, "lost").body
    assert "nferred" not in message(replace(run, certainty="recorded"), "lost").body


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (599, None),
        (7800, "Late: it happened at 15:13, 2 h 10 m before Machiai noticed."),
        (90_000, "Late: it happened at 2026-09-21 15:13, 1 d 1 h before Machiai noticed."),
    ],
)
def test_late_mark(late, words):
    """What Machiai noticed more than ten minutes after it happened says when that was, in local time."""
    first = message(late=late).body.splitlines()[0]
    assert first == words if words else not first.startswith("Late")


def test_late_note():
    """An alert that could not be sent for long says since when it was known."""
    assert late_note(NOON, NOON + 600, ZONE) == ""
    assert late_note(NOON, NOON + 10_800, ZONE) == "Sent 3 h late: known since 15:13."


def test_link():
    """The link leads to the run's page; without a dashboard there is none."""
    assert message().url == "http://127.0.0.1:8501/run?id=260921-231320-k3fq"
    assert message(replace(RUN, id="a b&c"), dashboard_url="http://lab:1/").url == "http://lab:1/run?id=a%20b%26c"
    assert message(dashboard_url="").url is None


def test_redaction_comes_before_cutting():
    """No part of the token survives, not even where a text is cut in the middle of it."""
    token = "o.SecretSecretSecretSecretSecret"
    settings = Settings(pushbullet_token=token)
    filler = "x" * 285
    run = replace(
        RUN, name=token, cause=f"{filler}{token}", hypothesis=token, if_failure=f"{filler}{token}", project=token,
        certainty="inferred", evidence=[f"{filler}{token}"],
    )  # fmt: skip
    made = message(run, "crashed", log_lines=["x" * 150 + token] * 10, redact=settings.redact)
    assert "o.Secret" not in made.title + made.body
    assert HIDDEN in made.title


def test_note_of_the_user():
    """The user's own words keep their lines and their indentation, and lose control characters."""
    note = compose_note("done\nat last", "a\n  b\x1b[0m\r\n", redact=lambda text: text.replace("a", "A"))
    assert (note.title, note.body, note.url) == ("done At lAst", "A\n  b [0m", None)


TEXT = st.one_of(st.none(), st.text(max_size=2000))


@given(
    kind=st.sampled_from(["finished", "crashed", "killed", "lost"]),
    name=st.text(min_size=1, max_size=300),
    cause=TEXT,
    plan=TEXT,
    evidence=st.lists(st.text(max_size=500), max_size=5),
    certainty=st.sampled_from(["recorded", "inferred"]),
    log_lines=st.lists(st.text(max_size=400), max_size=20),
    seconds=st.one_of(st.none(), st.floats(0, 1e7)),
    late=st.floats(0, 1e6),
)
def test_any_text_fits(kind, name, cause, plan, evidence, certainty, log_lines, seconds, late):
    """Whatever a run is called and prints, the message keeps to its limits and can be stored and sent."""
    run = replace(
        RUN, name=name, cause=cause, hypothesis=plan, if_success=plan, if_failure=plan, evidence=evidence,
        certainty=certainty, seconds=seconds,
    )  # fmt: skip
    made = message(run, kind, log_lines=log_lines, late=late)
    assert len(made.title) <= messages.TITLE_LIMIT
    assert len(made.body) <= messages.BODY_LIMIT
    assert "\n" not in made.title
    assert "cifar-robust · mahler" in made.body
    (made.title + made.body).encode()
    assert clean_line(made.title) == made.title


@given(text=st.text(), limit=st.integers(2, 60))
def test_shorten(text, limit):
    """A shortened text keeps to its limit and shows that it was cut."""
    short = shorten(text, limit)
    assert short == text if len(text) <= limit else len(short) <= limit and short.endswith("…")


def test_a_hint_after_the_cause():
    """A known remedy stands right after the cause; a run that finished has none."""
    crashed = replace(
        RUN, state="failed", cause="CUDA out of memory (train.py:61)", hint="make the batch smaller", exit_code=1
    )
    body = message(crashed, "crashed").body.splitlines()
    assert body[:2] == ["CUDA out of memory (train.py:61)", "Hint: make the batch smaller"]
    assert "Hint" not in message(replace(crashed, hint=None), "crashed").body
    assert "Hint" not in message(replace(crashed, state="finished"), "finished").body


def test_hints_are_redacted_and_cut():
    """A hint goes to a server too: what is secret is hidden, what is long is cut."""
    crashed = replace(RUN, state="failed", cause="x", hint="token s3cret " + "word " * 200, exit_code=1)
    body = message(crashed, "crashed", redact=lambda text: text.replace("s3cret", HIDDEN)).body
    assert "s3cret" not in body
    assert len(next(line for line in body.splitlines() if line.startswith("Hint"))) <= 310
