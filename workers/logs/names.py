"""Names of metrics: what may be one, what never is, and how a name is written."""

import re
from functools import lru_cache

_NEVER_WORDS = frozenset(
    word
    for word in """
    seed rank world_size local_rank node nodes port pid ppid tid uid gid host hostname version v_num ver revision rev
    commit hash sha md5 checksum id uuid run_id trial_id job jobid job_id task device devices gpu gpus gpu_id cuda cpu
    cpus cores workers num_workers threads line lineno col shape size dim dims hidden vocab vocab_size params parameters
    param num_params n_params total_params trainable_params layers heads year month day hour minute second date
    fold folds client clients worker actor stage phase trial run runs agent process shard replica part chunk index idx
    attempt retry retries sample
    timestamp datetime timestamp_utc unix_time file path url address ip epoch_time global_batch_size
    micro_batch_size jobs
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
_NEVER = re.compile(
    r"^(?:num_|n_|number of |total (?:number|params|train|optimi[sz]ation)|max_(?:epochs?|steps?|iters?)"
    r"|batch[ _]?size|best[ _-]?(?:epoch|step|iter\w*|round)$)|[ /](?:worker|fold|client|rank)$"
    r"|(?:_bytes|[ _]bytes|_dir|_path|_file|_ids?|_version|_seed|[_ ](?:id|type|code))$"
    r"|^(?:python|torch|cuda|cudnn|numpy|nccl|driver)\b",
    re.IGNORECASE,
)
_METRIC = re.compile(
    r"(?:^|[^a-z])(?:loss(?:es)?|acc(?:uracy|uracies)?|top-?[15]|acc\d|err(?:or)?s?|r?mse|mae|mape|smape|nll|elbo|kl|ppl|perplexity|"
    r"bleu(?:-?\d)?|rouge\w*|meteor|chrf|wer|cer|ter|f1|fbeta|precision|recall|auc|auroc|auprc|map(?:_?\d+)?|"
    r"m?ap(?:50|75)|iou|miou|dice|jaccard|psnr|ssim|lpips|fid\w*|kid|score|fitness|rewards?|rew|returns?|ret|ep_len|ep_rew|success|"
    r"success_rate|win_?rate|elo|entropy|grad|gnorm|norm|lr|learning[ _-]?rate|lrate|kappa|mcc|r2|corr(?:elation)?|"
    r"pearson\w*|spearman\w*|ndcg\S*|mrr|hr@\d+|hits?@\d+|recall@\d+|r@\d+|medr|xent|ce|bce|ctc|throughput|fps|sps|"
    r"samples/s\w*|tok(?:en)?s?/s\w*|\w*(?:tokens|samples|steps|images|frames|words)_per_s\w*|it/s|img/s|wps|ups|logloss|binary_logloss|multi_logloss|deviance|likelihoods?|eer|"
    r"f\d?_?(?:score|measure)|qwk|specificity|sensitivity|gini|brier|tpr|fpr|tnr|fnr|pcc|plcc|srcc|krcc|ccc|hd95|assd|nsd|"
    r"cider|spice|comet|bertscore|mpjpe|pck|ade|fde|ari|nmi|purity|mase|wape|wmape|rse|crps|rmsle|msle|rmspe|mdape|bpd|"
    r"min_?dcf|mos|sdr|si-?sdr|snr|pesq|stoi|mcd|bpc|bpb|explained_variance|clip_?frac\w*|epe|approx_?kl|validity|uniqueness|"
    r"novelty|perf|regret|bias|variance|sharpness|agreement|consistency)(?:$|[^a-z])",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"(?:train|val(?:id)?|test|eval|dev|avg|mean|total|best|batch|epoch)?[ _/.-]*"
    r"(?:kld?|ap|ar|is|per|policy|q|td|att|advantage|"
    r"momentum|wd|weight[ _-]?decay|beta|gamma|temperature|epsilon|eps|aug(?:ment)?|metric|objective|obj|ll|"
    r"sim(?:ilarity)?|distance|speed|tps|bits|tel|trl|loss_scale|scale|roc|hit|value_?fn|mfu|m?ap[sml]|costs?|ep_?r|running_r)",
    re.IGNORECASE,
)
_EXCEPTIONS = re.compile(
    r"(?:Value|Type|Key|Index|Import|Runtime|OS|IO|Attribute|Name|Assertion|File\w*|Module\w*|Syntax|Memory|Timeout|"
    r"Connection|Permission|Unicode\w*|Zero\w*|Overflow|Floating\w*|NotImplemented|Recursion|Http|HTTP\w*|URL|Lookup|"
    r"Indentation|Keyboard|Broken\w*|Child\w*|Cuda|CUDA|Ray\w*)(?:Error|Exception|Interrupt)"
)
_SENTENCE = re.compile(
    r"\b(?:(?:error|exit|return|status)[ _-]?codes?|please|expected|but got|must|should|could|cannot|unexpected\w*|"
    r"environment variable|deprecated|will be|failed|invalid|unable|consider|rerun|errors? found|improv\w+ from|"
    r"(?:in|de)creas\w+ (?:from|by|to)|did not)\b",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(?:py|cpp|cc|c|h|cu|json|ya?ml|txt|log|csv|pt|pth|ckpt|png|jpe?g|sh|so|bin)\b", re.IGNORECASE)
_CALENDAR = re.compile(
    r"\b(?:mon|tue|wed|thu|fri|sat|sun)\w* (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|"
    r"^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*$",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    "損失|精度|正解率|損失関数|损失|准确率|正确率|正確率|準確率|学習率|学习率|學習率|報酬|奖励|獎勵|誤差|误差|スコア|得分|"
    "再現率|適合率|召回率|精确率|交并比|손실|정확도|학습률|보상|потер|точност|"
    r"(?:\b|_)(?:p[eé]rdida|perda|perte|verlust|acur[aá]cia|precisi[oó]n|pr[eé]cision|exactitud|genauigkeit|recompensa)\b"
)
_SPACES = re.compile(r"\s+")
_EDGES = " \t|:=,;>*#-–—·•[](){}<'\"`~"


def tidy(name: str) -> str:
    """A name as it is kept: as printed, without decoration around it and with single spaces."""
    kept = _SPACES.sub(" ", name.strip(_EDGES)).strip()
    for opening, closing in ("()", "[]"):
        if kept.count(opening) > kept.count(closing) and closing in name:
            kept += closing
    return kept


def is_never(name: str) -> bool:
    """Whether that name can be sure not to be a metric: a seed, a rank, a version, a size, a path."""
    lowered = name.lower()
    return (
        lowered in _NEVER_WORDS
        or bool(_NEVER.search(lowered))
        or bool(_EXCEPTIONS.search(name))
        or bool(_SENTENCE.search(name))
        or bool(_FILE.search(name))
        or bool(_CALENDAR.search(name))
    )


def is_metric(name: str) -> bool:
    """Whether that name is known to be one of a metric."""
    spread = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("_", " ").replace("/", " ").replace(".", " ")
    if is_never(name):
        return False
    return bool(_METRIC.search(spread) or _METRIC.search(name) or _WHOLE.fullmatch(name) or _FOREIGN.search(name))


_WORD = re.compile(r"[A-Za-z]+")
_PARTS = frozenset(
    (
        "learning",
        "weight",
        "top",
        "samples",
        "img",
        "it",
        "explained",
        "clip",
        "mean",
        "min",
        "max",
        "avg",
        "best",
        "average",
    )
)


def may_name_metric(text: str) -> bool:
    """Whether a word in ``text`` may be one of a metric's name; quick, and never wrong where it says no."""
    return not text.isascii() or any(map(_may_be_of_metric, _WORD.findall(text)))


@lru_cache(maxsize=20_000)
def _may_be_of_metric(word: str) -> bool:
    lowered = word.lower()
    return len(word) < 40 and (lowered in _PARTS or is_metric(word) or any(is_metric(lowered + end) for end in "125"))


_SETTING = re.compile(
    r"(?:^|[_ ./-])(?:lambda|coef(?:f|ficient)?s?|weights?|threshold|smoothing|decay|size|ratio|interval|"
    r"freq(?:uency)?|patience|delta|factor|init|initial|every|target|num|use|warm-?up\w*|alpha|beta\d?|gamma|eps(?:ilon)?|momentum|dropout|lr|"
    r"learning[_ ]rate|temperature|clip\w*|limit|default|base|tolerance|margin|mult(?:iplier)?|scale|window|period|"
    r"epochs|thres\w*)(?:$|[_ .-])",
    re.IGNORECASE,
)
_MAYBE_SETTING = re.compile(r"(?:^|[_ ./-])(?:split|start|end|max|min|log|per|steps?)(?:$|[_ .-])", re.IGNORECASE)
_MEASURED = re.compile(
    r"(?:^|[^a-z])(?:loss(?:es)?|acc|accurac\w+|rewards?|returns?|scores?|f1|au[cp]r?\w*|bleu\w*|psnr|ssim|m?iou|dice|r?mse|mae|"
    r"perplexity|ppl|wer|cer|error)(?:$|[^a-z])",
    re.IGNORECASE,
)


def is_setting(name: str) -> bool:
    """Whether that name may be one of a setting, which configurations list with its value before any training."""
    if _SETTING.search(name) or name in ("学习率", "学習率", "學習率"):
        return True
    return bool(_MAYBE_SETTING.search(name)) and not _MEASURED.search(name)
