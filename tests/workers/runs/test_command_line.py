"""What a command line tells: parameters, a name, and what in it must be hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.runs.command_line import HIDDEN, is_secret, mask, name_run, read_params, select_environment

WORDS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["-", "--", "=", "--=", "-c", "-m", "python", "bash", "sh", "a=b", "--lr", "-1", "'", '"', "+a.b=1"]
        ),
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("line", "params"),
    [
        ("python train.py --lr 3e-4", {"lr": "3e-4"}),
        ("python train.py --lr=3e-4", {"lr": "3e-4"}),
        ("python train.py --lr=a=b", {"lr": "a=b"}),
        ("python train.py --amp --epochs 5", {"amp": "true", "epochs": "5"}),
        ("python train.py model.depth=50 +opt.lr=1 ~x=2", {"model.depth": "50", "opt.lr": "1", "x": "2"}),
        ("python train.py --betas 0.9 0.999 data", {"betas": "0.9 0.999"}),
        ("python train.py --offset -1 --scale -.5e3", {"offset": "-1", "scale": "-.5e3"}),
        ("python -u -W ignore -m pkg.train --lr 1", {"lr": "1"}),
        ("python -X dev train.py -b 4", {"b": "4"}),
        ("/usr/bin/python3.11 train.py --lr 1", {"lr": "1"}),
        ("python train.py", {}),
        ("python", {}),
        ("./train --lr 1 /data/x=1", {"lr": "1"}),
        ("torchrun --nproc_per_node=4 train.py --lr 1", {"nproc_per_node": "4", "lr": "1"}),
    ],
)
def test_params(line: str, params: dict[str, str]) -> None:
    """Options, flags and hydra's assignments are parameters; interpreter, its options and script are not."""
    assert read_params(line.split()) == params


def test_params_in_a_shell_command() -> None:
    """`bash -c "A=1 python train.py --lr 1"` is read like the command in it."""
    assert read_params(["bash", "-lc", "A=1 exec python train.py --lr 1"]) == {"lr": "1"}


@given(WORDS)
def test_nothing_raises(words: list[str]) -> None:
    """Whatever the words, parameters are text, and hiding keeps their number."""
    assert all(isinstance(value, str) for value in read_params(words).values())
    assert len(mask(words)) == len(words)
    assert isinstance(name_run(words), str)


@given(st.text(alphabet="abcXYZ019", min_size=6, max_size=20).map(lambda text: "S3" + text + "T"))
def test_secrets_do_not_show(secret: str) -> None:
    """A secret is neither in the masked line nor in the parameters, however it was given."""
    for argv in (
        ["python", "t.py", "--api-key", secret],
        ["python", "t.py", f"--api_key={secret}", f"--hub_token={secret}"],
        ["python", "t.py", f"wandb.api_key={secret}", "--password", secret],
        ["env", f"HF_TOKEN={secret}", "python", "t.py"],
        ["bash", "-c", f"export WANDB_API_KEY={secret}; python t.py --lr 1"],
        ["bash", "-c", f"python t.py --password '{secret} x' --lr 1"],
        ["python", "t.py", "--storage", f"postgresql://me:{secret}@host/db"],
        ["python", "t.py", f"storage=mysql://me:{secret}@host/db"],
    ):
        assert secret not in " ".join(mask(argv)), argv
        assert secret not in str(read_params(argv)), argv


@pytest.mark.parametrize("token", ["hf_" + "a" * 34, "ghp_" + "b" * 36, "sk-" + "c" * 40, "AKIA" + "D" * 16])
def test_well_known_tokens(token: str) -> None:
    """A token known by its form is hidden wherever it stands."""
    assert mask(["python", "upload.py", token]) == ["python", "upload.py", HIDDEN]


@pytest.mark.parametrize(
    "name",
    "tokenizer max_tokens pad_token eos-token num_tokens TOKENIZERS_PARALLELISM author keyboard lr monkey private".split(),
)
def test_not_secret(name: str) -> None:
    """Words of the field that only look like secrets are shown."""
    assert not is_secret(name)


@pytest.mark.parametrize(
    "name",
    "token HF_TOKEN hub_token WANDB_API_KEY apikey password passwd client_secret aws_access_key_id auth SLURM_JWT".split(),
)
def test_secret(name: str) -> None:
    """Names of secrets are known."""
    assert is_secret(name)


def test_environment() -> None:
    """Of the environment only an allow-list is kept, and no secret that is on it."""
    environ = {
        "CUDA_VISIBLE_DEVICES": "0",
        "TOKENIZERS_PARALLELISM": "false",
        "SLURM_JWT": "x",
        "HOME": "/h",
        "RANK": "0",
    }
    environ["TF_URL"] = "http://me:pw@host/"
    assert select_environment(environ) == {
        "CUDA_VISIBLE_DEVICES": "0",
        "RANK": "0",
        "TF_URL": f"http://{HIDDEN}@host/",
        "TOKENIZERS_PARALLELISM": "false",
    }


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("python train.py", "train"),
        ("python -m pkg.train --lr 1", "pkg.train"),
        ("torchrun --nproc 4 src/main.py", "main"),
        ("./run.sh", "run"),
        ("/usr/bin/sleep 3", "sleep"),
        ("make -m x", "make"),
    ],
)
def test_names(line: str, name: str) -> None:
    """A run nobody named is called after its script, module or command."""
    assert name_run(line.split()) == name
