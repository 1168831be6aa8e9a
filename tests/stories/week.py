"""A week in a researcher's life: two projects, twelve runs of 5 minutes to 30 hours, three of which crash."""

from typing import Any

from store import plans, progress, sessions
from store.database import write
from tests.fakes.journal import add_run
from tests.stories.colleague import Colleague
from tests.stories.day import KEY, NOT_A_NUMBER, OOM
from tests.workers.alerts.lab import HOUR, MINUTE

DAY = 24 * HOUR
QUIET = 300.0
"""Seconds between looks where nothing but long runs goes on."""
VISION, LANGUAGE = "cifar-robust", "言語モデル"
VISION_IMPORTS = ("train.py", "models/__init__.py", "models/net.py", "data.py")
LANGUAGE_IMPORTS = ("train.py", "lm/__init__.py", "lm/model.py", "lm/tokens.py")
LINES = "".join(f"value_{n} = {n}\n" for n in range(40))
VISION_FILES = {
    "train.py": f"import data\nfrom models import net\n{LINES}",
    "models/__init__.py": "",
    "models/net.py": f"import torch\n{LINES}",
    "data.py": f"import torch\n{LINES}",
    "plots/curves.py": f"import csv\n{LINES}",
    "README.md": "# 画像の頑健性\n",
    ".gitignore": "out/\n",
}
LANGUAGE_FILES = {
    "train.py": f"from lm.model import Model\n{LINES}",
    "lm/__init__.py": "",
    "lm/model.py": f"from . import tokens\n{LINES}",
    "lm/tokens.py": f"import unicodedata\n{LINES}",
    "scripts/clean.py": LINES,
}
PASTED = """\
来週までに
- [ ] 図を作り直す #write ~25m
・学習率を調べる ～30分 ！
1. clean the data folder #chore ~10m

- [x] order two GPUs #chore
"""
READ_FIRST, READ_NEXT = "Read: Attention is all you need", "『Horizon』の二回目を読む"


