"""The order of the inbox: what is learned from keeps and skips, and when."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from store import entries, paper_ranks, papers
from store.database import write
from store.paper_rows import list_papers
from store.papers import Find
from store.settings import Settings
from workers.papers.rank import Decision, Document, features, rank, words
from workers.papers.rank_process import order_inbox
from workers.papers.ranking import LOOK_SECONDS, QUIET_SECONDS, Ranking

NOW = 1.7e9
LIKED = ("exploration bonus", "policy gradient", "value function", "reward shaping", "plasticity loss", "replay buffer")
OTHER = ("graph colouring", "random walk", "prime numbers", "spectral gap", "lattice basis", "convex hull")


def paper(chance: random.Random, kind: tuple[str, ...], number: int, author: str = "") -> Document:
    """A paper about three of those subjects, among words that all papers have."""
    subjects = " ".join(f"We study {one} in detail and report results." for one in chance.sample(kind, 3))
    return Document(f"On {chance.choice(kind)}, part {number}", subjects, (author,) if author else ())


def decisions(count: int, seed: int = 1) -> list[Decision]:
    """Half of them papers of the liked kind that were kept, half others that were skipped."""
    chance = random.Random(seed)
    return [Decision(paper(chance, OTHER if n % 2 else LIKED, n), not n % 2) for n in range(count)]


def test_ten_decisions_are_enough() -> None:
    """From ten keeps and skips on, papers of the liked kind come before the others."""
    chance = random.Random(2)
    liked, other = [paper(chance, LIKED, n) for n in range(10)], [paper(chance, OTHER, n) for n in range(10)]
    ranked = rank(decisions(10), (), liked + other)
    assert min(one.score for one in ranked[:10]) > max(one.score for one in ranked[10:])
    assert all(0 <= one.score <= 1 for one in ranked)


def test_nine_are_not() -> None:
    """Before that nothing is claimed: all scores are 0."""
    chance = random.Random(2)
    assert {one.score for one in rank(decisions(9), (), [paper(chance, LIKED, 1)])} == {0.0}


def test_it_says_why() -> None:
    """A paper that is high has words that it shares with what was kept, none a part of another."""
    (high, low) = rank(decisions(20), (), [paper(random.Random(3), LIKED, 1), paper(random.Random(3), OTHER, 1)])
    known = " ".join(LIKED)
    assert 1 <= len(high.why) <= 3
    assert all(word in known for reason in high.why for word in reason.split())
    assert not any(one != other and one in other for one in high.why for other in high.why)
    assert not low.why


def test_authors_count() -> None:
    """Where the words tell nothing, an author whose papers were kept does, and is named as the reason."""
    chance = random.Random(4)
    both = LIKED + OTHER
    known = [Decision(paper(chance, both, n, "Jane Roe" if n % 2 else "Bo Poe"), bool(n % 2)) for n in range(30)]
    text = paper(chance, both, 1)
    mine, other = (Document(text.title, text.abstract, (name,)) for name in ("Jane Roe", "Bo Poe"))
    ranked = rank(known, (), [mine, other])
    assert ranked[0].score > ranked[1].score
    assert "Jane Roe" in ranked[0].why


@pytest.mark.parametrize("kept", [True, False])
def test_only_keeps_or_only_skips(kept: bool) -> None:
    """Somebody who has only kept so far, or only skipped, gets an order too."""
    chance = random.Random(5)
    known = [Decision(paper(chance, LIKED, n), kept) for n in range(12)]
    liked, other = rank(known, (), [paper(chance, LIKED, 1), paper(chance, OTHER, 1)])
    assert (liked.score > other.score) is kept


def test_japanese_notes_count() -> None:
    """What one writes about in Japanese lifts English papers on it, and Japanese ones."""
    chance = random.Random(6)
    neutral = ("alpha study", "beta trial", "gamma survey", "delta report")
    known = [Decision(paper(chance, neutral, n), n % 2 == 0) for n in range(10)]
    candidates = [
        Document("Learning rate schedules", "The learning rate of reinforcement learning agents."),
        Document("Convex hulls", "The hull of random points in the plane."),
        Document("学習率の減衰について", "学習率を減らす方法を比べる。"),
        Document("凸包の計算", "平面上の点の凸包を求める。"),
    ]
    notes = ["強化学習で学習率のスケジュールを変えたら、損失が下がった。"]
    english, hull, japanese, totsuho = rank(known, notes, candidates)
    assert english.score > hull.score
    assert japanese.score > totsuho.score
    plain = rank(known, (), candidates)
    assert english.score > plain[0].score


def test_words() -> None:
    """Words in one spelling, neighbours together but not over a full stop, Japanese in pairs and its terms in English;
    formulas and commands are no words."""
    found = words("Policies improve. Robots' $\\alpha_x$ \\emph{GPUs} with ﬁne-tuning")
    assert {"policy", "improv", "policy improv", "robot", "gpu", "fine-tun"} <= set(found)
    assert len({words(form)[0] for form in ("automated", "automation", "automating", "automate")}) == 1
    assert "improv robot" not in found
    assert not any("alpha" in word or "emph" in word for word in found)
    assert {"学習", "習率", *words("learning rate")} <= set(words("学習率"))


@pytest.mark.parametrize("text", ["", "the of and", "$x$", "\x00\ud800", "1 2 3", "x" * 100_000])
def test_strange_papers(text: str) -> None:
    """A paper without a word that counts has a score like any other."""
    ranked = rank(decisions(10), ("", text), [Document(text), Document(text, text)])
    assert len(ranked) == 2
    assert [one.score for one in rank([Decision(Document(text), n > 4) for n in range(10)], (), [Document(text)])]
    assert isinstance(features(Document(text)), list)


def fill(journal: sqlite3.Connection, decided: int, waiting: int) -> None:
    """A journal where so many papers were kept or skipped, half each, and twice so many wait in the inbox."""
    chance = random.Random(7)
    with write(journal):
        for number, one in enumerate(decisions(decided)):
            find = Find(f"2301.{number:05}", one.document.title, abstract=one.document.abstract)
            papers.take_up(journal, find, NOW, state="queue" if one.kept else "dropped")
        for number in range(2 * waiting):
            new = paper(chance, OTHER if number % 2 else LIKED, number)
            papers.take_up(journal, Find(f"2401.{number:05}", new.title, abstract=new.abstract), NOW + number)


def test_the_inbox_is_put_in_order(journal: sqlite3.Connection) -> None:
    """The best papers come first, with their words; done again nothing changes."""
    fill(journal, 20, 15)
    assert order_inbox(journal, NOW) == (30, 30)
    inbox = list_papers(journal, ["inbox"])
    assert all(int(one.ref[-5:]) % 2 == 0 for one in inbox[:15])
    assert inbox[0].why
    assert order_inbox(journal, NOW) == (30, 0)


def test_before_ten_decisions_the_newest_come_first(journal: sqlite3.Connection) -> None:
    """Nothing is learned from too little; and what was learned is forgotten where decisions are taken back."""
    fill(journal, 10, 3)
    order_inbox(journal, NOW)
    assert paper_ranks.has_scores(journal)
    with write(journal):
        papers.set_state(journal, "2301.00001", "inbox", NOW)
    order_inbox(journal, NOW)
    assert not paper_ranks.has_scores(journal)
    assert list_papers(journal, ["inbox"])[0].ref == "2401.00005"


def test_notes_and_tasks_are_read(journal: sqlite3.Connection) -> None:
    """What was written of late is among what one works on; what was written long ago is not."""
    with write(journal):
        entries.add(journal, "note", "学習率を下げる", NOW - 86400)
        entries.add(journal, "note", "an old thing", NOW - 300 * 86400)
    assert [text.strip() for text in paper_ranks.works(journal, NOW)] == ["学習率を下げる"]


class Steady:
    """Seconds that pass where a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="steady")
