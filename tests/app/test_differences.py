"""What differs between runs."""

from app import differences
from app.differences import Changed

PATCH = """diff --git a/train.py b/train.py
index 1..2 100644
--- a/train.py
+++ b/train.py
@@ -1,3 +1,4 @@
-LR = 1e-3
+LR = 3e-4
+-- not a header
 rest
diff --git a/assets/x.png b/assets/x.png
new file mode 100644
GIT binary patch
literal 3
KcmZ
diff --git a/old name.py b/new name.py
similarity index 90%
--- a/old name.py
+++ b/new name.py
@@ -1 +0,0 @@
--- gone
"""


def test_only_what_differs_is_told() -> None:
    """A key that one run lacks differs; those all share are counted."""
    values = [{"lr": "3e-4", "seed": "1", "x": "y"}, {"lr": "1e-3", "seed": "1"}, {"lr": "3e-4", "seed": "1"}]
    assert differences.differing(values) == {"lr": ["3e-4", "1e-3", "3e-4"], "x": ["y", None, None]}
    assert differences.same(values) == 1
    assert differences.differing([]) == {} and differences.same([]) == 0


def test_command_lines_keep_their_own_words() -> None:
    """What all have is left out, once for each time they have it."""
    commands = [["python", "t.py", "-v", "-v", "--lr", "1"], ["python", "t.py", "-v", "--lr", "2"]]
    assert differences.own_words(commands) == [["-v", "1"], ["2"]]
    assert differences.own_words([]) == []


def test_the_files_of_a_patch_are_counted() -> None:
    """Lines added and removed a file; headers are none of them; a binary file has no lines."""
    assert differences.changes_of(PATCH) == [
        Changed("train.py", 2, 1),
        Changed("assets/x.png", 0, 0),
        Changed("new name.py", 0, 1),
    ]
    assert differences.changes_of("--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n") == [Changed("x.py", 1, 1)]
    assert differences.changes_of("no patch at all") == []


def test_many_files_are_summed() -> None:
    """The first few by name, the rest as a number."""
    changes = [Changed(f"f{n}.py", n, 1) for n in range(5)]
    assert differences.describe_changes(changes) == "f0.py +0 −1, f1.py +1 −1, f2.py +2 −1, … 2: +7 −2"
    assert differences.describe_changes([]) == ""
