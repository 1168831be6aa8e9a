"""Several alerts told as one."""

from datetime import timedelta, timezone
from typing import Any

from store.alert_rows import Alert
from workers.alerts.messages import BODY_LIMIT, TITLE_LIMIT, compose_digest

NOON = 1_790_000_000.0
ZONE = timezone(timedelta(hours=1))
BASE = "http://127.0.0.1:8501"


def alert(number: int, kind: str, title: str, run: str | None = None, **fields: Any) -> Alert:
    """An alert as the journal keeps it."""
    known: dict[str, Any] = {"severity": "digest", "occurred": NOON - 60 * number, "body": "", "acknowledged": None}
    known |= {"url": f"{BASE}/run?id={run}" if run else None, "attempt": 1 if run else None, "guid": f"g{number}"}
    return Alert(id=number, run_id=run, kind=kind, raised=NOON, title=title, **(known | fields))


def digest(*alerts: Alert, **more: Any) -> Any:
    """Compose with everything usual."""
    return compose_digest(alerts, now=NOON, dashboard_url=BASE, zone=ZONE, **more)


def test_the_title_counts_and_each_has_a_line() -> None:
    """What is worst and most urgent comes first; what concerns one run stands in one line."""
    made = digest(
        alert(1, "best", "★ new best: val_acc 0.912 — resnet50", "r1", count=3),
        alert(2, "finished", "✔ finished in 3 h — vit-b", "r2"),
        alert(3, "eta_slipped", "» slower: done 21:40, not 18:10 — resnet50", "r1", severity="soon"),
        alert(4, "finished", "✔ finished in 2 h — sweep-3", "r3"),
        alert(5, "heat", "! GPU 1 slowed by heat: 92 °C — lab-1", severity="soon", cleared=NOON - 5),
    )
    assert made.title == "5 things: 1 slower, 2 finished, 1 new best, 1 GPU slowed"
    assert made.body.splitlines() == [
        "resnet50: » slower: done 21:40, not 18:10 · 15:10; ★ new best: val_acc 0.912 ×3 · 15:12",
        "✔ finished in 3 h — vit-b · 15:11",
        "✔ finished in 2 h — sweep-3 · 15:09",
        "! GPU 1 slowed by heat: 92 °C — lab-1 (over) · 15:08",
    ]
    assert made.url == BASE


def test_goals_of_a_week() -> None:
    """The goals of a week are listed whole, a line each, though its title is cut."""
    goals = ["• " + "the first " * 12, "• 論文の図を直す", "• read two papers"]
    made = digest(
        alert(1, "best", "★ new best: val_acc 0.912 — resnet50", "r1"),
        alert(2, "goals", "⚑ goals of this week: the first the first…", body="\n".join(goals)),
    )
    assert made.title == "2 things: 1 new best, goals of this week"
    assert made.body.splitlines()[1:] == ["⚑ goals of this week", *[goal.strip() for goal in goals]]


def test_japanese() -> None:
    """The same in Japanese: short, since each character is wide."""
    made = digest(
        alert(1, "finished", "✔ 完了（3 時間） — vit-b", "r2"),
        alert(2, "crashed", "✖ クラッシュ（2 分後）: SIGSEGV — sweep-3", "r3", severity="now"),
        language="ja",
    )
    assert made.title == "2 件: クラッシュ 1、完了 1"
    assert made.body.splitlines()[0] == "✖ クラッシュ（2 分後）: SIGSEGV — sweep-3 · 15:11"


def test_of_one_run_alone_the_link_is_its_page() -> None:
    """Whoever taps it is where they want to be."""
    both = (alert(1, "best", "★ a — x", "r1"), alert(2, "milestone", "◑ b — x", "r1"))
    assert digest(*both).url == f"{BASE}/run?id=r1"


def test_too_many_are_counted() -> None:
    """What does not fit is counted, and nothing is cut in its middle."""
    many = [alert(n, "finished", f"✔ finished in {n} h — {'n' * 30}{n}", f"r{n}") for n in range(1, 60)]
    made = digest(*many)
    *lines, last = made.body.splitlines()
    assert len(made.body) <= BODY_LIMIT
    assert last == f"and {59 - len(lines)} more"
    assert all("finished" in line and "·" in line for line in lines)


def test_limits_and_redaction() -> None:
    """Titles that hold a token, or more than fits, harm nobody."""
    token = "o.SecretSecretSecret"
    kinds = ("crashed", "killed", "lost", "stalled", "diverged", "best", "heat", "ecc", "xid", "disk", "host_memory")
    made = digest(
        *(alert(n, kind, f"{token} {'x' * 90} — {token}", f"r{n}") for n, kind in enumerate(kinds)),
        redact=lambda text: text.replace(token, "•••"),
    )
    assert "o.Secret" not in made.title + made.body
    assert len(made.title) <= TITLE_LIMIT and len(made.body) <= BODY_LIMIT
    assert digest().title == "0 things:"