class Week:
    """What happened; the ids of runs, tasks and sessions by name."""

    def __init__(self, researcher: Colleague) -> None:
        self.researcher = researcher
        self.connection = researcher.connection
        self.runs: dict[str, str] = {}
        self.tasks: dict[str, int] = {}
        self.sessions: dict[str, int] = {}
        self.late: plans.Plan | None = None

    def play(self) -> None:
        """From Monday to Sunday."""
        self.researcher.begin_repository(VISION, VISION_FILES)
        self.researcher.begin_repository(LANGUAGE, LANGUAGE_FILES)
        self._remember_last_month()
        for day in (self._monday, self._tuesday, self._wednesday, self._thursday, self._friday):
            day()
        self._until(5, 21, 0, every=1800)
        self.researcher.commit(
            VISION, "夜の思いつき", **{"models/net.py": f"import torch\n{LINES[:100]}class Net: ...\n"}
        )
        self._until(6, 20, 0, every=1800)
        self.researcher.at("sunday: nothing runs")
        self.researcher.catch_up()

    def _until(self, day: int, hour: int, minute: float, *, every: float = 60.0) -> None:
        self.researcher.look_until(self.researcher.monday + day * DAY + hour * HOUR + minute * MINUTE, every=every)

    def _train(self, name: str, project: str, minutes: float, **how: Any) -> str:
        imports = VISION_IMPORTS if project == VISION else LANGUAGE_IMPORTS
        run = self.runs[name] = self.researcher.train_run(name, project, minutes, **{"imports": imports, **how})
        self.researcher.look(30, every=15)
        return run

    def _remember_last_month(self) -> None:
        """Ten language models that were trained before, a little quicker or slower than was predicted."""
        root = str(self.researcher.repositories[LANGUAGE].root)
        for number in range(10):
            created, seconds = self.researcher.monday - (30 - number) * DAY, 3 * HOUR
            run = add_run(
                self.connection, self.researcher.settings.home, f"2501{number + 10}-100000-past", created=created,
                state="finished", seconds=seconds, name=f"lm-{number}", files=False, cwd=root, project_root=root,
                argv=["python", "train.py"],
            )  # fmt: skip
            with write(self.connection):
                for percent in range(5, 100, 5):
                    rest = seconds * (1 - percent / 100)
                    progress.record_prediction(
                        self.connection, run, 1, percent=percent, time=created + seconds - rest,
                        remaining=rest / (0.92 + 0.02 * number),
                    )  # fmt: skip

    def _monday(self) -> None:
        researcher, tasks = self.researcher, self.tasks
        self._until(0, 8, 55)
        researcher.at("nothing to do yet")
        self._train("smoke", VISION, 5, every=4)
        researcher.look(60, every=15)
        researcher.at("five minutes")
        researcher.look(110, every=15)
        researcher.at("two minutes")
        self._until(0, 9, 6)
        tasks["augment"] = researcher.add_task(
            "データ拡張を比べる", VISION, kind="experiment", estimate=20 * MINUTE, priority=1
        )
        tasks["net"] = researcher.add_task(
            "Split models/net.py", VISION, kind="refactor", estimate=40 * MINUTE, notes="層ごとのファイルに分ける"
        )
        tasks["plots"] = researcher.add_task("Tidy plots/curves.py", VISION, kind="refactor", estimate=20 * MINUTE)
        tasks["read"] = researcher.add_task(READ_FIRST, kind="read", estimate=45 * MINUTE, priority=1)
        tasks["horizon"] = researcher.add_task(READ_NEXT, kind="read", estimate=25 * MINUTE)
        tasks["related"] = researcher.add_task("関連研究の節を書く", VISION, kind="write", estimate=2 * HOUR)
        self._paste()
        researcher.look()
        researcher.at("no run")
        baseline = self._train("baseline", VISION, 120)
        for name, title in (("compare", "baselineとの差を表にする"), ("paper", "Compare with the paper's Table 2")):
            tasks[name] = researcher.add_task(title, VISION, estimate=30 * MINUTE, priority=2)
            researcher.block(tasks[name], run=baseline)
        self._until(0, 9, 15, every=30)
        researcher.at("no plan yet")
        researcher.write_plan(baseline, hypothesis="拡張なしで 94 % に届く", if_success="write the ablation table",
                              if_failure="学習率を下げて再実行 #experiment ~20m")  # fmt: skip
        researcher.at("a plan")
        self._until(0, 9, 20)
        self.sessions["read"] = researcher.begin("read", 45, task_id=tasks["read"])
        self._until(0, 10, 4)
        researcher.at("reading")
        self._until(0, 10, 5)
        researcher.finish(self.sessions["read"], "二段落目まで")
        researcher.set_task(tasks["read"], "done")
        researcher.at("read enough")
        self.sessions["mail"] = researcher.begin("mail", 30)
        self._until(0, 10, 15)
        researcher.finish(self.sessions["mail"])
        researcher.at("after the mail")
        self._until(0, 10, 25)
        researcher.at("rested from reading")
        self.sessions["refactor"] = researcher.begin("refactor", 30, project_id=researcher.project(VISION))
        self._until(0, 10, 40)
        researcher.commit(
            VISION, "ネットを短くする", **{"models/net.py": f"import torch\n{LINES[:200]}class Net: ...\n"}
        )
        researcher.commit(VISION, "Name the axes", **{"plots/curves.py": f"import csv\n{LINES}X = 'step'\n"})
        researcher.look()
        for one in researcher.ask().advice:
            researcher.skip(one)
        researcher.at("a refactoring of what it imports")
        self._until(0, 10, 50)
        researcher.finish(self.sessions["refactor"])
        self.sessions["writing"] = researcher.begin("task", 45, task_id=tasks["related"])
        self._until(0, 11, 12, every=20)
        researcher.at("it ended in a session")
        self._until(0, 11, 25, every=20)
        researcher.finish(self.sessions["writing"])
        researcher.look(60, every=20)
        researcher.at("woken")
        for name in ("compare", "paper"):
            researcher.set_task(tasks[name], "done")
        researcher.note("baselineは 94.2 %。損失の谷は step 800 あたり。 GPU使用率は低い。", VISION)
        self._monday_afternoon()

    def _paste(self) -> None:
        titles = ("来週までに", "図を作り直す", "学習率を調べる", "clean the data folder", "order two GPUs")
        self.researcher.paste(PASTED, VISION, titles)

    def _monday_afternoon(self) -> None:
        researcher, tasks = self.researcher, self.tasks
        self._until(0, 13, 0, every=QUIET)
        first = self._train("aug-strong", VISION, 60, crashes_at=20, lines=OOM, expected="+1.5 % on CIFAR-C",
                            if_failure="バッチサイズを半分にして再実行 ~15m #experiment")  # fmt: skip
        tasks["pick"] = researcher.add_task("Pick the augmentation", VISION, kind="plan", estimate=15 * MINUTE)
        researcher.block(tasks["pick"], run=first)
        tasks["vendor"] = researcher.add_task("業者に電話する", kind="chore", estimate=5 * MINUTE, priority=1)
        researcher.block(tasks["vendor"], until=researcher.monday + DAY + 10.5 * HOUR)
        tasks["submit"] = researcher.add_task(
            "Submit the abstract", VISION, kind="write", estimate=10 * MINUTE, priority=2
        )
        researcher.block(tasks["submit"], text="先生の返事")
        self.sessions["crash"] = researcher.begin("task", 45, task_id=tasks["related"])
        self._until(0, 13, 22, every=20)
        researcher.finish(self.sessions["crash"])
        researcher.at("just crashed")
        tasks["halve"] = researcher.follow_plan(first)
        researcher.set_task(tasks["pick"], "doing")
        self._until(0, 13, 30)
        researcher.note(f"run:{first} はメモリ不足。半精度なら入る。", VISION)
        researcher.at("looked at")
        researcher.commit(VISION, "Halve the batch", **{"data.py": f"import torch\n{LINES}BATCH = 64\n"})
        researcher.edit(VISION, "data.py", f"import torch\n{LINES}BATCH = 64\nCROP = 28\n")
        researcher.edit(VISION, "notes.py", "DRAFT = 1\n")
        researcher.set_task(tasks["halve"], "done")
        self._until(0, 13, 45, every=QUIET)
        self._train("aug-strong-2", VISION, 90, if_success="強い拡張を本番に", if_failure="弱い拡張に戻す")
        self._until(0, 14, 0)
        researcher.edit(VISION, "data.py", f"import torch\n{LINES}BATCH = 64\nCROP = 24\nFLIP = True\n")
        researcher.edit(VISION, "models/mixup.py", "ALPHA = 0.2\n")
        researcher.look()
        researcher.at("it began with changes")
        self._until(0, 15, 30)
        researcher.commit(VISION, "Crop and flip")
        researcher.set_task(tasks["pick"], "done")
        self._until(0, 18, 0, every=QUIET)
        night = self._train("lm-night", LANGUAGE, 14 * 60, every=240)
        researcher.resume_note(
            VISION,
            place="混合の比率を決めるところ",
            next_step="alpha を 0.1 にしてみる",
            question="なぜ 0.4 で悪いのか",
        )
        self._until(0, 18, 25, every=120)
        researcher.at("a night without a plan")
        researcher.write_plan(night, if_success="評価を全部回す", if_failure="look at the gradient norms")
        tasks["evaluate"] = researcher.add_task("言語モデルを評価する", LANGUAGE, kind="experiment", estimate=HOUR)
        researcher.block(tasks["evaluate"], run=night)
        researcher.at("a long wait")
        self.sessions["forgotten"] = researcher.begin("other", 60, project_id=researcher.project(VISION))
        self._until(0, 18, 40)
        researcher.at("at the other project")
        self._until(1, 8, 5, every=QUIET)

    def _tuesday(self) -> None:
        researcher, tasks = self.researcher, self.tasks
        self._until(1, 9, 0, every=QUIET)
        researcher.at("the morning after")
        long = self._train("resnet50-long", VISION, 30 * 60, every=300, hypothesis="長く学習すれば追いつく",
                           if_success="Write up the long schedule", if_failure="短い方に戻す")  # fmt: skip
        for name, title in (
            ("report", "長い学習の結果をまとめる"),
            ("clean", "Delete old checkpoints"),
            ("tell", "ゼミで話す"),
        ):
            tasks[name] = researcher.add_task(title, VISION, kind="write", estimate=20 * MINUTE)
            researcher.block(tasks[name], run=long)
        researcher.set_task(tasks["evaluate"], "doing")
        self._until(1, 10, 29, every=120)
        researcher.at("before the date")
        self._until(1, 10, 31, every=30)
        researcher.at("the date has come")
        researcher.set_task(tasks["vendor"], "done")
        self.sessions["tidy"] = researcher.begin("refactor", 60, task_id=tasks["plots"])
        researcher.commit(
            VISION, "曲線の色を揃える", **{"plots/curves.py": f"import csv\n{LINES[:300]}COLOUR = 'C0'\n"}
        )
        researcher.repositories[VISION].git("mv", "data.py", "inputs.py")
        researcher.edit(VISION, "train.py", f"import inputs\nfrom models import net\n{LINES}")
        researcher.commit(VISION, "Rename data to inputs")
        self._until(1, 11, 15, every=120)
        researcher.at("a file of it was renamed")
        researcher.finish(self.sessions["tidy"])
        researcher.set_task(tasks["plots"], "done")
        for number, (hour, minute, minutes) in enumerate(((13, 0, 45), (14, 5, 45), (15, 10, 30))):
            self._until(1, hour, minute, every=120)
            name = f"read {number}"
            self.sessions[name] = researcher.begin("read", minutes, task_id=tasks["horizon"] if not number else None)
            self._until(1, hour, minute + minutes - 1, every=120)
            researcher.at(name)
            self._until(1, hour, minute + minutes)
            researcher.finish(self.sessions[name])
        tasks["survey"] = researcher.add_task("サーベイを拾い読み", kind="read", estimate=15 * MINUTE, priority=2)
        self._until(1, 16, 0)
        researcher.at("two hours read")
        self.sessions["post"] = researcher.begin("mail", 10)
        self._until(1, 16, 8)
        researcher.finish(self.sessions["post"])
        self._until(1, 18, 0, every=120)
        researcher.at("too early for mail")
        researcher.note("Idea: anneal α from 0.4 to 0.1 along the schedule", VISION, "idea")
        self._until(1, 19, 30, every=QUIET)
        assert "read" not in researcher.skip_until("mail")
        researcher.at("mail again")

    def _wednesday(self) -> None:
        researcher, tasks = self.researcher, self.tasks
        self._until(2, 10, 0, every=QUIET)
        tiny = self._train("lm-tiny", LANGUAGE, 60, every=30, crashes_at=30, lines=KEY)
        tasks["vocabulary"] = researcher.add_task("語彙を作り直す", LANGUAGE, estimate=25 * MINUTE)
        researcher.block(tasks["vocabulary"], run=tiny)
        self._until(2, 10, 5, every=30)
        researcher.at("two run, one without a plan")
        researcher.write_plan(tiny, if_failure="語彙の穴を調べる")
        self.sessions["tokens"] = researcher.begin("task", 50, project_id=researcher.project(LANGUAGE))
        self._until(2, 10, 32, every=20)
        researcher.at("crashed beside another")
        researcher.finish(self.sessions["tokens"])
        researcher.note(f"run:{tiny} val/0412.png が無い。ﾊﾞｯﾁ処理の順番?", LANGUAGE)
        researcher.set_task(tasks["vocabulary"], "done")
        self._until(2, 11, 0)
        researcher.at("looked at, and the long one goes on")
        self._until(2, 14, 50, every=QUIET)
        self.sessions["until due"] = researcher.begin("read", 30)
        self._until(2, 15, 40, every=20)
        researcher.finish(self.sessions["until due"])
        researcher.at("the long one is done")
        for name in ("report", "clean", "tell"):
            researcher.set_task(tasks[name], "done")

    def _thursday(self) -> None:
        researcher = self.researcher
        self._until(3, 9, 0, every=1800)
        self._train("トークナイザ比較", VISION, 50, every=20, counted=False, imports=("train.py", "models/__init__.py", "models/net.py", "inputs.py"),
                    if_success="大きい語彙にする", if_failure="keep 32k")  # fmt: skip
        self._until(3, 9, 20)
        researcher.at("nobody knows when")
        researcher.at("silence", live=False)
        self._until(3, 11, 0, every=QUIET)
        imports = ("train.py", "models/__init__.py", "models/net.py", "inputs.py")
        self._train("sweep-a", VISION, 20, every=8, imports=imports)
        self._until(3, 11, 5, every=20)
        self._train("sweep-b", VISION, 35, every=10, imports=imports)
        self._until(3, 11, 8, every=20)
        researcher.at("two sweeps")
        for name in ("sweep-a", "sweep-b"):
            researcher.write_plan(self.runs[name], if_success=f"{name} の幅を広げる", if_failure="狭める")
        self.sessions["asleep"] = researcher.begin("task", 40, task_id=self.tasks["related"])
        self._until(3, 11, 12, every=20)
        researcher.sleep(12 * MINUTE)
        researcher.look(60, every=10)
        researcher.at("the laptop slept")
        self._until(3, 11, 40, every=20)
        researcher.finish(self.sessions["asleep"])
        self._until(3, 12, 0, every=20)
        researcher.at("one sweep was first")
        self._until(3, 19, 0, every=QUIET)
        self.sessions["asleep for hours"] = researcher.begin("task", 60, task_id=self.tasks["related"])
        researcher.look(20 * MINUTE, every=60)
        researcher.leave()
        researcher.sleep(9 * HOUR)
        researcher.look(60, every=10)

    def _friday(self) -> None:
        researcher = self.researcher
        imports = ("train.py", "models/__init__.py", "models/net.py", "inputs.py")
        self._until(4, 9, 0, every=1800)
        self._train("lm-lr", LANGUAGE, 180, if_success="学習率を固定する", if_failure="warmup を延ばす")
        self._until(4, 10, 0)
        final = self._train(
            "final", VISION, 6 * 60, every=120, imports=imports, crashes_at=4.5 * 60, lines=NOT_A_NUMBER
        )
        researcher.write_plan(final, if_success="提出する")
        self._until(4, 10, 30)
        researcher.at("an interval")
        self._until(4, 11, 58, every=20)
        researcher.at("two minutes before")
        self._until(4, 12, 30, every=120)
        researcher.at("the final one goes on")
        self._until(4, 14, 20, every=120)
        self.sessions["last"] = researcher.begin("refactor", 45, project_id=researcher.project(VISION))
        self._until(4, 14, 40, every=20)
        researcher.finish(self.sessions["last"])
        researcher.at("the final one crashed")
        self.late = researcher.write_plan(final, if_failure="勾配を切る ~10m")
        self.tasks["clip"] = researcher.follow_plan(final)
        researcher.typed.append(("task", "勾配を切る"))
        entry = researcher.note("週のまとめ: 強い拡張は効く。 E=mc² ではないが $\\alpha=0.2$ が良い。", None, "study")
        assert entry.id
        self.researcher.look()
        with write(self.connection):
            sessions.touch(self.connection, researcher.wall)
