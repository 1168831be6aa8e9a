"""The cards of *Now*: what happened to a run or the machine, what to do, and that a person has seen it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from app import blank, plans, reads, status
from app.attention import CALM, Card, Need
from app.markup import plain, shorten
from app.plans import Outcome
from app.views.branch_task import draw_branch, draw_plan_link
from app.views.delivery_words import WHY, kept_back
from app.views.run_link import draw_link as draw_link
from app.words import Words
from store import alert_words
from store.alert_rules import ENDS
from store.settings import Settings

SHOWN = 6
HOUR = 3600.0
MORNING = 9


def draw_all(cards: Sequence[Card], as_of: float, settings: Settings, say: Words, shortcut: str | None = None) -> None:
    """The first cards, and how many more there are. ``shortcut`` is the key that acknowledges the first."""
    shown = cards[:SHOWN]
    ended = [card.run for card in shown if card.run is not None and not card.run.is_active]
    outcomes = plans.read_outcomes(settings, ended) if ended else {}
    for card in shown:
        outcome = outcomes.get(card.run.id) if card.run is not None else None
        draw(card, outcome or Outcome(), as_of, settings, say, shortcut if card is shown[0] else None)
    left_out = len(cards) - SHOWN
    if left_out <= 0:
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(say.count("and {n} more", "and {n} more", left_out), width="content")
        if not settings.read_only:
            every = [alert_id for card in cards for alert_id in card.alert_ids]
            st.button(
                say.count("Acknowledge the {n} alert", "Acknowledge all {n}", len(every)),
                key="acknowledge-all",
                type="tertiary",
                on_click=acknowledge,
                args=(settings, say, every),
            )


def draw(
    card: Card, outcome: Outcome, as_of: float, settings: Settings, say: Words, shortcut: str | None = None
) -> None:
    """What happened, the plan written for it, and the way on."""
    run, first = card.run, card.needs[0].alert
    with st.container(border=True, key=f"need-{first.id}", gap="xsmall"):
        for number, need in enumerate(card.needs):
            draw_head(need, as_of, say, named=number == 0)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width="stretch", gap="xxsmall"):
                draw_next_steps(card, outcome, as_of, say)
                draw_outcome(card, outcome, settings, say)
                when = say.moment(first.latest or first.occurred, as_of)
                st.caption(plain(f"{when} · {push_state(card.needs[0], settings, say, as_of)}"))
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
                if run is not None:
                    draw_link(run, label=plain(say.say("Open")), icon=":material/article:")
                if not settings.read_only:
                    draw_actions(card, as_of, settings, say, shortcut)


def draw_head(need: Need, as_of: float, say: Words, *, named: bool) -> None:
    """The badge of an alert, the run's name where it is the first of the card, and what happened."""
    alert, run = need.alert, need.run
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        status.draw_badge(status.KINDS.get(alert.kind) or status.unnamed(alert.kind), say)
        if run is not None and named:
            draw_link(run)
        text = happening(need, as_of, say)
        if alert.count > 1:
            text += " · " + say.count("{n} time", "{n} times", alert.count)
        st.markdown(f":small[{plain(text)}]", width="content")


def happening(need: Need, as_of: float, say: Words) -> str:
    """``after 12 m — CUDA out of memory``; ``no output for 42 m; usually every 3 s``."""
    alert, run = need.alert, need.run
    if alert.kind not in ENDS:
        return shorten(alert_words.say_phrase(alert_words.tell(alert.kind, alert.facts), say, as_of), 400)
    if run is None:
        return shorten(alert.title, 400)
    length = run.elapsed(alert.occurred)
    text = say.say("in {length}" if alert.kind in CALM else "after {length}", length=say.length(length))
    return text + " — " + shorten(run.cause, 240) if run.cause else text


def draw_next_steps(card: Card, outcome: Outcome, as_of: float, say: Words) -> None:
    """The step the researcher wrote down for this outcome; else what is known to help, each once."""
    steps = []
    for need in card.needs:
        kind = need.alert.kind
        if kind not in ENDS:
            advice = alert_words.advice(kind, need.alert.facts)
            if advice is not None:
                steps.append(plain(shorten(alert_words.say_phrase(advice, say, as_of), 400)))
        elif outcome.branch:
            steps.append(f"{plain(say.say('Your plan for this:'))} *{plain(shorten(outcome.branch, 300))}*")
    for step in dict.fromkeys(steps):
        st.markdown(f":small[{step}]")