def _steady() -> Steady:
    return Steady()


@pytest.fixture(name="ranking")
def _ranking(journal: sqlite3.Connection, settings: Settings, steady: Steady) -> Iterator[Ranking]:
    ranking = Ranking(journal, settings, steady=steady)
    yield ranking
    ranking.close()


def test_it_is_done_by_itself_when_things_are_quiet(
    journal: sqlite3.Connection, ranking: Ranking, steady: Steady, wait_for: Callable[..., None]
) -> None:
    """A process orders the inbox once things are quiet, and not again until something changes."""
    fill(journal, 12, 4)

    def settle() -> None:
        wait_for(lambda: not ranking.tick(), "the order", 60)

    ranking.tick()
    assert ranking.is_busy
    settle()
    assert paper_ranks.has_scores(journal)
    for _ in range(20):
        steady.now += 60
        ranking.tick()
    assert ranking.runs == 1
    with write(journal):
        papers.set_state(journal, "2401.00000", "queue", NOW)
    steady.now += LOOK_SECONDS
    ranking.tick()
    steady.now += QUIET_SECONDS / 2
    with write(journal):
        papers.set_state(journal, "2401.00001", "dropped", NOW)
    ranking.tick()
    steady.now += QUIET_SECONDS / 2
    ranking.tick()
    assert ranking.runs == 1
    steady.now += 2 * QUIET_SECONDS
    ranking.tick()
    assert ranking.runs == 2
    settle()


def test_nothing_is_started_for_a_few_decisions(journal: sqlite3.Connection, ranking: Ranking, steady: Steady) -> None:
    """Where there is nothing to learn from, no process is started."""
    fill(journal, 4, 4)
    for _ in range(10):
        steady.now += 60
        ranking.tick()
    assert ranking.runs == 0


def test_a_process_that_fails_is_not_started_over_and_over(
    journal: sqlite3.Connection, settings: Settings, steady: Steady, wait_for: Callable[..., None]
) -> None:
    """Where the order cannot be made, that is tried again only when something has changed."""
    fill(journal, 12, 4)
    ranking = Ranking(journal, replace(settings, home=settings.journal / "nowhere"), steady=steady)
    ranking.tick()
    wait_for(lambda: not ranking.tick(), "its end", 60)
    for _ in range(10):
        steady.now += 60
        ranking.tick()
    assert ranking.runs == 1
