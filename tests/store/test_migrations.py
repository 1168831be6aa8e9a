"""Journals of every released schema open with today's code and are then like new ones."""

import contextlib
import math
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from store import (
    alerts,
    catalogue,
    choices,
    curves,
    deliveries,
    delivery_log,
    heartbeats,
    history,
    intents,
    links,
    logs,
    machines,
    migrations,
    mutes,
    plans,
    preferences,
    progress,
    projects,
    rule_states,
    runs,
    samples,
    search,
    series,
    sessions,
    tasks,
    thresholds,
)
from store.database import open_journal, write
from store.schemas import v1_spine

DUMPS = sorted((Path(__file__).resolve().parents[1] / "data").glob("v*.sql"))


def load(dump: Path, path: Path) -> None:
    """Make the old journal."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))


def schema(path: Path) -> dict[str, str]:
    """Every table and index of a journal, by name, without regard to spaces."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: re.sub(r"[\s\"]+", "", sql) for name, sql in rows}


def test_there_is_one_of_every_schema() -> None:
    """Each schema ever released has its old journal here."""
    assert [path.stem for path in DUMPS] == [f"v{number}" for number in range(1, migrations.VERSION + 1)]


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_an_old_journal(dump: Path, tmp_path: Path) -> None:
    """An old journal is migrated: its schema equals a new one's and its rows are all there to read."""
    load(dump, tmp_path / "old.db")
    with (
        contextlib.closing(open_journal(tmp_path / "old.db")) as old,
        contextlib.closing(open_journal(tmp_path / "new.db")),
    ):
        assert old.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert old.execute("PRAGMA foreign_key_check").fetchall() == []
        assert [run.name for run in catalogue.list_runs(old, sort="oldest").runs] == ["baseline", "拡張", "sweep"]
        run = catalogue.find_run(old, "拡張")
        assert (run.state, run.cause, run.project) == ("failed", "ValueError: bad batch (train.py:5)", "cifar")
        assert (run.params, run.git, run.last_line) == ({"lr": "3e-4"}, {"commit": "c0ffee"}, "ValueError: bad batch")
        assert [event.kind for event in runs.events_of(old, run.id)] == ["created", "started", "ended"]
        assert runs.attempts_of(old, run.id)[0].exit_code == 1
        excerpt = logs.read_excerpt(old, run.id, 1)
        assert excerpt is not None
        assert excerpt.lines[-1] == "ValueError: bad batch"
        (alert,) = alerts.alerts_of_run(old, run.id)
        assert [one.state for one in deliveries.deliveries_of(old, [alert.id])[alert.id]] == ["waiting"]
        assert [intent.kind for intent in intents.open_intents(old)] == ["stop_run"]
        assert [one.worker for one in heartbeats.read_heartbeats(old)] == ["daemon"]
        assert projects.list_projects(old)[0].name == "cifar"
    assert schema(tmp_path / "old.db") == schema(tmp_path / "new.db")


def test_series_of_an_old_journal(tmp_path: Path) -> None:
    """Points, progress and choices of schema 2 are read as they were written."""
    load(DUMPS[1], tmp_path / "old.db")
    with contextlib.closing(open_journal(tmp_path / "old.db")) as old:
        run = catalogue.find_run(old, "baseline")
        loss, accuracy = series.list_series(old, run.id)
        points = curves.read_points(old, loss.id)
        assert (loss.name, loss.count, loss.nans, loss.pos_infs, loss.last_leg) == ("loss", 1100, 1, 1, 1)
        assert points.steps == [*range(700), *range(600, 1000)]
        assert points.superseded == [False] * 600 + [True] * 100 + [False] * 400
        assert (points.values[3], points.values[-2]) == (1 / 4, math.inf)
        assert math.isnan(points.values[705])
        assert (accuracy.name, accuracy.unit, accuracy.last) == ("val/acc", "epoch", 0.75)
        assert [one.last for one in series.list_series(old, None, "GPU-1")] == [87.0]
        failed = catalogue.find_run(old, "拡張")
        assert failed.hint == "look at the shape of the batch"
        assert failed.log_path is not None
        assert logs.read_cursor(old, failed.id, 1, failed.log_path).parser == '{"leg": 1}'
        known = progress.read_progress(old, failed.id)
        assert known is not None
        assert (known.share, known.levels) == (0.3, [{"unit": "epoch", "done": 1, "total": 3}])
        assert [mark.done for mark in progress.marks_of(old, failed.id, 1)] == [1.0, 30.0]
        assert choices.read_directions(old, failed.project_id) == {"val/acc": "higher"}


