"""Tables of YOLO trainers."""

from tests.workers.logs.formats.sampling import (
    assert_never_raises,
    assert_quick,
    assert_same_in_any_pieces,
    points,
    read,
    read_with,
)
from workers.logs.formats import ultralytics

V5_HEAD = "      Epoch    GPU_mem   box_loss   obj_loss   cls_loss  Instances       Size\n"
V5_CLASSES = "                 Class     Images  Instances          P          R      mAP50   mAP50-95: "
V8_HEAD = "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"


def bar(label: str, done: int, total: int, *, thick: bool = False) -> str:
    share = 100 * done // total
    glyphs = "━━━━╸───────" if thick else "|██████    |"
    tail = f"{done}/{total} 1.5s/it 0:12" if thick else f"{done}/{total} [00:12<00:03,  1.90it/s]"
    return f"\r{label}: {share:>3}%{' ' if thick else ''}{glyphs} {tail}"


def v5_epoch(epoch: int, last: int, loss: float) -> str:
    label = f"      {epoch}/{last}      1.85G     {{:.4g}}    0.03203    0.05916         25        640"
    text = (
        V5_HEAD
        + bar(label.format(loss + 1), 0, 4)
        + bar(label.format(loss + 0.5), 3, 4)
        + bar(label.format(loss), 4, 4)
    )
    text += bar(label.format(loss), 4, 4) + "\n" + bar(V5_CLASSES[:-2], 1, 2) + bar(V5_CLASSES[:-2], 2, 2)
    return (
        text + f"\n                   all         51        113      0.675      0.123     0.0{epoch + 1}    0.00226\n\n"
    )


def v8_epoch(epoch: int, last: int) -> str:
    label = f"\x1b[K      {epoch}/{last}      8.37G     0.4{epoch}     0.3393        nan         66        640"
    classes = "\x1b[K                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95)"
    text = V8_HEAD + bar(label, 1, 2, thick=True) + bar(label, 2, 2, thick=True) + "\n" + bar(classes, 2, 2, thick=True)
    return text + f"\n                   all        240        218      0.9{epoch}      0.977      0.992       0.87\n\n"


V5 = (
    "hyperparameters: lr0=0.01, lrf=0.01, momentum=0.937\nStarting training for 3 epochs...\n\n"
    + "".join(v5_epoch(epoch, 2, 0.1 - epoch / 100) for epoch in range(3))
    + "3 epochs completed in 0.1 hours.\nValidating runs/train/exp/weights/best.pt...\n"
    + bar(V5_CLASSES[:-2], 2, 2)
    + "\n                   all         51        113      0.675      0.123     0.03    0.00226\n"
    + "        some_class         51          9      0.398      0.556      0.503      0.174\n"
)


def test_version_5() -> None:
    """One record an epoch of the losses at the complete bar, one for each row of all classes, also the last again."""
    columns, reader = read_with(V5)
    assert points(columns, "box_loss") == [(0, 0.1), (1, 0.09), (2, 0.08)]
    assert points(columns, "mAP50") == [(0, 0.01), (1, 0.02), (2, 0.03), (2, 0.03)]
    assert set(columns) == {"box_loss", "obj_loss", "cls_loss", "P", "R", "mAP50", "mAP50-95"}
    assert columns["P"].unit == "epoch"
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total, standing.unit) == (3, 3, "epoch")


def test_the_package() -> None:
    """Versions 8 on count epochs from 1, put tasks in parentheses and draw other bars; NaN is kept."""
    columns, reader = read_with("".join(v8_epoch(epoch, 9) for epoch in range(1, 4)))
    assert points(columns, "box_loss") == [(1, 0.41), (2, 0.42), (3, 0.43)]
    assert points(columns, "P") == [(1, 0.91), (2, 0.92), (3, 0.93)]
    assert columns["dfl_loss"].values[0] != columns["dfl_loss"].values[0]
    assert "GPU_mem" not in columns
    standing = reader.progress.standing()
    assert standing is not None
    assert (standing.done, standing.total) == (3, 9)


def test_further_tasks_have_their_name_before() -> None:
    """What is said of masks is told apart from what is said of boxes."""
    text = (
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95)     Mask(P          R"
        "      mAP50  mAP50-95): 100%|██████████| 4/4 [00:02<00:00,  1.68it/s]\n"
        "                   all        128        929       0.71       0.62       0.63       0.44       0.68       0.59"
        "       0.61       0.39\n"
    )
    columns = read(text)
    assert columns["P"].values == [0.71]
    assert columns["Mask P"].values == [0.68]
    assert columns["Mask mAP50-95"].values == [0.39]


def test_classification_and_old_names() -> None:
    """Classifiers print two accuracies; old versions call the columns otherwise."""
    columns = read(
        "               classes   top1_acc   top5_acc: 100%|██████████| 2/2 [00:00<00:00, 12.2it/s]\n"
        "                   all      0.912      0.998\n"
    )
    assert columns["top1_acc"].values == [0.912]
    columns = read(
        "     Epoch   gpu_mem       box       obj       cls     total    labels  img_size\n"
        "     0/299     3.12G   0.06123   0.03123   0.01812     0.1105        12       640: 100%|████| 9/9 [00:02<00:00]\n"
        "               Class     Images     Labels          P          R     mAP@.5 mAP@.5:.95: 100%|██| 1/1 [00:01<00:00]\n"
        "                 all         128         929       0.512       0.412       0.423       0.212\n"
    )
    assert columns["box"].values == [0.06123]
    assert columns["mAP@.5:.95"].values == [0.212]
    assert "labels" not in columns


def test_false_friends() -> None:
    """Scanning labels, speeds and settings are no metrics, and so is a row without its head."""
    text = """train: Scanning /data/labels/train... 644 images, 338 backgrounds, 0 corrupt: 100%|███| 644/644 [00:01<00:00]
val: Scanning /data/labels/val.cache... 240 images, 22 backgrounds, 0 corrupt: 100% ━━━━━━━━━━━━ 240/240 1.2Kit/s 0.0s
hyperparameters: lr0=0.01, lrf=0.01, momentum=0.937, weight_decay=0.0005
Speed: 0.1ms preprocess, 6.0ms inference, 0.0ms loss, 2.5ms postprocess per image
                   all         51        113      0.675      0.123     0.0108    0.00226
Stopping training early as no improvement observed in last 100 epochs. Best results observed at epoch 74, saved.
"""
    assert read(text) == {}


def test_pieces_and_damage() -> None:
    """Cut anywhere, the log reads the same; damaged or hostile lines are harmless."""
    assert_same_in_any_pieces(V5 + V8_HEAD + v8_epoch(1, 9))
    assert_never_raises(ultralytics, V5 + V8_HEAD + v8_epoch(1, 9))
    for start in ("      1/15      8.37G     ", "                   all ", "  Class Images Instances "):
        assert_quick(ultralytics, start)
