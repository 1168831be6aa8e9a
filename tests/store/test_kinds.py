"""Which command lines are of the same kind."""

import shlex

import pytest

from store.kinds import kind_of


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("", ""),
        ("python train.py --lr 3e-4", "python train.py"),
        ("/opt/conda/bin/python3.11 -u -X dev train.py", "python train.py"),
        ("python /p/src/train.py 3", "python src/train.py"),
        ("python main.py fit --config a.yaml", "python main.py fit"),
        ("python main.py configs/a.yaml", "python main.py"),
        ("python main.py model=resnet lr=0.1", "python main.py"),
        ("python -m package.train --x 1", "python -m package.train"),
        ("python -m torch.distributed.run --nproc_per_node 2 t.py cfg.py", "python -m torch.distributed.run t.py"),
        ("torchrun --nproc_per_node 8 train.py --a b", "torchrun train.py"),
        ("accelerate launch --num_processes 2 run.py --a", "accelerate run.py"),
        ("srun -n 4 python train.py", "srun train.py"),
        ("env CUDA_VISIBLE_DEVICES=0 python train.py", "python train.py"),
        ("CUDA_VISIBLE_DEVICES=0 nice -n 10 python train.py", "python train.py"),
        ("uv run python train.py", "python train.py"),
        ("bash -c 'source a && cd b && exec python train.py --lr 1'", "python train.py"),
        ("bash train.sh 3", "bash train.sh"),
        ("./train.sh 3", "train.sh"),
        ("Rscript fit.R 5", "Rscript fit.R"),
        ("yolo detect train data=coco.yaml", "yolo detect train"),
        ("fairseq-train data-bin/wmt --lr 3", "fairseq-train"),
        ("python", "python"),
    ],
)
def test_program(command: str, kind: str) -> None:
    """The interpreter, script and subcommand count; options, values, data and what goes before do not."""
    assert kind_of(shlex.split(command), "/p") == kind


def test_code_on_the_command_line() -> None:
    """Programs given as text are told apart by the text."""
    one, other = kind_of(["python", "-c", "print(1)"]), kind_of(["python", "-c", "print(2)"])
    assert one != other
    assert one == kind_of(["python3", "-c", "print(1)", "--lr", "3"])


def test_a_script_that_cannot_be_read() -> None:
    """A shell's script with an open quote is a kind of its own."""
    assert kind_of(["bash", "-c", "echo 'x"]).startswith("sh -c ")
