"""*Compare*: two to eight runs beside each other, at ``/compare?ids=a,b``."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote_plus

import streamlit as st

from app import blank, differences, forecast, readings, reads, status, words
from app.charts import ELAPSED, STEP
from app.figures import figure
from app.markup import bare, shorten
from app.readings import Measured
from app.reads import Pulse
from app.views import curves
from app.views.curves import Curve
from app.words import Words
from store import settings as store_settings
from store.metrics import main_quality
from store.runs import Run
from store.settings import Settings

FEWEST, MOST = 2, 8
LIVE_SECONDS = 10
ROW_PIXELS = 35
PREFIX = "compare"


def show(settings: Settings, say: Words, ids: Sequence[str]) -> None:
    """The page, or how to choose runs for it."""
    with blank.shield(say):
        found = readings.read_runs(settings, ids[:MOST])
        if len(found) < FEWEST:
            blank.nothing_to_compare(say, len(found), len(ids))
            return
        st.title(say.count("{n} run", "{n} runs", len(found)), anchor=False)
        names = labels(found)
        every = LIVE_SECONDS if any(run.is_active for run in found) else None
        st.fragment(draw_outcome, run_every=every, key="compare-outcome")(settings, say, [run.id for run in found])
        st.fragment(draw_curves, run_every=every, key="compare-curves")(settings, say, found, names)
        draw_parameters(found, names, say)
        draw_code(settings, found, names, say)


def labels(found: Sequence[Run]) -> list[str]:
    """A name for each run in charts and tables: its own, with the end of its id where two have the same."""
    counts = Counter(run.name for run in found)
    return [
        bare(shorten(run.name, 40)) + (f" {run.id.rpartition('-')[2]}" if counts[run.name] > 1 else "") for run in found
    ]


def draw_outcome(settings: Settings, say: Words, ids: Sequence[str]) -> None:
    """How each run ended or stands: state, length, progress, main loss and quality, cause."""
    with blank.shield(say):
        found = readings.read_runs(settings, ids)
        pulse = reads.read_pulse(settings)
        measured = readings.read_many(settings, found)
        blank.daemon_banner(say, pulse)
        rows = [outcome(settings, run, measured[run.id], pulse, say) for run in found]
        column = st.column_config
        st.dataframe(
            rows,
            key="compare-outcomes",
            hide_index=True,
            height=ROW_PIXELS * (len(rows) + 1) + 3,
            alt=say.say("Table of the runs: name, state, length, progress, loss, best metric, cause"),
            column_config={
                "name": column.LinkColumn(say.say("Run"), display_text=r"#(.*)$", width=185),
                "state": column.TextColumn(say.say("State"), width=105),
                "length": column.TextColumn(say.say("Length"), width=95),
                "progress": column.TextColumn(say.say("Progress"), width=150),
                "loss": column.TextColumn(say.say("Loss"), width=150),
                "quality": column.TextColumn(say.say("Best"), width=160),
                "launched": column.TextColumn(say.say("Launched"), width=100),
                "cause": column.TextColumn(say.say("Cause"), width=210),
            },
        )


def outcome(settings: Settings, run: Run, measured: Measured, pulse: Pulse, say: Words) -> dict[str, str]:
    """One row of that table."""
    loss = measured.find(measured.main)
    directions = {metric.name: metric.direction for metric in measured.metrics}
    quality = measured.find(main_quality(directions, directions))
    best = readings.read_best(settings, quality) if quality else None
    progress = forecast.position(measured.progress, say) if measured.progress else ""
    return {
        "name": f"/run?id={quote_plus(run.id)}#{quote_plus(bare(run.name))}",
        "state": status.in_words(run, say, heard=pulse.alive),
        "length": status.elapsed(run, say, pulse.as_of),
        "progress": progress,
        "loss": f"{bare(loss.name)} {figure(loss.series.last, percent=loss.percent)}" if loss else "–",
        "quality": f"{bare(quality.name)} {figure(best.value, percent=quality.percent)}" if quality and best else "–",
        "launched": say.moment(run.created, pulse.as_of),
        "cause": bare(run.cause or ""),
    }


def draw_curves(settings: Settings, say: Words, found: Sequence[Run], names: Sequence[str]) -> None:
    """The runs' curves over each other, a colour a run; what was held out is dashed."""
    with blank.shield(say):
        st.subheader(say.say("Metrics"), anchor=False)
        measured = readings.read_many(settings, found)
        drawn: list[Curve] = []
        for place, (run, name) in enumerate(zip(found, names, strict=True)):
            some = measured[run.id].metrics
            lines = Counter((metric.family, metric.unit) for metric in some)
            for metric in some:
                label = name if lines[metric.family, metric.unit] == 1 else f"{name} · {metric.name}"
                start = run.started or run.created
                drawn.append(Curve(label, metric, start, dashed=curves.is_held_out(metric), colour=place))
        if not drawn:
            st.caption(say.say("None of these runs has a metric."))
            return
        shared = Counter(family for one in measured.values() for family in {metric.family for metric in one.metrics})
        drawn.sort(key=lambda curve: -shared[curve.metric.family])
        many = len(shared) > curves.SHOWN
        controls = curves.draw_controls(PREFIX, say, (STEP, ELAPSED), many=many)
        panels = curves.panels_of(drawn, controls.axis)
        curves.draw_panels(settings, say, PREFIX, panels, controls, unit=panels[0].unit)


