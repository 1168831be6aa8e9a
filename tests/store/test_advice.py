"""What is advised at each moment, and what never is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.advice import KINDS, MOST, STRETCH_SECONDS, Advice, advise
from store.advice_words import messages
from store.situations import Guard, Job, OpenGoal, OpenTask, Pile, ReadingItem, ResumeCard, Situation, wait_of
from store.symptoms import Phrase

NOW = 1_000_000.0
CIFAR, SPEECH = 1, 2
ENTRY = frozenset({"train.py", "data/loader.py"})


def job(left: float | None = 38, low: float | None = None, high: float | None = None, **fields: object) -> Job:
    """A planned run of *cifar* with so many minutes left."""
    given: dict[str, object] = {"id": "r1", "name": "resnet", "project_id": CIFAR, "planned": True, **fields}
    times = [None if one is None else NOW + one * 60 for one in (low, left, high)]
    return Job(**given, eta_low=times[0], eta_at=times[1], eta_high=times[2])  # type: ignore[arg-type]


def task(number: int, minutes: float | None = 20, **fields: object) -> OpenTask:
    """A task of *cifar* of so many minutes."""
    estimate = None if minutes is None else minutes * 60
    given: dict[str, object] = {"title": f"task {number}", "project_id": CIFAR, "estimate": estimate, **fields}
    return OpenTask(number, **given)  # type: ignore[arg-type]


def guard(**fields: object) -> Guard:
    """The run whose code is needed."""
    given: dict[str, object] = {"run_id": "r1", "name": "resnet", "project_id": CIFAR, "active": True, **fields}
    return Guard(**{"files": ENTRY, "count": 2, **given})  # type: ignore[arg-type]


def subjects(situation: Situation) -> list[tuple[str, str]]:
    """Kind and subject of what is advised."""
    return [(one.kind, one.subject) for one in advise(situation)]


def line(one: Advice) -> str:
    """Its reasons in one line of English."""
    return " · ".join(map(str, one.reasons))


def of_kind(situation: Situation, kind: str) -> Advice | None:
    """The advice of that kind, if there is one."""
    return next((one for one in advise(situation) if one.kind == kind), None)


class TestGoals:
    """What serves a goal of the week."""

    def test_its_task_first(self) -> None:
        """Of tasks alike the one that a goal is about comes first, and says so; without the goal it does not."""
        busy = Situation(NOW, jobs=(job(60),), tasks=(task(1), task(2), task(3)))
        goal = OpenGoal("Table 2", None, frozenset({("task", "3")}))
        assert subjects(busy)[0] == ("task", "task:1")
        first = advise(replace(busy, goals=(goal,)))[0]
        assert (first.subject, str(first.reasons[-1])) == ("task:3", "serves this week's goal: Table 2")

    def test_how_much(self) -> None:
        """What a goal is about counts half as much again, what is of its project a quarter more, the nearer goal is
        named, and what is of no goal says nothing."""
        near, far = OpenGoal("near", None, frozenset({("task", "1")})), OpenGoal("far", CIFAR)
        plain = Situation(NOW, tasks=(task(1), task(2, project_id=SPEECH)))
        scores = {one.subject: one.score for one in advise(plain)}
        for goals, factor, said in (((near,), 1.5, "near"), ((far,), 1.25, "far"), ((far, near), 1.5, "near")):
            found = {one.subject: one for one in advise(replace(plain, goals=goals))}
            assert found["task:1"].score == pytest.approx(scores["task:1"] * factor)
            assert str(found["task:1"].reasons[-1]).endswith(said)
            assert found["task:2"].score == scores["task:2"]
            assert "goal" not in line(found["task:2"])

    def test_papers_and_runs(self) -> None:
        """A goal may be about a paper to read, and about a run whose plan is missing."""
        goals = (OpenGoal("p", None, frozenset({("paper", "2401.1")})), OpenGoal("r", None, frozenset({("run", "r1")})))
        papers = (ReadingItem("2401.1", "a paper", 1, 20.0),)
        found = Situation(NOW, jobs=(job(60, planned=False),), papers=papers, goals=goals)
        assert str(of_kind(found, "read").reasons[-1]).endswith("goal: p")  # type: ignore[union-attr]
        assert str(of_kind(found, "plan").reasons[-1]).endswith("goal: r")  # type: ignore[union-attr]

    def test_no_goal_outweighs_what_woke(self) -> None:
        """What woke still comes before what serves a goal."""
        goal = OpenGoal("g", CIFAR, frozenset({("task", "2")}))
        found = Situation(NOW, tasks=(task(1, woken_by="sweep"), task(2, priority=2)), goals=(goal,))
        assert subjects(found)[0] == ("task", "task:1")


class TestOrder:
    """What comes first."""

    def test_a_plan_then_what_woke_then_what_fits(self) -> None:
        """Plans missing come before woken tasks, and those before all others, whatever their weights."""
        situation = Situation(
            NOW,
            jobs=(job(planned=False),),
            tasks=(task(1, 35, priority=2, state="doing"), task(2, 5, priority=-1, woken_by="warm-up")),
            weights={"plan": 0.5, "task": 1.5},
        )
        assert subjects(situation) == [("plan", "run:r1"), ("task", "task:2"), ("task", "task:1")]
        plan, woken, _ = advise(situation)
        assert str(plan.title) == "Plan what follows “resnet”" and plan.run_id == "r1"
        assert line(plan).startswith("about 38 m left · nobody wrote yet what to do")
        assert "it waited for “warm-up”, and that is there" in line(woken)

    def test_the_plan_of_the_run_that_ends_first(self) -> None:
        """Of several runs without a plan the one that ends first is named, and the others are counted."""
        jobs = (
            job(None, planned=False, id="a", name="a"),
            job(300, planned=False, id="b", name="b"),
            job(90, planned=False, id="c", name="c"),
        )
        plan = advise(Situation(NOW, jobs=jobs))[0]
        assert plan.subject == "run:c" and "runs without a plan besides: 2" in line(plan)
        skipped = Situation(NOW, jobs=jobs, declined=frozenset({("plan", "run:c")}))
        assert advise(skipped)[0].subject == "run:b"

    def test_why_a_run_failed(self) -> None:
        """A crash that nobody looked at goes before the next experiment, and after what woke; not in another project."""
        crash = guard(run_id="c1", name="crash", active=False)
        situation = Situation(
            NOW, tasks=(task(1, 20, kind="experiment", priority=1), task(2, woken_by="x")), guards=(crash,)
        )
        assert [subject for _, subject in subjects(situation)] == ["task:2", "run:c1"]
        look = advise(situation)[1]
        assert (look.run_id, look.minutes, str(look.title)) == ("c1", 15, "Find out why “crash” failed")
        here = replace(situation, jobs=(job(38),), tasks=())
        assert ("task", "run:c1") in subjects(here)
        assert ("task", "run:c0") not in subjects(replace(here, guards=(crash, replace(crash, run_id="c0"))))
        assert ("task", "run:c1") not in subjects(replace(here, jobs=(job(38, project_id=SPEECH),)))

    def test_three_at_most(self) -> None:
        """Never more than three, and never more than two tasks."""
        situation = Situation(NOW, jobs=(job(),), tasks=tuple(task(n) for n in range(9)))
        assert len(subjects(situation)) == MOST
        assert [kind for kind, _ in subjects(situation)].count("task") == 2

    def test_the_next_experiment_when_nothing_runs(self) -> None:
        """Idle GPUs are the reason to begin the experiment that is next."""
        situation = Situation(NOW, tasks=(task(1), task(2, 20, kind="experiment")))
        first = advise(situation)[0]
        assert first.subject == "task:2" and line(first) == "nothing is running · about 20 m · the GPUs wait for it"


class TestTime:
    """The time left, and what fits it."""

    def test_what_is_too_long_is_left_out(self) -> None:
        """A task longer than the time left is not proposed, woken or not; what is spent on it already counts."""
        situation = Situation(
            NOW, jobs=(job(38),), tasks=(task(1, 60), task(2, 60, woken_by="x"), task(3, 60, spent=1800.0))
        )
        assert [subject for kind, subject in subjects(situation) if kind == "task"] == ["task:3"]
        found = of_kind(situation, "task")
        assert found is not None and found.minutes == 30 and "about 30 m of it left" in line(found)

    def test_the_nearest_run_counts(self) -> None:
        """Of several runs it is the one that ends first, and it is named."""
        situation = Situation(NOW, jobs=(job(600, id="b", name="long"), job(15)), tasks=(task(1, 20), task(2, 10)))
        found = of_kind(situation, "task")
        assert found is not None and found.subject == "task:2"
        assert line(found).startswith("about 15 m left until “resnet” ends")

    @pytest.mark.parametrize(
        ("run", "words"),
        [
            (job(38), "about 38 m left"),
            (job(38, 37, 39), "38 m left"),
            (job(38, 25, 60), "about 38 m left (25 m to 1 h)"),
            (job(38, -5, 60), "about 38 m left (1 h at most)"),
            (job(-5, -9, 20), "“resnet” is due any moment, in 20 m at the latest"),
            (job(-5, -9, -1), "when “resnet” ends is not known"),
            (job(None), "when “resnet” ends is not known"),
            (job(38, health=("stalled",)), "when “resnet” ends is not known"),
            (job(38, health=("suspended",)), "when “resnet” ends is not known"),
            (job(None, state="queued"), "“resnet” waits to start"),
        ],
    )
    def test_as_exactly_as_it_is_known(self, run: Job, words: str) -> None:
        """The first reason says how much time is left, or that it is not known."""
        for one in advise(Situation(NOW, jobs=(run,), tasks=(task(1, 10),))):
            assert str(one.reasons[0]) == words

    @pytest.mark.parametrize("left", [0.5, 2.9])
    def test_stretch(self, left: float) -> None:
        """Less than three minutes are for nothing but to stretch, whatever waits."""
        situation = Situation(NOW, jobs=(job(left, planned=False),), tasks=(task(1, 1, woken_by="x"),))
        (one,) = advise(situation)
        assert (one.kind, one.minutes) == ("stretch", None)
        assert line(one).endswith("left · too short to begin anything")

    def test_not_known(self) -> None:
        """Where no end is known nothing is assumed: what is long is proposed too, another project is not."""
        card = ResumeCard(5, SPEECH, "speech", "beam search", "", NOW - 9)
        situation = Situation(NOW, jobs=(job(None),), tasks=(task(1, 300),), resumes=(card,))
        assert ("task", "task:1") in subjects(situation)
        assert of_kind(situation, "other") is None
        short = replace(situation, tasks=(task(1, 300), task(2, 20)))
        assert [subject for kind, subject in subjects(short) if kind == "task"] == ["task:2", "task:1"]
        silent = replace(situation, jobs=(job(300),), silent=True)
        assert of_kind(silent, "other") is None
        assert line(advise(silent)[0]).startswith("the daemon is silent")

    def test_what_may_not_be_done_in_time(self) -> None:
        """What fits even if the run ends early goes before what may not."""
        situation = Situation(NOW, jobs=(job(40, 15, 80),), tasks=(task(1, 18), task(2, 15)))
        assert [one.subject for one in advise(situation)][:2] == ["task:2", "task:1"]


class TestTasks:
    """Which tasks are proposed."""

    def test_never_a_blocked_one(self) -> None:
        """Nor one that is done, dropped, or worked at right now."""
        states = ("blocked", "done", "dropped", "todo")
        tasks = tuple(task(n, state=state) for n, state in enumerate(states))
        assert [s for _, s in subjects(Situation(NOW, jobs=(job(),), tasks=tasks)) if s.startswith("task:")] == [
            "task:3"
        ]
        assert subjects(Situation(NOW, jobs=(job(),), tasks=(tasks[3],), task_id=3)) == subjects(
            Situation(NOW, jobs=(job(),), tasks=(task(3, state="doing"),), task_id=3)
        )
        assert ("task", "task:3") not in subjects(Situation(NOW, jobs=(job(),), tasks=(tasks[3],), task_id=3))

    def test_not_of_another_project(self) -> None:
        """While one project runs, tasks of another are none of now, unless they woke or one is at it already."""
        situation = Situation(NOW, jobs=(job(),), tasks=(task(1, project_id=SPEECH), task(2, project_id=None)))
        assert [subject for kind, subject in subjects(situation) if kind == "task"] == ["task:2"]
        assert ("task", "task:1") in subjects(replace(situation, project_id=SPEECH))
        assert ("task", "task:1") in subjects(replace(situation, jobs=()))

    def test_without_an_estimate(self) -> None:
        """It is proposed for the time there is, and says that its length is not known."""
        found = of_kind(Situation(NOW, jobs=(job(10),), tasks=(task(1, None),)), "task")
        assert found is not None and found.minutes == 10 and "is not estimated" in line(found)
        found = of_kind(Situation(NOW, jobs=(job(10),), tasks=(task(1, 20, spent=1300.0),)), "task")
        assert found is not None and "it takes longer than estimated" in line(found)

    def test_none_at_all(self) -> None:
        """With no task open, writing down what there is to do is proposed."""
        (one,) = advise(Situation(NOW))
        assert (one.kind, one.subject, line(one)) == ("plan", "tasks", "nothing is running · no task is open")

    def test_weights_shift(self) -> None:
        """Kinds that were skipped come later."""
        paper = ReadingItem("2401.1", "Horizon", 2, 20)
        situation = Situation(NOW, jobs=(job(),), tasks=(task(1),), papers=(paper,))
        assert [kind for kind, _ in subjects(situation)][:2] == ["task", "read"]
        assert subjects(replace(situation, weights={"task": 0.5}))[0] == ("read", "paper:2401.1")
        assert subjects(replace(situation, weights={"task": -99.0, "read": 99.0}))[1] == ("task", "task:1")

    def test_declined(self) -> None:
        """What was skipped a short while ago is not proposed."""
        situation = Situation(NOW, jobs=(job(),), tasks=(task(1),), declined=frozenset({("task", "task:1")}))
        assert of_kind(situation, "task") is None


class TestReading:
    """Papers, no longer than one can read."""

    PAPER = ReadingItem("2401.1", "Horizon", 2, 30)

    def test_the_line_of_reasons(self) -> None:
        """It says how much time is left, how long the pass is and how much was read today."""
        found = of_kind(Situation(NOW, jobs=(job(38),), papers=(self.PAPER,), read_today=25, read_stretch=5), "read")
        assert found is not None and found.paper == "2401.1"
        assert line(found) == "about 38 m left · pass 2 of it is about 30 m · you have read 25 m today"

    @pytest.mark.parametrize(
        ("today", "stretch", "minutes"),
        [(0, 0, 30), (0, 30, 20), (95, 0, 25), (110, 0, None), (120, 0, None), (0, 50, None)],
    )
    def test_stamina(self, today: float, stretch: float, minutes: float | None) -> None:
        """Fifty minutes at a stretch and two hours a day; a part of a pass where there is room for one."""
        situation = Situation(NOW, jobs=(job(300),), papers=(self.PAPER,), read_today=today, read_stretch=stretch)
        found = of_kind(situation, "read")
        assert (found.minutes if found else None) == minutes

    def test_the_next_that_fits(self) -> None:
        """Where the head of the queue is too long for the time left, a shorter pass further on is proposed."""
        situation = Situation(NOW, jobs=(job(12),), papers=(self.PAPER, ReadingItem("2", "Glance", 1, 8)))
        found = of_kind(situation, "read")
        assert found is not None and found.subject == "paper:2"

    def test_tasks_to_read_too(self) -> None:
        """A task of reading is reading: it needs stamina as well."""
        situation = Situation(NOW, jobs=(job(300),), tasks=(task(1, 40, kind="read"),))
        assert of_kind(situation, "read") is not None
        assert of_kind(replace(situation, read_today=90), "read") is None


class TestRefactoring:
    """Refactoring, with the drift it would cause, and never onto what a run needs."""

    def test_what_to_keep_off(self) -> None:
        """The reasons say which run's files to leave alone, and how far the code has drifted."""
        situation = Situation(NOW, jobs=(job(300),), guards=(guard(commits=3, changed=1),))
        found = of_kind(situation, "refactor")
        assert found is not None
        assert "keep off the files that “resnet” imports (2), or it drifts" in line(found)
        assert "drift so far: commits 3, files that it imports 1" in line(found)

    @pytest.mark.parametrize(
        ("title", "notes", "offered"),
        [
            ("Split the plots", "plots/figures.py", True),
            ("Split train.py", "", False),
            ("学習率の整理", "./data/loader.py を分ける", False),
            ("Rename", "see cifar/data/loader.py", False),
            ("Tidy the loader", "", False),
            ("Tidy the uploader", "", True),
        ],
    )
    def test_never_onto_the_files_of_a_run(self, title: str, notes: str, offered: bool) -> None:
        """A task that names what a run imports is not proposed, whether that run goes on or failed unexamined."""
        for active in (True, False):
            situation = Situation(
                NOW,
                jobs=(job(300),),
                tasks=(task(1, 20, kind="refactor", title=title, notes=notes),),
                guards=(guard(active=active),),
            )
            assert (("refactor", "task:1") in subjects(situation)) is offered

    def test_where_it_is_not_known(self) -> None:
        """Where nobody knows what a run imports nothing is refactored; where not all of it, nothing that is named."""
        tasks = (task(1, 20, kind="refactor"), task(2, 20, kind="refactor", notes="plots.py"))
        situation = Situation(NOW, jobs=(job(300),), tasks=tasks, guards=(guard(files=None),))
        assert of_kind(situation, "refactor") is None
        partly = replace(situation, guards=(guard(whole=False, count=9),))
        found = of_kind(partly, "refactor")
        assert found is not None and found.subject == "task:1" and "imports (9)" in line(found)
        assert of_kind(replace(partly, tasks=tasks[1:]), "refactor").subject == "project:1"  # type: ignore[union-attr]

    def test_for_a_look(self) -> None:
        """The files of a run that failed are left as they are until somebody has looked."""
        situation = Situation(NOW, jobs=(job(300),), guards=(guard(active=False, name="crash"),))
        found = of_kind(situation, "refactor")
        assert found is not None and "leave the files of “crash” as they are (2)" in line(found)

    def test_when_nothing_runs(self) -> None:
        """A refactoring task causes no drift then."""
        found = of_kind(Situation(NOW, tasks=(task(1, kind="refactor"),)), "refactor")
        assert found is not None and "no run needs the code as it is" in line(found)


