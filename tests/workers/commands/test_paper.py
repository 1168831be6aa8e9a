"""`machiai paper`, as typed in a terminal."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes import arxiv_server as fake
from tests.fakes.arxiv_feed import DAY, START
from tests.fakes.arxiv_server import ArxivServer, sample, samples
from tests.fakes.command import Machiai


@pytest.fixture(name="arxiv")
def _arxiv(machiai: Machiai) -> Iterator[ArxivServer]:
    """A local arXiv that the command asks."""
    with ArxivServer() as server:
        machiai.environment["MACHIAI_ARXIV_URL"] = server.url
        machiai.environment["MACHIAI_ARXIV_TIMEOUT_SECONDS"] = "2"
        yield server


def call(machiai: Machiai, *arguments: str, **options: Any) -> str:
    """Call `machiai paper`, which must succeed; what it printed, for scripts and for people."""
    done = machiai.call("paper", *arguments, **options)
    assert done.returncode == 0, done.stderr
    return f"{done.stdout}{done.stderr}"


def rows(machiai: Machiai, *arguments: str) -> list[dict[str, Any]]:
    """What a command with `--json` says."""
    done = machiai.call("paper", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


class TestFollowing:
    """Searches and pulls."""

    def test_from_nothing_to_a_queue_of_five(self, machiai: Machiai, arxiv: ArxivServer) -> None:
        """A newcomer follows a search, pulls it and keeps five; the list is for scripts too."""
        arxiv.put(*samples(8), sample("2611.00020", "A survey of samples", updated=START + DAY))
        assert "no search is followed" in call(machiai, "pull")
        assert "cat:cs.LG ANDNOT" in call(machiai, "follow", "--category", "cs.lg", "--not", "survey", "--name", "ML")
        assert "ML: 8 new (ok)" in call(machiai, "pull")
        call(machiai, "keep", *(row["id"] for row in rows(machiai, "ls")[:5]))
        queue = rows(machiai, "ls", "--state", "queue")
        assert [row["id"] for row in queue] == [f"2611.0000{number}" for number in (8, 7, 6, 5, 4)]
        assert queue[0] == {
            "id": "2611.00008", "version": 1, "title": "Sample paper 8", "authors": ["Ada Example", "Ben Example"],
            "categories": ["cs.LG"], "state": "queue", "priority": 0, "added": queue[0]["added"], "read": None,
            "minutes": 0.0, "tags": [],
        }  # fmt: skip
        (search,) = rows(machiai, "searches")
        assert (search["name"], search["last_outcome"], search["new"]) == ("ML", "ok", 8)
        assert "ok at" in call(machiai, "searches")
        assert "not followed" in call(machiai, "unfollow", "ml") and rows(machiai, "searches") == []

    def test_pulls_for_scripts(self, machiai: Machiai, arxiv: ArxivServer) -> None:
        """Per search: query, outcome, new, updated, reason; what failed makes the exit code 1."""
        arxiv.put(*samples(2))
        call(machiai, "follow", "ti:sample")
        call(machiai, "follow", "cat:cs.CV AND ti:nothing")
        arxiv.script(None, fake.web_page())
        first, second = rows(machiai, "pull")
        assert first == {
            "name": "sample", "query": "ti:sample", "outcome": "ok", "new": 2, "updated": 0, "reason": "",
        }  # fmt: skip
        assert (second["outcome"], "web page" in second["reason"]) == ("degraded", True)
        arxiv.script(fake.refuse(429, "500"))
        done = machiai.call("paper", "pull", "sample")
        assert (done.returncode, "failed: arXiv says that we ask too often" in done.stderr) == (1, True)
        assert "the last good pull was at" in call(machiai, "searches")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("cat:cs.LG AND",), "ends where"),
            (("ti:a", "--title", "b"), "give a query, or options"),
            ((), "give a query, or options"),
            (("--category", "ml"), "no category"),
        ],
    )
    def test_what_cannot_be_followed(self, machiai: Machiai, arguments: tuple[str, ...], words: str) -> None:
        """It is said why, before arXiv is asked."""
        done = machiai.call("paper", "follow", *arguments)
        assert done.returncode != 0 and words in done.stderr


class TestAdding:
    """Papers by hand."""

    def test_ids_addresses_titles(self, machiai: Machiai, arxiv: ArxivServer) -> None:
        """All are kept with one question to arXiv; their ids go to stdout; again, they are known."""
        arxiv.put(*samples(2), sample("hep-th/9901001", "Strings", version=3))
        done = machiai.call(
            "paper",
            "add",
            "2611.00001",
            "https://arxiv.org/abs/hep-th/9901001v2",
            "A blog https://x.org",
            "--tag",
            "new",
        )
        ids = done.stdout.split()
        assert ids[:2] == ["2611.00001", "hep-th/9901001"] and ids[2].startswith("web-")
        listed = {row["id"]: row for row in rows(machiai, "ls")}
        assert [listed[one]["title"] for one in ids] == ["Sample paper 1", "Strings", "A blog"]
        assert {tuple(row["tags"]) for row in listed.values()} == {("new",)}
        assert len(arxiv.requests) == 1
        assert "known already" in call(machiai, "add", "arXiv:2611.00001v1", "--state", "reading")
        assert len(arxiv.requests) == 1

    def test_a_list_and_a_file(self, machiai: Machiai, arxiv: ArxivServer) -> None:
        """A pasted list on stdin and a BibTeX file."""
        arxiv.put(*samples(1))
        (machiai.cwd / "my.bib").write_text("@article{a, title={Über Netze}, author={Müller, Zoë}, year={2020}}")
        call(machiai, "add", "--bibtex", "my.bib", "--state", "read")
        assert "known already" in call(machiai, "add", "my.bib")
        assert "none.bib cannot be read" in machiai.call("paper", "add", "none.bib").stderr
        printed = call(machiai, "add", "-", input="- 2611.00001\n??\n- A title of a book\n")
        assert "names no paper" in printed or "??" in printed
        assert sorted(row["title"] for row in rows(machiai, "ls")) == [
            "A title of a book",
            "Sample paper 1",
            "Über Netze",
        ]

    def test_without_arxiv(self, machiai: Machiai, arxiv: ArxivServer) -> None:
        """An id is kept, the reason is said, and the next pull tells what it is; one that is none is told too."""
        arxiv.put(*samples(1))
        arxiv.script(fake.failing(502))
        assert "HTTP 502; the papers are kept by their ids" in call(machiai, "add", "2611.00001", "2611.77777")
        assert rows(machiai, "ls")[0]["title"].startswith("arXiv:")
        call(machiai, "follow", "ti:nothing")
        call(machiai, "pull")
        assert "Sample paper 1" in call(machiai, "ls")
        assert "arXiv knows no paper" in call(machiai, "show", "2611.77777")

    def test_nothing(self, machiai: Machiai) -> None:
        """An empty list is refused."""
        done = machiai.call("paper", "add", "-", input="\n")
        assert done.returncode == 1 and "names no paper" in done.stderr


class TestDeciding:
    """Keep, skip, later, read, undo."""

    def test_a_paper_goes_its_way(self, machiai: Machiai, arxiv: ArxivServer) -> None:
        """Each verb puts papers into a state; undo takes the last back; what is said of one is shown."""
        arxiv.put(sample("2611.00001", "Deep nets", version=2, comment="12 pages", doi="10.1000/x"))
        call(machiai, "add", "2611.00001", "A blog", "--state", "inbox")
        blog = next(row["id"] for row in rows(machiai, "ls") if row["title"] == "A blog")
        for verb, state in (
            ("start", "reading"),
            ("read", "read"),
            ("skip", "dropped"),
            ("keep", "queue"),
            ("drop", "dropped"),
        ):
            call(machiai, verb, "https://arxiv.org/abs/2611.00001v1")
            assert machiai_state(machiai, "2611.00001") == state
        assert "queue" in call(machiai, "undo")
        call(machiai, "later", blog, "--until", "+3d")
        assert machiai_state(machiai, blog) == "later"
        assert "no date" in machiai.call("paper", "later", blog, "--until", "soon").stderr
        shown = json.loads(machiai.call("paper", "show", "deep nets", "--json").stdout)
        assert (shown["id"], shown["comment"], shown["doi"], shown["newer"]) == (
            "2611.00001",
            "12 pages",
            "10.1000/x",
            False,
        )
        assert shown["events"][0]["kind"] == "added"
        assert "12 pages" in call(machiai, "show", "2611.00001")
        done = machiai.call("paper", "keep", "2611.55555")
        assert done.returncode == 1 and "there is no paper 2611.55555" in done.stderr

    def test_read_only(self, machiai: Machiai) -> None:
        """Where nothing may be changed, that is said; lists are shown."""
        machiai.environment["MACHIAI_READ_ONLY"] = "1"
        for arguments in (("add", "A blog"), ("follow", "ti:a"), ("pull",), ("undo",)):
            done = machiai.call("paper", *arguments)
            assert done.returncode == 1 and "read-only" in done.stderr
        assert rows(machiai, "ls") == []


def test_a_daemon_and_two_terminals_take_turns(machiai: Machiai, arxiv: ArxivServer) -> None:
    """While a daemon pulls, two commands that ask at once keep to one request in three seconds, one at a time."""
    arxiv.put(*samples(3))
    machiai.start_daemon()
    call(machiai, "follow", "ti:sample")
    call(machiai, "follow", "cat:cs.LG")
    machiai.inside = False
    threads = [threading.Thread(target=machiai.call, args=("paper", "pull")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(arxiv.requests) >= 4 and arxiv.most_at_once == 1
    assert arxiv.shortest_gap() >= 3
    assert len(rows(machiai, "ls")) == 3


def machiai_state(machiai: Machiai, paper: str) -> str:
    """The state of a paper."""
    return str(json.loads(machiai.call("paper", "show", paper, "--json").stdout)["state"])
