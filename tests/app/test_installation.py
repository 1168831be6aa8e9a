"""What a user sees of pip while it installs."""

import io

import pytest

from app.installation import PipOutput, Progress

TRANSCRIPT = """\
Collecting streamlit==1.67.0
  Downloading streamlit-1.67.0-py3-none-any.whl.metadata (10 kB)
  Downloading streamlit-1.67.0-py3-none-any.whl (9.1 MB)
Collecting click==8.5.1
  Using cached click-8.5.1-py3-none-any.whl (102 kB)
Processing /somewhere/torch-2.13.0-cp311-cp311-linux_x86_64.whl
Requirement already satisfied: idna in ./lib (3.20)
Installing collected packages: streamlit, click, torch
"""


class Terminal(io.StringIO):
    """A terminal of unknown width."""

    def isatty(self) -> bool:
        return True


class TestPipOutput:
    def test_follows_pip(self):
        """Packages are counted and named, with their size from a megabyte on, up to the unpacking."""
        output = PipOutput()
        seen = []
        for line in TRANSCRIPT.splitlines():
            output.read(line)
            seen.append(output.detail)
        assert seen == [
            "package 1: streamlit",
            "package 1: streamlit",
            "package 1: streamlit-1.67.0, 9.1 MB",
            "package 2: click",
            "package 2: click-8.5.1",
            "package 3: torch-2.13.0",
            "package 3: torch-2.13.0",
            "unpacking 3 packages",
        ]
        assert output.stage == "unpacking"

    def test_shows_how_much_is_here(self):
        """pip's raw progress becomes a percentage of the large download, and no line to be shown."""
        output = PipOutput()
        output.read("  Downloading torch-2.13.0-cp311.whl (200.0 MB)")
        for done in (0, 50_000_000, 199_999_999):
            output.read(f"Progress {done} of 200000000")
        assert output.detail == "package 0: torch-2.13.0, 200.0 MB, 99 %"
        assert len(output.tail) == 1

    def test_says_that_the_index_is_silent(self):
        """While pip tries to reach its index again, that is what is shown."""
        output = PipOutput()
        output.read("WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'x'")
        assert output.detail == "the package index does not answer; pip tries again"

    @pytest.mark.parametrize(
        "line", ["", "Progress 5 of 0", "Collecting", "Processing ", "日本語 \x1b[31m", "Progress x"]
    )
    def test_minds_no_line(self, line):
        """A line that means nothing to it changes nothing."""
        output = PipOutput()
        output.read(line)
        assert (output.packages, output.stage) == (0, "looking")


class TestProgress:
    def test_is_sparing_without_a_terminal(self):
        """In a log file there is a line at each new stage, and else one every ten seconds."""
        now = [0.0]
        out = io.StringIO()
        progress = Progress(out, lambda: now[0])
        for second in range(25):
            now[0] = second
            progress.show("fetching" if second < 12 else "unpacking", f"step {second}")
        progress.say("Done.")
        assert out.getvalue().splitlines() == [
            "  step 0 (0 s)",
            "  step 10 (10 s)",
            "  step 12 (12 s)",
            "  step 22 (22 s)",
            "Done.",
        ]

    def test_rewrites_one_line_on_a_terminal(self):
        """On a terminal one line is rewritten, never wider than it, and wiped before a line that stays."""
        now = [0.0]
        out = Terminal()
        progress = Progress(out, lambda: now[0])
        now[0] = 3.9
        progress.show("fetching", "step 1")
        progress.show("fetching", "x" * 300)
        progress.say("Done.")
        parts = out.getvalue().split("\r\x1b[K")
        assert parts[1] == "  step 1 (3 s)"
        assert parts[2] == "  " + "x" * 77
        assert parts[3] == "Done.\n"