class TestOthers:
    """Self-review, another project, mail."""

    @pytest.mark.parametrize(
        ("commits", "lines", "minutes"), [(2, 100, None), (3, 30, 10), (1, 250, 16), (9, 3000, 38)]
    )
    def test_review_where_commits_pile_up(self, commits: int, lines: int, minutes: float | None) -> None:
        """Three commits or two hundred lines are a pile, read for as long as there is time."""
        found = of_kind(Situation(NOW, jobs=(job(38),), piles=(Pile(CIFAR, "cifar", commits, lines),)), "review")
        assert (found.minutes if found else None) == minutes

    def test_another_project_in_a_long_wait(self) -> None:
        """Only with an hour for sure, and with where it was left."""
        card = ResumeCard(5, SPEECH, "speech", "the beam search", "write its test", NOW - 9)
        situation = Situation(NOW, jobs=(job(130, 90, 180),), resumes=(card,))
        found = of_kind(situation, "other")
        assert found is not None and (found.project_id, found.resume_id, found.minutes) == (SPEECH, 5, 90)
        assert line(found).endswith("long enough to switch · you left it at: the beam search · next: write its test")
        assert of_kind(replace(situation, jobs=(job(130, 50, 180),)), "other") is None
        busy = replace(situation, piles=(Pile(CIFAR, "cifar", 7, 420),), tasks=(task(1), task(2)))
        assert advise(busy)[0].kind == "review"
        assert advise(replace(busy, jobs=(job(1800),)))[0].kind == "other"
        assert of_kind(replace(situation, jobs=(job(59),)), "other") is None
        assert of_kind(replace(situation, resumes=()), "other") is None
        assert of_kind(replace(situation, resumes=(replace(card, project_id=CIFAR),)), "other") is None

    def test_mail(self) -> None:
        """Every three hours at most, for its cap, and only while something runs."""
        situation = Situation(NOW, jobs=(job(38),), last_mail=NOW - 3 * 3600)
        found = of_kind(situation, "mail")
        assert found is not None and found.minutes == 10 and "last looked at 3 h ago · 10 m at most" in line(found)
        assert of_kind(replace(situation, last_mail=NOW - 3000), "mail") is None
        assert of_kind(replace(situation, jobs=()), "mail") is None


