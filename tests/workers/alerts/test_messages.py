"""How alerts read."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.alert_rows import Alert
from store.alert_words import say_phrase, telling
from store.preferences import AlertPreferences
from store.progress import Progress
from store.runs import Run
from store.settings import HIDDEN, Settings
from store.words import Words
from tests.fakes.alert_facts import END_FACTS, EXAMPLES, MACHINE_FACTS, RUN_FACTS
from workers.alerts import messages
from workers.alerts.messages import clean_line, compose, compose_note, language_of, late_note, shorten

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
            "✖ crashed at once: 127, trian: command not… — resnet-aug",
        ),
        ("lost", {"seconds": None, "ended": None, "cause": None, "exit_code": None}, "? lost — resnet-aug"),
        (
            "crashed",
            {"seconds": 720.0, "cause": OUT_OF_MEMORY},
            "✖ crashed after 12 m: CUDA out of memory… — resnet-aug",
        ),
        (
            "crashed",
            {
                "seconds": 720.0,
                "cause": OUT_OF_MEMORY,
                "name": "sweep-lr0.003-wd0.05-mixup0.8-cutmix1.0-seed7",
            },
            "✖ crashed after 12 m — sweep-lr0.003-wd0.05-mixup0.8-cutmix1.0…",
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


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("cause", [OUT_OF_MEMORY, "学習データが見つかりません: " * 5, "KeyError: 'x'", "a" * 200])
def test_a_lock_screen_shows_which_run_ended(cause, language):
    """The title of an end leaves out so much of the cause that the name is seen; the text begins with all of it."""
    made = message(replace(RUN, cause=cause), "crashed", language=language)
    assert messages._columns(made.title) <= 60
    assert made.title.endswith(" — resnet-aug")
    assert made.body.startswith(cause.strip()[:100])


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


@pytest.mark.parametrize("kind", ["stalled", "diverged"])
def test_what_takes_long_to_see_is_not_late(kind):
    """A stall is told after minutes of silence, which its title says; Machiai did not notice it late."""
    assert "Late" not in message(kind=kind, late=1200, facts={"silence": 1200.0, "metric": "loss"}).body


def test_late_note():
    """An alert that could not be sent for long says since when it was known."""
    assert late_note(NOON, NOON + 600, ZONE) == ""
    assert late_note(NOON, NOON + 10_800, ZONE) == "Sent 3 h late: known since 15:13."
    assert late_note(NOON, NOON + 10_800, ZONE, queued=NOON) == "Sent 3 h late: known since 15:13."


@pytest.mark.parametrize(("done", "total", "said"), [(74, 75, False), (75, 75, False), (70, 75, True), (0, 1, False)])
def test_what_counts_from_nothing(done: int, total: int, said: bool):
    """A finished run whose last step is one less than there are was not cut short."""
    told = message(progress=replace(PROGRESS, done=done, total=total)).body
    assert ("Got to" in told) is said


def test_note_of_what_was_kept_back():
    """What waited on purpose, for the end of a session, is not late; but what then could not be sent is."""
    assert late_note(NOON, NOON + 1800, ZONE, queued=NOON + 1790) == "Kept back until now: known since 15:13."
    assert late_note(NOON, NOON + 10_800, ZONE, queued=NOON + 3600) == "Sent 2 h late: known since 15:13."
    assert late_note(NOON, NOON + 300, ZONE, queued=NOON + 300) == ""


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


RUNNING = replace(RUN, name="resnet50", host="lab-1", state="running", ended=None, seconds=None)
PROGRESS = Progress(1, 3400, 5000, "step", NOON, eta_at=NOON + 2520)


@pytest.mark.parametrize(
    ("kind", "facts", "english", "japanese"),
    [
        (
            "stalled",
            RUN_FACTS["stalled"][0],
            "⏳ stalled: no output for 42 m — resnet50",
            "⏳ 停滞: 出力なし 42 分 — resnet50",
        ),
        (
            "diverged",
            RUN_FACTS["diverged"][0],
            "! diverged: loss is NaN since step 1,240 — resnet50",
            "! 発散: loss が NaN（ステップ 1,240〜） — resnet50",
        ),
        (
            "threshold",
            RUN_FACTS["threshold"][0],
            "✔ val_acc > 0.9: 0.9123 at step 3,400 — resnet50",
            "✔ val_acc > 0.9: 0.9123（ステップ 3,400） — resnet50",
        ),
        (
            "eta_slipped",
            RUN_FACTS["eta_slipped"][0],
            "» slower: done 21:43, not 18:13 — resnet50",
            "» 遅れ: 終了 21:43（予定 18:13） — resnet50",
        ),
        (
            "best",
            RUN_FACTS["best"][0],
            "★ new best: val_acc 0.9123 — resnet50",
            "★ 最良更新: val_acc 0.9123 — resnet50",
        ),
        (
            "gpu_idle",
            RUN_FACTS["gpu_idle"][0],
            "○ GPU 1 idle: 20.0 GiB held for 16 m — resnet50",
            "○ GPU 1 未使用: 20.0 GiB を 16 分確保 — resnet50",
        ),
    ],
)
def test_title_of_a_running_run(kind, facts, english, japanese):
    """State, what and name in the first words, in both languages."""
    assert message(RUNNING, kind, facts=facts).title == english
    assert message(RUNNING, kind, facts=facts, language="ja").title == japanese


@pytest.mark.parametrize(
    ("kind", "facts", "english", "japanese"),
    [
        (
            "gpu_lost",
            MACHINE_FACTS["gpu_lost"][0],
            "✖ GPU 1 lost: had resnet50 on it — lab-1",
            "✖ GPU 1 消失: resnet50 が使用中でした — lab-1",
        ),
        (
            "xid",
            MACHINE_FACTS["xid"][0],
            "✖ XID 79 on GPU 1: GPU is gone from the bus — lab-1",
            "✖ GPU 1 XID 79: GPU がバスから消えた — lab-1",
        ),
        (
            "disk",
            MACHINE_FACTS["disk"][0] | {"name": "resnet50"},
            "! disk full by 17:13: resnet50 runs longer — lab-1",
            "! ディスク満杯 17:13: resnet50 の終了前 — lab-1",
        ),
        ("gpu_free", MACHINE_FACTS["gpu_free"][0], "+ GPU 2 free: sweep-3 still queued — lab-1", None),
        ("review", MACHINE_FACTS["review"][0], "☰ week in review: 18 of 23 runs finished, 3 crashed", None),
        (
            "goals",
            MACHINE_FACTS["goals"][0],
            "⚑ goals of this week: the ablation of table 2; 読みかけの論文を読み終える",
            "⚑ 今週の目標: the ablation of table 2; 読みかけの論文を読み終える",
        ),
    ],
)
def test_title_of_a_machine(kind, facts, english, japanese):
    """What is about no run ends with the machine's name."""
    made = message(None, kind, facts=facts, host="lab-1")
    assert made.title == english
    assert japanese is None or message(None, kind, facts=facts, host="lab-1", language="ja").title == japanese
    places = {"review": "/review?week=2026-W47", "goals": ""}
    assert made.url == f"http://127.0.0.1:8501{places.get(kind, '/machine')}"


