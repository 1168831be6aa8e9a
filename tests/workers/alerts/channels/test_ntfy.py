"""Whether a message is on an ntfy server: by its link, else by its words; and what ntfy takes as a message."""

import json

import pytest

from workers.alerts.channels.ntfy import Message, fit, is_there, mark_link, poll_address

GUID = "machiai-0123456789abcdef"


def lines(**found: object) -> list[str]:
    """A listing with one message, between other lines."""
    return ["", "no JSON", json.dumps({"event": "open"}), "[1]", json.dumps({"event": "message", **found})]


def test_by_link() -> None:
    """A message with a link of ours is found by it, whatever its text says by now."""
    link = mark_link("http://h:1/run?run=1", GUID)
    assert link == f"http://h:1/run?run=1#{GUID}"
    wanted = Message("t", "b", link, 0.0)
    assert is_there(lines(title="x", message="y", click=link), wanted)
    assert not is_there(lines(title="t", message="b", click="http://h:1/run?run=1#machiai-other"), wanted)
    assert not is_there(lines(title="t", message="b"), wanted)


@pytest.mark.parametrize("link", ["", "http://h/?q=%E5%9B%B3", "http://h/図", "http://h/a b"])
def test_links_that_do_not_come_through(link: str) -> None:
    """A link that ntfy would get changed carries no mark."""
    assert mark_link(link, GUID) == ""


def test_a_fragment_is_replaced() -> None:
    """A link has one fragment: ours."""
    assert mark_link("http://h/run#top", GUID) == f"http://h/run#{GUID}"


def test_by_words() -> None:
    """Without a link title and text tell, blanks around them and words for being late before it left out."""
    wanted = Message("t ", "one\ntwo\n", "", 0.0)
    assert is_there(lines(title="t", message="one\ntwo"), wanted)
    assert is_there(lines(title="t", message="Sent 2 h late.\none\ntwo"), wanted)
    assert not is_there(lines(title="t", message="one\ntwo\nthree"), wanted)
    assert not is_there(lines(title="other", message="one\ntwo"), wanted)
    assert not is_there([], wanted)


@pytest.mark.parametrize("text", ["short", "x" * 10000, "学習" * 3000, "\u0001" * 5000, "🎉" * 3000])
def test_fit(text: str) -> None:
    """A text becomes no attachment: neither for ntfy nor for the package, which counts it as JSON."""
    kept = fit(text)
    assert len(kept.encode()) <= 3900
    assert len(json.dumps({"topic": "t" * 64, "title": "学" * 100, "message": kept})) < 8000
    assert kept == text or (kept.endswith("…") and text.startswith(kept[:-1]))
    assert len(kept) >= min(len(text), 500)


def test_poll_address() -> None:
    """The messages of a topic are asked for from an hour before, for a clock that is behind."""
    assert poll_address("http://h:1", "a/b", 7200.9) == "http://h:1/a/b/json?poll=1&since=3600"