minutes = st.floats(0.5, 400) | st.none()
jobs = st.builds(
    lambda number, left, spread, **fields: replace(
        job(left, None if left is None else left - spread, None if left is None else left + spread, **fields),
        id=f"r{number}", project_id=1 + number % 2,
    ),
    st.integers(0, 3), st.floats(-60, 400) | st.none(), st.floats(0, 200), planned=st.booleans(),
    state=st.sampled_from(("running", "queued")), health=st.sampled_from(((), (), ("stalled",))),
)  # fmt: skip
tasks = st.builds(
    lambda number, length, **fields: replace(task(number, length), **fields), st.integers(1, 9), minutes,
    kind=st.sampled_from(("code", "refactor", "read", "review", "plan", "experiment")),
    state=st.sampled_from(("todo", "doing", "blocked", "done", "dropped")), priority=st.integers(-1, 2),
    project_id=st.sampled_from((None, 1, 2)), spent=st.floats(0, 3000), woken_by=st.sampled_from((None, None, "", "x")),
    notes=st.sampled_from(("", "train.py", "plots.py")),
)  # fmt: skip
situations = st.builds(
    Situation, st.just(NOW), jobs=st.lists(jobs, max_size=3).map(tuple), silent=st.booleans(),
    tasks=st.lists(tasks, max_size=6, unique_by=lambda one: one.id).map(tuple),
    guards=st.lists(
        st.builds(guard, run_id=st.uuids().map(str), project_id=st.integers(1, 2), active=st.booleans(), files=st.sampled_from((None, ENTRY))),
        max_size=2,
    ).map(tuple),
    piles=st.lists(st.builds(Pile, st.integers(1, 2), st.just("p"), st.integers(1, 9), st.integers(0, 999))).map(tuple),
    papers=st.lists(
        st.builds(ReadingItem, st.uuids().map(str), st.just("t"), st.integers(1, 3), st.floats(1, 300)), max_size=3
    ).map(tuple),
    resumes=st.lists(
        st.builds(ResumeCard, st.integers(1, 9), st.integers(1, 2), st.just("p"), st.text(max_size=3), st.just("n"),
                  st.just(NOW)), max_size=2,
    ).map(tuple),
    read_today=st.floats(0, 200), read_stretch=st.floats(0, 60), last_mail=st.none() | st.just(NOW - 9e4),
    task_id=st.none() | st.integers(1, 3), weights=st.dictionaries(st.sampled_from(KINDS), st.floats(0.5, 1.5)),
    declined=st.frozensets(st.tuples(st.sampled_from(KINDS), st.sampled_from(("task:1", "run:r1", "project:1", "")))),
)  # fmt: skip


