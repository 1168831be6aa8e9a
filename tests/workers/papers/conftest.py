"""A local arXiv, and the tools that ask it with a clock of their own, so that nobody waits three seconds."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from store import paper_searches
from store.database import write
from store.paper_searches import Search
from store.settings import Settings
from tests.fakes.arxiv_server import ArxivServer
from workers.papers.arxiv_client import ArxivClient
from workers.papers.errands import Errands
from workers.papers.gate import Gate
from workers.papers.pull import Puller

NOW = 1_795_000_000.0


@dataclass
class Clock:
    """A clock that only sleeping moves; ``slept`` are the pauses in order."""

    now: float = NOW

    def __post_init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture(name="arxiv")
def _arxiv() -> Iterator[ArxivServer]:
    """An arXiv without papers."""
    with ArxivServer() as server:
        yield server


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="at_arxiv")
def _at_arxiv(settings: Settings, arxiv: ArxivServer) -> Settings:
    """Settings that point there, where an answer may take a second."""
    return replace(settings, arxiv_url=arxiv.url, arxiv_timeout_seconds=1.0)


@pytest.fixture(name="gate")
def _gate(journal: sqlite3.Connection, at_arxiv: Settings, clock: Clock) -> Gate:
    return Gate(journal, at_arxiv, clock, sleep=clock.sleep, chance=lambda: 0.0)


@pytest.fixture(name="client")
def _client(gate: Gate, at_arxiv: Settings, clock: Clock) -> ArxivClient:
    return ArxivClient(gate, at_arxiv, clock)


@pytest.fixture(name="puller")
def _puller(client: ArxivClient, clock: Clock) -> Puller:
    return Puller(client, clock)


@pytest.fixture(name="errands")
def _errands(journal: sqlite3.Connection, at_arxiv: Settings, clock: Clock) -> Errands:
    return Errands(journal, at_arxiv, clock=clock, sleep=clock.sleep)


@pytest.fixture(name="follow")
def _follow(journal: sqlite3.Connection, clock: Clock) -> Callable[[str], Search]:
    """Follows a search."""

    def follow(query: str) -> Search:
        with write(journal):
            return paper_searches.add_search(journal, query, clock())

    return follow