def test_body_of_goals():
    """Each goal of the week has a line of its own; without any there is none."""
    made = message(None, "goals", facts={"week": "2026-W48", "goals": ["one " * 40, "two"]}, host="lab-1")
    assert made.title.startswith("⚑ goals of this week: one one") and made.title.endswith("…")
    assert made.body.splitlines() == ["• " + "one " * 39 + "one", "• two"]
    assert message(None, "goals", facts={}, host="lab-1").body == ""


def test_body_of_a_stall():
    """First what a person needs to decide, then how far the run is, then its last lines."""
    facts = RUN_FACTS["stalled"][0]
    body = message(
        RUNNING, "stalled", facts=facts, log_lines=["a", "b"], progress=PROGRESS, others=["vit", "x", "y", "z"]
    ).body
    assert body.splitlines() == [
        "Usually every 3.1 s; its longest pause was 41 s; GPU and CPU idle",
        "Likely a hang, or it waits for data or the network: see its last lines, then stop it or let it run.",
        "At step 3,400 of 5,000 (68 %)",
        "Also running: vit, x, y and 1 more",
        "cifar-robust · lab-1",
        "Last lines:",
        "a",
        "b",
    ]


def test_name_and_plan_where_they_matter():
    """A title too long for a lock screen has its name again in the body; a divergence is met with the plan."""
    body = message(RUNNING, "diverged", facts=RUN_FACTS["diverged"][0], progress=PROGRESS).body.splitlines()
    assert body == [
        "resnet50: 12 values in a row",
        "It seldom recovers: stop it, and resume from before that with a lower learning rate.",
        "At step 3,400 of 5,000 (68 %), about 42 m left",
        "Your plan for failure: halve the batch, accumulate 2",
        "Hypothesis: RandAugment helps more than a longer schedule",
        "cifar-robust · lab-1",
    ]