def phrases(phrase: Phrase) -> list[Phrase]:
    """It, and those within it."""
    return [phrase, *(one for value in phrase.values.values() if isinstance(value, Phrase) for one in phrases(value))]


@given(situations)
def test_never(situation: Situation) -> None:
    """Never more than three, none twice, none too long, blocked, skipped, tiring or onto what a run needs; all explained."""
    found = advise(situation)
    wait = wait_of(situation)
    known = {one.id: one for one in situation.tasks}
    assert len(found) <= MOST and len({(one.kind, one.subject) for one in found}) == len(found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        assert one.kind in KINDS
        assert len(one.reasons) >= 2 and all(str(reason) for reason in one.reasons)
        assert {part.message for text in (one.title, *one.reasons) for part in phrases(text)} <= set(messages())
        if one.kind == "stretch":
            assert found == [one] and wait.budget is not None and wait.budget < STRETCH_SECONDS
            continue
        assert one.minutes is not None and one.minutes >= 1
        assert (one.kind, one.subject) not in situation.declined
        for left in (wait.budget, wait.at, wait.high, wait.latest):
            assert left is None or one.minutes * 60 <= left
        if one.task_id is not None:
            task = known[one.task_id]
            assert task.state in ("todo", "doing") and task.id != situation.task_id
            if task.remaining is not None:
                assert one.minutes * 60 >= task.remaining
        if one.kind == "read":
            assert one.minutes <= 50 - situation.read_stretch and one.minutes <= 120 - situation.read_today
        if one.kind == "refactor":
            near = [g for g in situation.guards if one.project_id is None or g.project_id == one.project_id]
            assert all(g.files is not None for g in near)
            assert not near or one.task_id is None or known[one.task_id].notes != "train.py"
        if one.kind == "other":
            assert wait.sure is not None and wait.sure >= 3600 and one.resume_id is not None
    bare = [one for one in situation.jobs if not one.planned and ("plan", f"run:{one.id}") not in situation.declined]
    if bare and found and found[0].kind != "stretch":
        assert found[0].kind == "plan" and found[0].subject in {f"run:{one.id}" for one in bare}


@given(situations)
def test_the_same_for_the_same(situation: Situation) -> None:
    """The same situation gets the same advice: nothing is drawn by chance."""
    first, second = advise(situation), advise(situation)
    assert [(one.kind, one.subject, one.minutes, one.score) for one in first] == [
        (one.kind, one.subject, one.minutes, one.score) for one in second
    ]