def draw_outcome(card: Card, outcome: Outcome, settings: Settings, say: Words) -> None:
    """What its plan says as a task, with one click; the tasks that its end woke."""
    if card.run is None:
        return
    draw_branch(card.run.id, outcome.branch, outcome.made, settings, say)
    for task in outcome.woken:
        draw_plan_link(say.say("It woke: {title}", title=shorten(task.title, 120)), task)


def draw_actions(card: Card, as_of: float, settings: Settings, say: Words, shortcut: str | None = None) -> None:
    """Acknowledge; or not now; or no more of this rule for this run."""
    first, ids = card.needs[0].alert, card.alert_ids
    with st.popover(say.say("Later"), icon=":material/snooze:", key=f"later-{first.id}"):
        for name, label, until in (
            ("hour", say.say("Remind me in 1 hour"), as_of + HOUR),
            ("morning", say.say("Remind me tomorrow at 9:00"), next_morning(as_of, say)),
        ):
            key = f"snooze-{name}-{first.id}"
            st.button(label, key=key, on_click=snooze, args=(settings, say, ids, until), width="stretch")
        run = card.run
        if run is not None and run.is_active:
            for kind in dict.fromkeys(need.alert.kind for need in card.needs if need.alert.kind not in ENDS):
                name = say.say(status.KINDS[kind].word) if kind in status.KINDS else kind
                st.button(
                    plain(say.say("Mute “{rule}” for this run", rule=name)),
                    key=f"mute-{kind}-{first.id}",
                    icon=":material/notifications_off:",
                    on_click=mute,
                    args=(settings, say, run.id, kind),
                    width="stretch",
                )
    st.button(
        say.say("Acknowledge"),
        key=f"acknowledge-{first.id}",
        type="primary",
        shortcut=shortcut,
        on_click=acknowledge,
        args=(settings, say, ids),
    )


def next_morning(now: float, say: Words) -> float:
    """Nine o'clock of the reader's next day, in epoch seconds."""
    tomorrow = datetime.fromtimestamp(now, say.zone) + timedelta(days=1)
    return tomorrow.replace(hour=MORNING, minute=0, second=0, microsecond=0).timestamp()


def acknowledge(settings: Settings, say: Words, alert_ids: list[int]) -> None:
    """Store that a person has seen these; a journal that is busy is said so, and the card stays."""
    with blank.shield(say):
        reads.acknowledge(settings, alert_ids)


def snooze(settings: Settings, say: Words, alert_ids: list[int], until: float) -> None:
    """Take the card away until then."""
    with blank.shield(say):
        reads.snooze(settings, alert_ids, until)


def mute(settings: Settings, say: Words, run_id: str, rule: str) -> None:
    """Hear no more of that rule about this run."""
    with blank.shield(say):
        reads.mute(settings, run_id, rule)


def push_state(need: Need, settings: Settings, say: Words, as_of: float) -> str:
    """Whether the phone was told."""
    for delivery in need.deliveries:
        error = delivery.error or ""
        if delivery.state == "sent" and delivery.sent is not None:
            told, held = (
                say.say("pushed {time}", time=say.moment(delivery.sent, as_of)),
                need.held.get(delivery.channel),
            )
            return f"{told} · {kept_back(held, say)}" if held else told
        if delivery.state == "digested":
            return say.say("pushed in a digest")
        if delivery.state == "refused":
            return say.say("push refused: {reason}", reason=error)
        if not settings.pushbullet_token:
            break
        if delivery.state == "sending":
            return say.say("being pushed")
        why = say.say(WHY[delivery.why]) if delivery.why in WHY else error
        if delivery.state == "held":
            return say.say("push held until {time}: {why}", time=say.moment(delivery.next_try, as_of), why=why)
        if delivery.state == "suppressed":
            return say.say("not pushed: {why}", why=why)
        if error:
            next_try = say.moment(delivery.next_try, as_of)
            return say.say("push waiting: {reason}; next try {time}", reason=error, time=next_try)
        return say.say("push waiting")
    return say.say("not pushed") if settings.pushbullet_token else say.say("no Pushbullet token")
