"""*Run*: the whole story of one run, and stopping it."""

import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import reads
from store import alerts, deliveries, intents, mutes, runs
from store.database import write
from store.settings import Settings
from tests.app.conftest import acts
from tests.fakes import alert_facts, journal

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


def facts(app: AppTest) -> dict[str, str]:
    """Names and values of the page's tables, unescaped."""
    rows = {}
    for element in app.table:
        for name, value in element.value.values.tolist():
            rows[str(name).replace("\\", "")] = str(value).replace("\\", "").replace("\u2060", "")
    return rows


def test_a_running_run_tells_its_story(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """State, plan, log, command, parameters, code and events are on its page."""
    app = open_page("run", id=busy["resnet-aug"])
    text, known = shown(app), facts(app)
    assert app.title[0].value.replace("\\", "") == "resnet-aug"
    assert ":blue-badge[:material/play_circle: running]" in text and "cifar-robust · recorded" in text
    codes = [code.value for code in app.code]
    assert "python train.py --lr 3e-4 --batch 256 model=resnet18" in codes
    assert known["batch"] == "256" and known["Branch"] == "augment" and known["Uncommitted changes"] == "yes"
    assert known["Tags"] == "ablation, aug" and known["Commit"] == journal.GIT["commit"]
    assert "notes.md\nconfigs/try.yaml" in codes
    assert any("+LR = 3e-4" in code for code in codes)
    assert "RandAugment helps more than a longer schedule" in text
    assert "**created**" in text and "**started** :gray[pid 31337]" in text


def test_the_log_is_folded_and_stripped(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """The last 200 lines, colours gone, a progress bar as its last state."""
    app = open_page("run", id=busy["resnet-aug"])
    log = next(code for code in app.code if "epoch" in code.value)
    assert log.language in (None, "", "plaintext")
    lines = log.value.split("\n")
    assert len(lines) == 200 and lines[-1] == "validating 100%"
    assert "\x1b" not in log.value and "\r" not in log.value
    assert "the last 200 lines" in shown(app)


def test_a_crash_shows_cause_evidence_and_the_plan_that_came_true(
    busy: dict[str, str], open_page: Open, shown: Shown
) -> None:
    """The failure branch of the plan is the one in the eye; Stop is gone."""
    app = open_page("run", id=busy["vit-small-lr3e-4"])
    text = shown(app)
    assert "**CUDA out of memory: tried to allocate 2.00 GiB, train.py:88**" in text
    assert "- exit code 1" in text
    assert ":material/arrow_forward: :gray[If it fails] **halve the batch, accumulate 2**" in text
    assert "Stop" not in [button.label for button in app.button]


def test_what_was_inferred_is_marked(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """A lost run says that its end was concluded, not seen."""
    assert ":gray-badge[:material/search: inferred]" in shown(open_page("run", id=busy["学習率スイープ"]))


def test_alerts_show_how_each_delivery_fared(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """State, attempts, error and next try of every channel."""
    now = time.time()
    due = deliveries.claim_due(connection, "pushbullet", now, 30)
    while due is not None and due[0].run_id != busy["vit-small-lr3e-4"]:
        due = deliveries.claim_due(connection, "pushbullet", now, 30)
    assert due is not None
    deliveries.record_retry(connection, due[1], "429 slow down", now + 60, unsure=True, now=now)
    text = shown(open_page("run", id=busy["vit-small-lr3e-4"]))
    assert "pushbullet: waiting" in text and "next try 2" in text
    assert "an earlier try may have arrived" in text and "429 slow down" in text


def test_stopping_asks_first_and_then_writes_an_intent(
    busy: dict[str, str], connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown
) -> None:
    """The page kills nothing: after the confirmation the daemon is asked, once, and its answer is shown."""
    run_id = busy["resnet-aug"]
    app = open_page("run", id=run_id)
    app.button(key="stop").click().run()
    assert intents.intents_of_run(connection, run_id) == []
    reads.ask_stop(Settings(home=home), run_id)
    asked = intents.intents_of_run(connection, run_id)
    assert [(one.kind, one.detail) for one in asked] == [(intents.STOP_RUN, {"by": "dashboard"})]
    app = open_page("run", id=run_id)
    assert "the daemon has not answered yet" in shown(app)
    assert app.button(key="stop").disabled
    intents.answer(connection, asked[0].id, "done", "it ended on the interrupt", time.time())
    assert "it ended on the interrupt" in shown(open_page("run", id=run_id))


def test_stop_is_hidden_where_nothing_may_be_changed(
    busy: dict[str, str], open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read-only shows a running run without its Stop button."""
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    app = open_page("run", id=busy["resnet-aug"])
    assert acts(app) == []


@pytest.mark.parametrize("run_id", ["", "nope", "../../etc/passwd", "' OR 1=1 --", "**x** :red[y]" * 50])
def test_an_unknown_id_leads_back_to_the_list(open_page: Open, shown: Shown, run_id: str) -> None:
    """A link of old, a typing error or an attack: the page says so and offers all runs."""
    app = open_page("run", id=run_id)
    assert app.title[0].value in ("No such run", "Which run?")
    assert "All runs" in shown(app)


def test_the_journals_copy_is_shown_when_the_log_is_gone(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """A deleted log file leaves the last lines, and the page says that it is a copy."""
    run = runs.get_run(connection, busy["vit-small-lr3e-4"])
    assert run is not None and run.log_path is not None
    Path(run.log_path).unlink()
    app = open_page("run", id=run.id)
    assert any("torch.OutOfMemoryError" in code.value for code in app.code)
    assert "The log file is gone; this is the copy the journal kept." in shown(app)


MARKS = ("**x**", "<script", ":red[hi]", "$x$", ":tada:", "](http", "://")
HOSTILE = "**x** <script>alert(1)</script> :red[hi] $x$ :tada: [a](http://example.org)"


def test_nothing_a_run_brings_is_markup(connection: sqlite3.Connection, home: Path, open_page: Open) -> None:
    """Log, name, plan, tags, parameters, evidence and git data are text on the page."""
    now = time.time()
    journal.beat(connection, now)
    journal.add_run(
        connection,
        home,
        "h-1",
        created=now - 60,
        state="failed",
        seconds=5,
        name=HOSTILE,
        cause=HOSTILE,
        evidence=(HOSTILE,),
        log=HOSTILE.encode() + b"\n" + b"\xff\xfe\x00```\n",
        tags=[HOSTILE],
        params={HOSTILE: HOSTILE},
        hypothesis=HOSTILE,
        git={"commit": HOSTILE, "branch": HOSTILE, "untracked": [HOSTILE]},
        argv=["echo", HOSTILE],
    )
    app = open_page("run", id="h-1")
    assert any(code.value.startswith(HOSTILE) for code in app.code)
    cells = [str(cell) for element in app.table for cell in element.value.values.ravel()]
    texts = [element.value for element in (*app.title, *app.markdown, *app.caption)]
    for text in texts + cells:
        stripped = re.sub(r"\\.", "", text)
        assert not any(mark in stripped for mark in MARKS), text


def test_the_token_is_taken_out_of_everything(
    connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token in a command, a log, a diff or a cause does not reach the page."""
    token = "o.SecretSecretSecret"
    monkeypatch.setenv("MACHIAI_PUSHBULLET_TOKEN", token)
    now = time.time()
    journal.beat(connection, now)
    journal.add_run(
        connection, home, "t-1", created=now - 60, state="failed", seconds=5, name=f"n {token}", cause=token,
        log=f"using {token}\n".encode(), diff=f"+TOKEN = '{token}'\n", argv=["train", token],
        git={"commit": "c", "dirty": True}, params={"token": token}, environment={"X": token},
    )  # fmt: skip
    app = open_page("run", id="t-1")
    assert token not in shown(app) and token not in str(facts(app))
    assert "using •••" in shown(app)
    run = runs.get_run(connection, "t-1")
    assert run is not None
    settings = Settings(home=home, pushbullet_token=token)
    assert token.encode() not in reads.read_log(settings, run)


def test_the_download_is_the_log_as_it_is_with_a_cap(connection: sqlite3.Connection, home: Path) -> None:
    """Raw bytes, the last part of a huge file."""
    log = journal.training_log(50)
    journal.add_run(connection, home, "d-1", created=time.time(), log=log)
    run = runs.get_run(connection, "d-1")
    assert run is not None
    settings = Settings(home=home)
    assert reads.read_log(settings, run) == log
    assert reads.read_log(settings, run, limit=100) == log[-100:]


def test_alerts_are_told_in_words_with_why_they_were_not_sent(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """What happened is told from the facts; each delivery says whether it is held or not sent, and why."""
    now = time.time()
    run_id = busy["resnet-aug"]
    plans = [
        deliveries.Planned("pushbullet", "held", now + 900, "quiet", "quiet"),
        deliveries.Planned("lab", "suppressed", None, "filter", "filter"),
    ]
    with write(connection):
        alerts.raise_alert(
            connection,
            kind="diverged",
            severity="now",
            occurred=now,
            now=now,
            title="stored",
            body="stored",
            planned=plans,
            run_id=run_id,
            attempt=1,
            facts=alert_facts.RUN_FACTS["diverged"][0],
        )
    text = shown(open_page("run", id=run_id)).replace("\\", "")
    assert "loss is nan" in text.lower() and "stored" not in text
    assert "pushbullet: held · until 2" in text and "quiet hours" in text
    assert "lab: not sent · this channel is not to get alerts of this kind" in text
    assert "保留中" in shown(open_page("run", "ja-JP", id=run_id))


def test_a_muted_rule_can_be_heard_again(
    busy: dict[str, str],
    connection: sqlite3.Connection,
    open_page: Open,
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page lists what is muted for the run; the button undoes it, and is not there where nothing may change."""
    run_id = busy["resnet-aug"]
    mutes.mute(connection, run_id, "stalled", time.time())
    app = open_page("run", id=run_id)
    assert "“stalled” is muted for this run" in shown(app)
    app.button(key="unmute-stalled").click().run()
    assert mutes.mutes_of(connection, run_id) == set() and "is muted" not in shown(app)
    mutes.mute(connection, run_id, "stalled", time.time())
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    assert not any(button.key == "unmute-stalled" for button in open_page("run", id=run_id).button)
