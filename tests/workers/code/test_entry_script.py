"""Which script or module a command line begins."""

import pytest

from workers.code.entry_script import Entry, find_entry, read_shell


@pytest.mark.parametrize(
    ("argv", "scripts", "modules"),
    [
        (["python", "train.py", "--lr", "1"], ["train.py"], []),
        (["/usr/bin/python3.11", "-u", "-W", "ignore", "src/train.py"], ["src/train.py"], []),
        (["python", "-m", "pkg.train", "other.py"], [], ["pkg.train"]),
        (["python", "-um", "pkg.train"], [], ["pkg.train"]),
        (["python", "-mpkg.train"], [], ["pkg.train"]),
        (["./train.py"], ["./train.py"], []),
        (["torchrun", "--nproc_per_node", "4", "--nnodes=1", "train.py", "x.py"], ["train.py"], []),
        (["torchrun", "--nproc_per_node=4", "-m", "pkg.train"], [], ["pkg.train"]),
        (["python", "-m", "torch.distributed.run", "--nproc_per_node=2", "train.py"], ["train.py"], []),
        (["python", "-m", "torch.distributed.launch", "-m", "pkg.train"], [], ["pkg.train"]),
        (["accelerate", "launch", "--config_file", "a.yaml", "train.py"], ["train.py"], []),
        (["python3", "-m", "accelerate.commands.launch", "--module", "pkg.train"], [], ["pkg.train"]),
        (["deepspeed", "--num_gpus=2", "train.py", "--deepspeed", "ds.json"], ["train.py"], []),
        (["srun", "--gres=gpu:1", "python", "train.py"], ["train.py"], []),
        (["mpirun", "-np", "4", "-x", "A=1", "python", "-u", "train.py"], ["train.py"], []),
        (["horovodrun", "-m", "2", "python", "train.py"], ["train.py"], []),
        (["env", "CUDA_VISIBLE_DEVICES=0", "nice", "-n", "10", "python", "train.py"], ["train.py"], []),
        (["uv", "run", "python", "-m", "pkg"], [], ["pkg"]),
        (["bash", "-c", "source venv/bin/activate && python train.py --x 'a b' | tee log"], ["train.py"], []),
        (["bash", "-lc", "cd x; CUDA_VISIBLE_DEVICES=0 python 学習.py"], ["学習.py"], []),
        (["python", "-c", "import train"], [], []),
        (["make", "train"], [], []),
        ([], [], []),
    ],
)
def test_command_lines(argv: list[str], scripts: list[str], modules: list[str]) -> None:
    """Interpreters, launchers, wrappers and shells are seen through; what is not recognised gives nothing."""
    entry = find_entry(argv)
    assert (entry.scripts, entry.modules) == (scripts, modules)


def test_the_rest() -> None:
    """The text of ``-c``, shell scripts and commands that may be the project's own are noted for the search."""
    assert find_entry(["python", "-c", "import a"]).texts == ["import a"]
    assert find_entry(["bash", "run all.sh"]).shells == ["run all.sh"]
    assert find_entry(["./run.sh", "x"]).shells == ["./run.sh"]
    assert find_entry(["/venv/bin/my-train", "--x"]).commands == ["my-train"]
    assert find_entry(["make"]).name == "" and find_entry(["python", "-m", "a"]).name == "-m a"


def test_a_shell_script() -> None:
    """The commands in a shell script: continued lines, variables before them, several in a line; not what is quoted open."""
    entry = Entry()
    text = """#!/bin/bash
# python comment.py
export X=1
CUDA_VISIBLE_DEVICES=0 \\
  python -u train.py \\
  --name "a b"
echo 'python
no.py'
torchrun --nproc_per_node=2 -m pkg.ddp && python evaluate.py; ls
"""
    read_shell(text, entry)
    assert (entry.scripts, entry.modules) == (["train.py", "evaluate.py"], ["pkg.ddp"])
