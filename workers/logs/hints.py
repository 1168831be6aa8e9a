"""What to do about a failure, where a remedy is known: one plain sentence, or nothing."""

import re
from dataclasses import dataclass

_PACKAGES = {
    "cv2": "opencv-python",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "yaml": "PyYAML",
    "bs4": "beautifulsoup4",
    "tensorboardX": "tensorboardX",
    "pytorch_lightning": "pytorch-lightning",
    "flash_attn": "flash-attn",
    "google.protobuf": "protobuf",
    "attr": "attrs",
    "dateutil": "python-dateutil",
    "Crypto": "pycryptodome",
    "hydra": "hydra-core",
    "git": "GitPython",
    "faiss": "faiss-cpu or faiss-gpu",
    "mpi4py": "mpi4py",
}
_MODULE = re.compile(r"No module named '?(?P<name>[\w.]+)'?")
_SHM = re.compile(r"/dev/shm\D{0,60}?(?P<size>\d+(?:\.\d+)? ?[KMG]i?B?)\b", re.IGNORECASE)
_OTHERS = re.compile(r"Process \d+ has (?P<used>[\d.]+ \w+) memory in use")
_RESERVED = re.compile(r"(?P<size>[\d.]+) (?P<unit>[MG])iB is reserved by PyTorch but unallocated")


@dataclass(frozen=True)
class _Remedy:
    pattern: re.Pattern[str]
    advice: str
    in_detail: bool  # whether it may be read out of the lines around the cause, too


def _remedy(pattern: str, advice: str, *, in_detail: bool = False) -> _Remedy:
    return _Remedy(re.compile(pattern), advice, in_detail)