def draw_parameters(found: Sequence[Run], names: Sequence[str], say: Words) -> None:
    """Parameters that are not the same everywhere."""
    st.subheader(say.say("Parameters that differ"), anchor=False)
    rows = differences.differing([run.params for run in found])
    draw_rows(rows, names, say, key="compare-parameters", first=say.say("Parameter"))
    equal = differences.same([run.params for run in found])
    if equal:
        st.caption(say.count("{n} parameter is the same", "{n} parameters are the same", equal))
    elif not rows:
        st.caption(say.say("No parameters were recorded."))


def draw_code(settings: Settings, found: Sequence[Run], names: Sequence[str], say: Words) -> None:
    """Commit, uncommitted changes, and the words of the command lines that not all have."""
    st.subheader(say.say("Code that differs"), anchor=False)
    facts = []
    own = differences.own_words([run.argv for run in found])
    patches = [reads.read_diff(settings, run) for run in found]
    for run, words_left, patch in zip(found, own, patches, strict=True):
        git = run.git or {}
        changes = differences.changes_of(patch[0]) if patch else []
        told = differences.describe_changes(changes)
        twin = next((name for name, other in zip(names, patches, strict=True) if patch and other == patch), "")
        if twin and twin != names[found.index(run)]:
            told += " " + say.say("(as in {name})", name=twin)
        facts.append(
            {
                say.say("Commit"): str(git.get("commit") or "")[: differences.SHORT_COMMIT],
                say.say("Branch"): git.get("branch") or "",
                say.say("Uncommitted changes"): told + (" …" if patch and patch[1] else ""),
                say.say("Command"): " ".join(words_left),
                say.say("Project"): run.project,
                say.say("Python"): run.python or "",
                say.say("Host"): run.host,
            }
        )
    rows = differences.differing(facts)
    if not rows:
        st.caption(say.say("Same commit, same command, no uncommitted changes that differ."))
    draw_rows(rows, names, say, key="compare-code", first="")


def draw_rows(rows: dict[str, list[object]], names: Sequence[str], say: Words, *, key: str, first: str) -> None:
    """A table with a column a run."""
    if not rows:
        return
    table = [
        {"what": bare(what)}
        | {f"run{place}": bare("–" if value in (None, "") else value) for place, value in enumerate(row)}
        for what, row in rows.items()
    ]
    column = st.column_config
    config = {f"run{place}": column.TextColumn(name, width="medium") for place, name in enumerate(names)}
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height=ROW_PIXELS * (len(table) + 1) + 3,
        alt=say.say("Table of what differs, a column a run"),
        column_config={"what": column.TextColumn(first or " ", width=170)} | config,
    )


_settings = store_settings.load()
_ids = [one.strip() for one in st.query_params.get("ids", "").split(",") if one.strip()]
show(_settings, words.for_reader(_settings), _ids)
