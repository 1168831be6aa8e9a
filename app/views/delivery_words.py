"""What became of a delivery, in the reader's words."""

from app import status
from app.words import Words, mark
from store.deliveries import Delivery

STATES = {
    **status.DELIVERIES,
    "held": mark("held"),
    "suppressed": mark("not sent"),
    "digested": mark("sent in a digest"),
}
WHY = {
    "digest": mark("for the next digest"),
    "quiet": mark("quiet hours"),
    "grace": mark("waiting a moment for what may follow"),
    "fallback": mark("only where another channel fails"),
    "budget": mark("to save pushes of this month"),
    "off": mark("this channel is off"),
    "muted": mark("muted for this run"),
    "merged": mark("told by another alert"),
    "follows": mark("it follows from another alert"),
    "filter": mark("this channel is not to get alerts of this kind"),
    "session": mark("waits for the end of your session"),
    "over": mark("it was over before it was sent"),
    "replaced": mark("a later alert tells it"),
    "expired": mark("it waited too long to be news"),
}


def kept_back(held: str, say: Words) -> str:
    """``kept back before: quiet hours``, from why the delivery log says it was held."""
    return say.say("kept back before: {why}", why=say.say(WHY.get(held, held)))


def describe(delivery: Delivery, say: Words, held: str | None = None) -> str:
    """``pushbullet: held until 2026-11-21 23:00:00 · quiet hours``. ``held`` is why it was kept back before it was
    sent, where it was."""
    parts = [f"{delivery.channel}: {say.say(STATES.get(delivery.state, delivery.state))}"]
    if delivery.sent:
        parts[0] += f" {say.date(delivery.sent)}"
        if held:
            parts.append(kept_back(held, say))
    if delivery.attempts:
        parts.append(say.count("{n} attempt", "{n} attempts", delivery.attempts))
    if delivery.state == "held":
        parts.append(say.say("until {time}", time=say.date(delivery.next_try)))
    if delivery.state == "waiting":
        parts.append(say.say("next try {time}", time=say.date(delivery.next_try)))
    if delivery.unsure:
        parts.append(say.say("an earlier try may have arrived"))
    said = delivery.state in ("held", "suppressed") and delivery.why in WHY
    if said:
        reason = WHY[delivery.why or ""]
        parts.append(say.say(reason))
    elif delivery.error:
        parts.append(delivery.error)
    return " · ".join(parts)