def test_machines_of_an_old_journal(tmp_path: Path) -> None:
    """Readings, events and history of schema 3 are read as they were written: sealed, in the tail, and waiting."""
    load(DUMPS[2], tmp_path / "old.db")
    begin = 1_800_000_000 - 20
    known = {begin + n: 80.0 + n % 10 for n in range(1130)}
    with contextlib.closing(open_journal(tmp_path / "old.db")) as old:
        reading = machines.read_reading(old, machines.GPUS, "lab1")
        assert reading is not None
        assert (reading.as_of, reading.data["gpus"][0]["utilisation"]) == (1_800_000_090.0, 87)
        assert [one.detail["xid"] for one in machines.events_since(old, begin, subject="gpu:GPU-1")] == [79]
        assert old.execute("SELECT count(*) FROM series_chunks WHERE length(points) < 24 * count").fetchone()[0] == 2
        assert history.extent(old, "gpu:GPU-1") == (begin - begin % 60, begin + 1129)
        found = history.read_history(old, "gpu:GPU-1", ["utilisation"], begin, begin + 1129, buckets=5000)
        assert {int(one.x_low): one.first for one in found["utilisation"]} == known
        subject = "run:270115-080000-aaaa"
        (whole,) = history.read_history(old, subject, ["cpu"], begin, begin + 1129, buckets=4)["cpu"][:1]
        assert (whole.minimum, whole.maximum) == (100.0, 106.0)
        with write(old):
            samples.fold(old, begin + 5000)
        minutes = next(one for one in series.list_series(old, None, "gpu:GPU-1") if one.source == samples.MINUTE)
        assert curves.read_points(old, minutes.id).values[:2] == pytest.approx(
            [
                sum(value for second, value in known.items() if second // 60 == minute) / count
                for minute, count in ((begin // 60, 20), (begin // 60 + 1, 60))
            ],
            rel=1e-6,
        )


@pytest.mark.parametrize("dump", DUMPS[:3], ids=lambda path: path.stem)
def test_deliveries_of_an_old_journal(dump: Path, tmp_path: Path) -> None:
    """What was on its way when the journal was migrated goes on: nothing is lost, sent again, or forgotten as sent."""
    load(dump, tmp_path / "old.db")
    begin = 1_800_000_100.0
    columns = "(id, alert_id, channel, state, attempts, next_try, unsure, claimed_until, sent, receipt, error)"
    rows = [
        (7, 1, "ntfy", "sending", 3, begin, 1, begin + 60, None, None, "cut"),
        (8, 1, "slack", "sent", 1, begin, 0, None, begin + 5, "iden", None),
        (9, 1, "mail", "refused", 2, begin, 0, None, None, None, "too long"),
    ]
    with contextlib.closing(sqlite3.connect(tmp_path / "old.db")) as connection, connection:
        connection.executemany(f"INSERT INTO deliveries {columns} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        guid, raised = connection.execute("SELECT guid, raised FROM alerts").fetchone()
    with contextlib.closing(open_journal(tmp_path / "old.db")) as old:
        found = deliveries.deliveries_of(old, [1])[1]
        assert [tuple(vars(one).values())[:11] for one in found[1:]] == rows
        assert {(one.why, one.digest_id, one.queued) for one in found} == {(None, None, raised)}
        assert [one.channel for one in deliveries.overdue(old, raised + 3601)] == ["pushbullet", "ntfy"]
        alert = alerts.get_alert(old, 1)
        assert (alert.guid, alert.facts, alert.count, alert.cleared) == (guid, {}, 1, None)
        assert [alert.id for alert in alerts.open_alerts(old)] == [1]
        assert runs.active_runs(old)[0].health == []
        assert deliveries.claim_due(old, "ntfy", begin + 59, 60) is None
        claimed = deliveries.claim_due(old, "ntfy", begin + 60, 60)
        assert claimed is not None
        assert (claimed[1].attempts, claimed[1].unsure) == (4, True)
        assert deliveries.claim_due(old, "pushbullet", begin, 60) is not None
        assert deliveries.claim_due(old, "slack", begin + 999, 60) is None
        assert delivery_log.count_sent(old, "slack", begin + 5) == 1
        assert [line.outcome for line in delivery_log.read(old)] == ["retried", "sent"]
        with write(old):
            again = alerts.raise_alert(
                old, kind=alert.kind, severity="now", occurred=begin, now=begin, title="", body="",
                channels=["pushbullet"], run_id=alert.run_id, attempt=alert.attempt,
            )  # fmt: skip
        assert again is None


def test_alerts_of_an_old_journal(tmp_path: Path) -> None:
    """Alerts of schema 4, what became of them, and what was chosen about them are read as they were written."""
    load(DUMPS[3], tmp_path / "old.db")
    begin = 1_800_001_000.0
    with contextlib.closing(open_journal(tmp_path / "old.db")) as old:
        run = catalogue.find_run(old, "sweep")
        assert run.health == ["diverged", "stalled"]
        stalled, diverged = alerts.alerts_of_run(old, run.id)
        assert (diverged.merged_into, diverged.facts["value"], stalled.facts["usual"]) == (stalled.id, "nan", 12.0)
        heat = alerts.latest_of(old, "heat", "gpu:GPU-1")
        assert heat is not None
        assert (heat.count, heat.latest, heat.cleared) == (2, begin + 90, begin + 120)
        assert [alert.kind for alert in alerts.open_alerts(old, begin + 7199)] == ["gpu_free", "stalled", "failed"]
        assert [alert.kind for alert in alerts.open_alerts(old, begin + 7200)][1] == "disk"
        kinds = {alert.id: alert.kind for alert in alerts.open_alerts(old)} | {
            diverged.id: "diverged", heat.id: "heat", alerts.latest_of(old, "digest", "").id: "digest"  # type: ignore[union-attr]
        }  # fmt: skip
        found = {
            (kinds[alert_id], one.channel): (one.state, one.why)
            for alert_id, each in deliveries.deliveries_of(old, kinds).items()
            for one in each
        }
        assert found == {
            ("failed", "pushbullet"): ("waiting", None),
            ("diverged", "pushbullet"): ("suppressed", "follows"),
            ("stalled", "ntfy"): ("sent", None),
            ("stalled", "slack"): ("suppressed", "filter"),
            ("heat", "pushbullet"): ("digested", "digest"),
            ("disk", "pushbullet"): ("held", "digest"),
            ("disk", "ntfy"): ("refused", None),
            ("digest", "pushbullet"): ("waiting", None),
            ("gpu_free", "ntfy"): ("sending", None),
        }
        told = [(line.kind, line.outcome) for line in reversed(delivery_log.read(old))]
        assert told == [
            ("diverged", "held"),
            ("stalled", "suppressed"),
            ("diverged", "suppressed"),
            ("stalled", "retried"),
            ("stalled", "sent"),
            ("heat", "held"),
            ("disk", "held"),
            ("disk", "refused"),
            ("heat", "digested"),
        ]
        assert mutes.all_mutes(old) == {(run.id, "eta_slipped")}
        assert [(state.rule, state.data["alert"]) for state in rule_states.read(old)] == [("stalled", stalled.id)]
        assert [(one.expression, one.severity) for one in thresholds.thresholds_of_run(old, run.id)] == [
            ("val/acc > 0.9", "now"),
            ("loss[50].mean > 3", "soon"),
        ]
        chosen = preferences.read_preferences(old)
        assert (chosen.quiet, chosen.push_budget, chosen.rule_on("milestone")) == (("23:00", "07:00"), 400, True)
        assert (chosen.channel("ntfy").least, chosen.channel("ntfy").fallback) == ("soon", True)


def test_a_step_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails half-way leaves the journal as it was, and the next try begins anew."""
    whole = v1_spine.STATEMENTS
    monkeypatch.setattr(migrations, "_V1", whole + "CREATE TABLE runs (id TEXT);")
    with pytest.raises(Exception, match="runs"):
        open_journal(tmp_path / "journal.db")
    assert schema(tmp_path / "journal.db") == {}
    monkeypatch.setattr(migrations, "_V1", whole)
    open_journal(tmp_path / "journal.db").close()
    assert "runs" in schema(tmp_path / "journal.db")


def test_no_pandas(tmp_path: Path) -> None:
    """Making a journal pulls in neither pandas nor numpy, and hides them from nobody afterwards."""
    code = (
        "import sys; from pathlib import Path; from store.database import open_journal\n"
        "open_journal(Path(sys.argv[1]))\n"
        "print([name for name in ('pandas', 'numpy', 'torch', 'streamlit') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "journal.db")]
    done = subprocess.run(command, cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_the_time_beside_of_an_old_journal(tmp_path: Path) -> None:
    """Tasks, plans, entries, sessions and the search of schema 5 are read as they were written."""
    load(DUMPS[4], tmp_path / "old.db")
    with contextlib.closing(open_journal(tmp_path / "old.db")) as old:
        states = {one.title: one.state for one in tasks.list_tasks(old)}
        assert states["学習率を半分にして再実行"] == "blocked"
        assert states["read Horizon"] == states["wait for words"] == "blocked"
        [waiting] = tasks.waiting_on(old, "270115-080030-cccc")
        assert (waiting.estimate, waiting.priority, waiting.project) == (1800.0, 1, "論文を書く")
        plan = plans.read_plan(old, "270115-080000-aaaa")
        assert (plan.hypothesis, plan.if_failure, plan.late) == ("増やせば下がる", "戻す", True)
        [hit] = search.search(old, "損失")
        assert (hit.kind, hit.title) == ("entry", "一日目")
        assert [one.to_id for one in links.links_of(old, "entry", hit.id)] == ["270115-080000-aaaa"]
        session = sessions.open_session(old)
        assert session is not None and session.kind == "task"