def test_a_crash_in_japanese():
    """What happened, after how long, why, and what was planned."""
    run = replace(RUN, name="resnet50", cause="CUDA out of memory", hint="make the batch smaller", exit_code=1)
    made = message(run, "crashed", log_lines=["x"], language="ja", progress=PROGRESS, late=7200)
    assert made.title == "✖ クラッシュ（3 時間 12 分後）: CUDA out of memo… — resnet50"
    assert made.body.splitlines() == [
        "遅れ: 発生は 15:13（気づいたのは 2 時間後）。",
        "CUDA out of memory",
        "ヒント: make the batch smaller",
        "到達: ステップ 3,400/5,000（68 %）",
        "失敗したときの計画: halve the batch, accumulate 2",
        "仮説: RandAugment helps more than a longer schedule",
        "cifar-robust · mahler",
        "ログの末尾:",
        "x",
    ]
    assert late_note(NOON, NOON + 10_800, ZONE, "ja") == "送信が 3 時間 遅れました（15:13 に判明）。"


def test_what_came_before_is_told_with_it():
    """A crash that follows a NaN is one message."""
    nan = Alert(1, RUN.id, 1, "diverged", "now", NOON, NOON, "t", "b", None, "g", None, facts=RUN_FACTS["diverged"][0])
    body = message(replace(RUN, cause="ValueError"), "crashed", before=[nan]).body.splitlines()
    assert body[:2] == ["ValueError", "Before: loss is NaN since step 1,240; 12 values in a row"]


@pytest.mark.parametrize(("kind", "facts"), EXAMPLES)
def test_every_kind_is_understood_without_opening(kind, facts):
    """A lock screen shows the sign, the state and which run, of every kind and in both languages."""
    run = RUNNING if kind in RUN_FACTS else RUN if kind in END_FACTS else None
    for language in ("en", "ja"):
        made = message(run, kind, facts=facts, language=language, host="lab-1", progress=PROGRESS)
        words = Words(language, ZONE)
        state = say_phrase(telling(kind, facts).head, words, NOON) if kind not in END_FACTS else made.title[2:10]
        assert made.title[2 : 2 + len(state)] == state and messages._columns(made.title[: 2 + len(state)]) <= 40
        if kind in RUN_FACTS:
            assert "resnet50" in made.title[:42] or made.body.startswith("resnet50: ")
        assert made.body
        assert "{" not in made.title + made.body


