"""The metrics of one run: curves, last and best values, what they mean, and which direction is better."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from app import alert_marks, blank, readings
from app.alert_marks import Mark
from app.charts import STEP, TIME
from app.figures import count, figure
from app.markup import bare, plain
from app.readings import Measured, Metric
from app.views import curves
from app.views.curves import Curve
from app.words import Words, mark
from store import glossary, metrics
from store.glossary import Glossary, Meaning
from store.runs import Run
from store.settings import Settings

ROW_PIXELS = 35
MOST_ROWS = 15
BETTER = {metrics.LOWER: mark("lower"), metrics.HIGHER: mark("higher"), metrics.NEITHER: mark("neither")}
ARROWS = {metrics.LOWER: "↓", metrics.HIGHER: "↑", metrics.NEITHER: ""}
GUESS = "guess"


def draw(settings: Settings, say: Words, run: Run, marks: Sequence[Mark] = ()) -> None:
    """Curves, a panel for each family with the main ones first, and the table of all metrics."""
    st.subheader(say.say("Metrics"), anchor=False)
    with blank.shield(say):
        measured = readings.read_measured(settings, run)
        if not measured.metrics:
            st.caption(none_yet(run, say))
            return
        draw_curves(settings, say, run, measured, marks)
        draw_table(settings, say, run, measured)


def draw_curves(settings: Settings, say: Words, run: Run, measured: Measured, marks: Sequence[Mark]) -> None:
    """The controls and the panels, with ``marks`` where alerts fired."""
    prefix = f"curves-{run.id}"
    start = run.started or run.created
    families = {metric.family for metric in measured.metrics}
    controls = curves.draw_controls(prefix, say, (STEP, TIME), many=len(families) > curves.SHOWN)
    main = measured.main or measured.metrics[0].name
    drawn = [
        Curve(metric.name, metric, start, marks=alert_marks.of_metric(marks, metric.name, first=metric.name == main))
        for metric in measured.metrics
    ]
    panels = curves.panels_of(drawn, controls.axis)
    curves.draw_panels(settings, say, prefix, panels, controls, unit=measured.metrics[0].unit)


def none_yet(run: Run, say: Words) -> str:
    """Why there are no curves."""
    if run.is_active:
        return say.say("No metric has been read yet.")
    return say.say("No metric was read: the log names none, and no event file or table was found.")


def draw_table(settings: Settings, say: Words, run: Run, measured: Measured) -> None:
    """All metrics with last and best value, and below it what some of them mean."""
    known = glossary.load(settings.home)
    column = st.column_config
    rows = [row_of(settings, metric, known, say) for metric in measured.metrics]
    st.dataframe(
        rows,
        key="metrics",
        hide_index=True,
        height=ROW_PIXELS * (min(MOST_ROWS, len(rows)) + 1) + 3,
        alt=say.say("Table of metrics: name, last, best, at which step, number of values, which is better, meaning"),
        column_config={
            "name": column.TextColumn(say.say("Metric"), width=190),
            "last": column.TextColumn(say.say("Last"), width=85, alignment="right"),
            "best": column.TextColumn(say.say("Best"), width=85, alignment="right"),
            "step": column.TextColumn(say.say("at"), width=115, alignment="right"),
            "count": column.TextColumn(say.say("Values"), width=75, alignment="right"),
            "odd": column.TextColumn("NaN, ∞", width=65, alignment="right"),
            "better": column.TextColumn(say.say("Better"), width=80),
            "meaning": column.TextColumn(say.say("Meaning"), width=210),
        },
    )
    draw_meanings(settings, measured, known, say)
    if not settings.read_only:
        draw_direction(settings, measured, run, say)


def row_of(settings: Settings, metric: Metric, known: Glossary, say: Words) -> dict[str, str]:
    """One row of the table, as text."""
    best = readings.read_best(settings, metric)
    odd = metric.series.nans + metric.series.pos_infs + metric.series.neg_infs
    meaning = explain(settings, metric, known)
    return {
        "name": bare(metric.name),
        "last": figure(metric.series.last, percent=metric.percent),
        "best": figure(best.value, percent=metric.percent) if best else "–",
        "step": f"{metric.unit} {count(best.step)}" if best else "–",
        "count": f"{metric.series.count:,}",
        "odd": f"{odd:,}" if odd else "",
        "better": f"{ARROWS[metric.direction]} {say.say(BETTER[metric.direction])}".strip() if metric.direction else "",
        "meaning": bare(say.say(meaning.words)) if meaning and meaning.words else "",
    }


def explain(settings: Settings, metric: Metric, known: Glossary) -> Meaning | None:
    """What the best value means, or the last where there is no best."""
    best = readings.read_best(settings, metric)
    return known.explain(metric.name, best.value if best else metric.series.last, metric.series.high)


def draw_meanings(settings: Settings, measured: Measured, known: Glossary, say: Words) -> None:
    """What values mean, with the source of that opinion and its limits."""
    for metric in measured.metrics:
        meaning = explain(settings, metric, known)
        if meaning is None:
            continue
        best = readings.read_best(settings, metric)
        value = figure(best.value if best else metric.series.last, percent=metric.percent)
        said = meaning_in_words(meaning, say)
        source = say.say("Source: {source}.", source=meaning.source)
        caution = say.say(meaning.caution) if meaning.caution else ""
        st.markdown(
            f":small[**{plain(metric.name)} {plain(value)}** — {plain(said)} :gray[{plain(f'{caution} {source}')}]]"
        )
    for problem in known.problems:
        st.caption(f":material/warning: {plain(problem)}")


def meaning_in_words(meaning: Meaning, say: Words) -> str:
    """The band in words; the scale, where the value had to be brought to it."""
    parts = [say.say(meaning.words)] if meaning.words else []
    if meaning.scaled is not None:
        text = say.say(
            "read as {value}: none of its values is above 1, so it is on the 0–1 scale", value=figure(meaning.scaled)
        )
        parts.append(text)
    if meaning.loss is not None:
        parts.append(
            say.say("that is a loss of {value} nats per token (its natural logarithm)", value=figure(meaning.loss))
        )
    return "; ".join(parts)


def draw_direction(settings: Settings, measured: Measured, run: Run, say: Words) -> None:
    """Say which direction of a metric is better, for all runs of the project."""
    with st.popover(say.say("Which is better?"), icon=":material/swap_vert:"):
        st.caption(say.say("Guessed by name. What you choose holds for all runs of the project."))
        names = [metric.name for metric in measured.metrics]
        name = st.selectbox(say.say("Metric"), names, key="direction-metric")
        metric = measured.find(name)
        if metric is None:
            return
        key = f"direction-{metric.name}"
        guess = metrics.guess_direction(metric.name)
        directions = [metrics.LOWER, metrics.HIGHER, metrics.NEITHER]
        st.radio(
            say.say("Better"),
            directions,
            index=directions.index(metric.direction),
            horizontal=True,
            format_func=lambda one: say.say(BETTER[one]) + (f" ({say.say('guess')})" if one == guess else ""),
            key=key,
            on_change=partial(choose, settings, say, run.project_id, metric.name, key),
        )


def choose(settings: Settings, say: Words, project_id: int, name: str, key: str) -> None:
    """Keep the direction that was chosen; the guess chosen again is no choice."""
    wanted = st.session_state.get(key)
    with blank.shield(say):
        kept = None if wanted == metrics.guess_direction(name) else wanted
        readings.choose_direction(settings, project_id, name, kept)