_REMEDIES = (
    _remedy(
        r"^Slurm time limit|^PBS time limit|^LSF time limit|^Grid Engine limit|CPU time limit",
        "ask for more time (Slurm: --time), or resume from the last checkpoint",
    ),
    _remedy(
        r"^Slurm memory limit|^PBS memory limit|^LSF memory limit|OOMKilled|memory pressure",
        "ask for more memory (Slurm: --mem), or use fewer DataLoader workers and smaller caches",
    ),
    _remedy(r"due to PREEMPTION|TERM_PREEMPT", "the scheduler took the node back: resume from the last checkpoint"),
    _remedy(r"^(?:HIP|CUDA|XPU|NPU|MUSA) out of memory|^GPU out of memory|: out of memory, OOM when", "memory"),
    _remedy(
        r"MPS out of memory|MPS backend out of memory",
        "make the batch smaller; PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.0 lifts the limit at the system's risk",
    ),
    _remedy(
        r"RESOURCE_EXHAUSTED: device",
        "make the batch smaller; XLA_PYTHON_CLIENT_PREALLOCATE=false if another process shares the GPU",
    ),
    _remedy(
        r"Dst tensor is not initialized",
        "the GPU's memory is full: see who uses it (nvidia-smi), or make the batch smaller",
        in_detail=True,
    ),
    _remedy(
        r"^out of host memory|^out of memory: the kernel",
        "the machine's own memory is full: fewer DataLoader workers, smaller caches, or memory-mapped data",
    ),
    _remedy(
        r"[Bb]us error|insufficient shared memory|out of shared memory|/dev/shm"
        r"|unable to (?:open|write to|mmap).{0,40}shared memory",
        "shared memory",
        in_detail=True,
    ),
    _remedy(
        r"DataLoader worker.*killed by signal: Killed",
        "the kernel killed a worker, most often for memory: fewer workers, or smaller samples",
    ),
    _remedy(
        r"^(?:ActorDiedError|ActorUnavailableError|RayActorError|WorkerCrashedError|NodeDiedError)|^Ray: ",
        "a Ray worker died, most often for memory: its own log is under /tmp/ray/session_latest/logs",
    ),
    _remedy(r"DataLoader worker.*exited unexpectedly", "set num_workers=0 to see the worker's own error"),
    _remedy(
        r"device-side assert",
        "an index is out of range: compare labels and token ids with the number of classes or embeddings; "
        "CUDA_LAUNCH_BLOCKING=1 shows the true line",
        in_detail=True,
    ),
    _remedy(
        r"illegal memory access|misaligned address|unspecified launch failure",
        "CUDA_LAUNCH_BLOCKING=1 shows the true line",
    ),
    _remedy(
        r"no kernel image is available",
        "this build has no code for this GPU: install one built for its compute capability",
        in_detail=True,
    ),
    _remedy(
        r"driver (?:on your system )?is too old|driver version is insufficient",
        "update the NVIDIA driver, or install a build for an older CUDA",
    ),
    _remedy(r"uncorrectable ECC|ECC error", "the GPU's memory is faulty: use another GPU and tell the administrator"),
    _remedy(r"No CUDA GPUs are available|no CUDA-capable device", "check CUDA_VISIBLE_DEVICES and nvidia-smi"),
    _remedy(r"Attempting to deserialize object on a CUDA device", "pass map_location='cpu' to torch.load"),
    _remedy(
        r"CUDNN_STATUS_NOT_INITIALIZED|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED|CUBLAS_STATUS_NOT_INITIALIZED",
        "most often the GPU's memory is full: make the batch smaller, and see who else uses the GPU",
    ),
    _remedy(
        r"CUBLAS_STATUS_(?:EXECUTION_FAILED|INTERNAL_ERROR)",
        "CUDA_LAUNCH_BLOCKING=1 shows the true line; often an index out of range",
    ),
    _remedy(
        r"NCCL timeout|collective operation timeout",
        "one rank did not come: look for one that failed or had more to do; "
        "a longer timeout in init_process_group if it is only slow",
    ),
    _remedy(
        r"ncclSystemError|ncclInternalError|ncclUnhandledCudaError|unhandled (?:system|cuda) error|NCCL error",
        "NCCL_DEBUG=INFO tells more",
    ),
    _remedy(r"[Aa]ddress already in use|EADDRINUSE", "another job has that port: choose another one (--master_port)"),
    _remedy(
        r"Expected to have finished reduction in the prior iteration",
        "pass find_unused_parameters=True to DistributedDataParallel",
        in_detail=True,
    ),
    _remedy(
        r"No space left on device|PytorchStreamWriter|file write failed|unexpected pos \d+ vs|^disk full",
        "the disk is full: free some space (df -h), keep fewer checkpoints",
    ),
    _remedy(r"Disk quota exceeded", "your quota is used up: free some space, or write elsewhere"),
    _remedy(
        r"Too many open files",
        "raise the limit (ulimit -n), or torch.multiprocessing.set_sharing_strategy('file_system')",
    ),
    _remedy(
        r"invalid load key, '?v'?|git-lfs\.github\.com",
        "the file is a Git LFS pointer, not the data: run git lfs pull",
        in_detail=True,
    ),
    _remedy(
        r"Weights only load failed|weights_only",
        "if you trust the file, pass weights_only=False to torch.load",
        in_detail=True,
    ),
    _remedy(
        r"gated repo|[Aa]ccess to model .* is restricted|401 Client Error",
        "accept the model's terms on its page and log in (huggingface-cli login)",
        in_detail=True,
    ),
    _remedy(
        r"couldn't connect to 'https://huggingface.co'|Couldn't reach .* on the Hub|Max retries exceeded",
        "no way to the network: fetch it before the job, then set HF_HUB_OFFLINE=1",
    ),
    _remedy(r"Expected all tensors to be on the same device", "move model and data to the same device"),
    _remedy(
        r"size mismatch for|Error\(s\) in loading state_dict",
        "the checkpoint is of another model: compare the settings it was trained with",
        in_detail=True,
    ),
    _remedy(
        r"np\.(?:float|int|bool|object)\b|has no attribute '(?:float|int|bool|object)'",
        "NumPy 1.24 dropped that alias: use float, int, bool or object",
    ),
    _remedy(
        r"Descriptors cannot not? be created directly",
        "install protobuf 3.20 or older, or set PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python",
    ),
    _remedy(r"libGL\.so\.1", "install libgl1, or opencv-python-headless in place of opencv-python"),
    _remedy(
        r"GLIBCXX_[\d.]+' not found", "LD_LIBRARY_PATH finds an old libstdc++: put the environment's lib folder first"
    ),
    _remedy(
        r"Can't (?:pickle|get) (?:local object|attribute)|cannot pickle",
        "define it at the top of a module: workers must be able to import it",
    ),
    _remedy(
        r"start a new process before the current process",
        'put the start under if __name__ == "__main__":',
        in_detail=True,
    ),
    _remedy(
        r"Cannot re-initialize CUDA in forked subprocess",
        "use the spawn start method, or do not touch CUDA before the workers start",
        in_detail=True,
    ),
    _remedy(
        r"NaN guard|[Mm]inimum loss scale|returned nan values|[Ll]oss (?:became|become|is) (?:infinite|nan|NaN)"
        r"|Detected nan|NanLoss|FloatingPointError|loss=nan|Input contains NaN",
        "lower the learning rate, clip gradients, and look for NaN in the data",
    ),
    _remedy(
        r"[Cc]heck failed.*out of memory|cuda runtime error \(2\)|cudaMalloc failed|^CUDA error: out of memory",
        "memory",
    ),
    _remedy(r"SIGHUP|Hangup", "start it under machiai run, tmux or nohup: then closing the terminal does not end it"),
    _remedy(
        r"killed by SIGKILL|Killed \(SIGKILL\)|killed by signal: Killed|signal 9|signal SIGKILL",
        "most often the machine ran out of memory: dmesg says so",
    ),
    _remedy(r"Segmentation fault|SIGSEGV", "python -X faulthandler shows where"),
    _remedy(r"command not found", "is the environment active in the job's script?"),
    _remedy(r"unrecognized arguments", "the script does not know that argument: see its --help"),
    _remedy(r"EnvironmentNameNotFound|EnvironmentLocationNotFound", "see the names with conda env list"),
    _remedy(r"maximum recursion depth", "a function calls itself without end"),
    _remedy(r"Permission denied|PermissionError", "see who owns it (ls -l), or write elsewhere"),
    _remedy(r"find_unused_parameters", "pass find_unused_parameters=True to DistributedDataParallel"),
)