@pytest.mark.parametrize(
    ("chosen", "setting", "environ", "language"),
    [
        ("ja", "en", {}, "ja"),
        ("auto", "ja", {"LANG": "en_US.UTF-8"}, "ja"),
        ("auto", "auto", {"LANG": "ja_JP.UTF-8"}, "ja"),
        ("auto", "auto", {"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ("auto", "auto", {"LC_ALL": "", "LC_MESSAGES": "ja"}, "ja"),
        ("auto", "auto", {"LANG": "jam_JM"}, "en"),
        ("en", "ja", {"LANG": "ja_JP"}, "en"),
        ("auto", "auto", {}, "en"),
    ],
)
def test_language(chosen, setting, environ, language):
    """As chosen for alerts, else for the dashboard, else this machine's."""
    assert language_of(Settings(language=setting), AlertPreferences(language=chosen), environ) == language


def test_private_leaves_out_where_things_are():
    """No paths, host names, log lines or last output; what happened and what to do stay."""
    run = replace(
        RUN, cause="FileNotFoundError: /home/ada/data/x.csv on mahler (train.py:88)", hint="see /home/ada/data",
        certainty="inferred", evidence=["mahler rebooted"], cwd="/data/cifar-robust", exit_code=1,
    )  # fmt: skip
    made = message(run, "crashed", log_lines=["/home/ada secret line"], private=True)
    assert made.title == "✖ crashed after 3 h 12 m: FileNotFoundError: … — resnet-aug"
    assert made.body.splitlines() == [
        "FileNotFoundError: … on … (…)",
        "Hint: see …",
        "Inferred, not recorded: … rebooted",
        "Your plan for failure: halve the batch, accumulate 2",
        "Hypothesis: RandAugment helps more than a longer schedule",
        "cifar-robust",
    ]
    assert "Last output" not in message(private=True).body
    disk = message(None, "disk", facts=MACHINE_FACTS["disk"][1], host="mahler", private=True)
    assert disk.title == "! disk nearly full: 2.0 GiB of 916 GiB left"
    assert "/data" not in disk.body


TOKEN = "o.Xy7Qw2Zk9Lm4Np8Rt3Vb6"
SECRET_PLACES = ("/home/ada-lovelace/wqzx", "hamilton-cluster")
PIECES = {secret[at : at + 8] for secret in (TOKEN,) for at in range(len(secret) - 7)}


def _planted(value, plant):
    """The same facts, with ``plant`` put into every text of them."""
    if isinstance(value, str):
        return plant(value)
    if isinstance(value, list):
        return [_planted(one, plant) for one in value]
    if isinstance(value, dict):
        return {name: _planted(one, plant) for name, one in value.items()}
    return value


@given(
    example=st.sampled_from(EXAMPLES),
    before=st.text(max_size=60) | st.integers(0, 400).map(lambda length: "x" * length),
    after=st.text(max_size=40),
    language=st.sampled_from(["en", "ja"]),
    secret=st.sampled_from([TOKEN, *SECRET_PLACES]),
    typed=st.booleans(),
)
def test_secrets_never_leave_wherever_they_stand(example, before, after, language, secret, typed):
    """A token is in no title and body, nor a piece of it; in private alerts neither is a path nor a host."""
    kind, facts = example
    private = secret != TOKEN

    def plant(text):
        return f"{text} {before} {secret} {after}" if private else f"{text}{before}{secret}{after}"

    kept = ("how", "value", "busy", "phase", "trouble", "status", "what", "unit")
    planted = {name: value if typed and name in kept else _planted(value, plant) for name, value in facts.items()}
    run = replace(
        RUN, id=plant("a"), name=plant("n"), project=plant("p"), cause=plant("c"), hint=plant("h"), evidence=[plant("e")],
        hypothesis=plant("y"), if_success=plant("s"), if_failure=plant("f"), signal=plant("g"), last_line=plant("l"),
        certainty="inferred", host="hamilton-cluster", cwd="/home/ada-lovelace/wqzx/p", seconds=None,
    )  # fmt: skip
    nan = Alert(1, "r", 1, kind, "now", NOON, NOON, plant("t"), plant("b"), None, "g", None, facts=planted)
    progress = replace(PROGRESS, unit=plant("u"))
    for one in (run, None):
        made = message(
            one, kind, facts=planted, language=language, private=private, progress=progress, log_lines=[plant("x")],
            others=[plant("o")] * 5, before=[nan], host="hamilton-cluster",
            redact=Settings(pushbullet_token=TOKEN).redact,
        )  # fmt: skip
        text = made.title + "\n" + made.body
        assert secret not in text
        assert not any(piece in text for piece in (() if private else PIECES))
        assert "lovelace" not in text.lower() or not private
        assert len(made.title) <= messages.TITLE_LIMIT and len(made.body) <= messages.BODY_LIMIT
        assert "\n" not in made.title