def find_hint(cause: str, detail: str = "") -> str | None:
    """A remedy for what ``cause`` says; ``detail`` is the whole message with what the log says around it."""
    module = _MODULE.search(cause)
    if module and re.match(r"(?:ModuleNotFoundError|ImportError|python: No module)", cause):
        name = module["name"]
        package = _PACKAGES.get(name) or _PACKAGES.get(name.partition(".")[0]) or name.partition(".")[0]
        return f"install {package} in the environment of this run, or check that its folder is on PYTHONPATH"
    for remedy in _REMEDIES:
        if remedy.pattern.search(cause):
            return _fill(remedy.advice, cause, detail)
    for remedy in _REMEDIES:
        if remedy.in_detail and remedy.pattern.search(detail):
            return _fill(remedy.advice, cause, detail)
    return None


def _fill(advice: str, cause: str, detail: str) -> str:
    if advice == "shared memory":
        size = _SHM.search(detail)
        full = f"/dev/shm is {size['size']}" if size else "/dev/shm is full"
        return f"{full}: raise it (docker: --shm-size) or set num_workers=0"
    if advice != "memory":
        return advice
    others = _OTHERS.search(detail)
    if others:
        return f"another process holds {others['used']} of this GPU (nvidia-smi); else a smaller batch"
    reserved = _RESERVED.search(detail)
    if reserved and float(reserved["size"]) * (1024 if reserved["unit"] == "G" else 1) >= 2048:
        return "much is reserved but unused: PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True; else a smaller batch"
    return "make the batch smaller and accumulate gradients, or use mixed precision or gradient checkpointing"
