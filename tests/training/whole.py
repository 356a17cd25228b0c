"""Teaches the second recogniser as a whole, and writes it down as ONNX.

`python -m tests.training.whole --fonts DIR --head FILE --out FILE` puts what `head.py` has taught in the place of the
last layer of PP-OCRv6, and teaches all of it together, gently, with new lines. Needs PyTorch, ONNX and onnx2torch,
which the program itself does not. Weights are written with half the precision: of 747 words as many letters were wrong.
"""

import argparse
import copy
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import ModelProto, NodeProto, TensorProto, compose, helper, numpy_helper, version_converter
from onnx.utils import Extractor
from onnx2torch import convert
from torch import nn
from torch.nn import functional

from intake.engines import pp_ocr
from intake.values import GrayImage
from tests.training.head import WIDTH, Head, learn
from tests.training.lines import Line, draw

FEATURES, LAST_LAYER, LAST_BIAS = "p2o.pd_op.transpose.8.0", "linear_8.w_0", "linear_8.b_0"
"""What PP-OCRv6's last layer is given, shape (1, frames, 120), and the numbers of that layer."""
KNOWN = 120
FIRST_LINE = 200_000
"""Lines from this number on: `head.py` has seen none of them."""
BATCH, SHARE, AHEAD = 24, 384, 6
"""Lines of a step, those that are drawn at a time, and how many times these are drawn ahead."""
SHARES = 3
"""Of so many shares the lines of like width are put together."""
RATE, HEAD_RATE, DECAY, WARM = 2.5e-5, 1e-4, 0.01, 0.1
"""How fast what PP-OCRv6 knew is changed, and the rest. With 3e-4 it forgot more than it learned."""
LINES, PACED_FOR = 45_600, 60_000
"""Lines that are shown, and those that the pace was chosen for: with more of them real words were read worse."""
MEAN_OF = 0.998
"""What is learned is the mean over about the last 500 steps."""
NEW = 0.7
"""What is written down is so much what was learned, and for the rest what was known before (Wortsman et al. 2022,
"Robust fine-tuning of zero-shot models"): of 2,985 real words .552 are read then, with 0.8 .547, with 0.5 .560, and of
53 lines that the first recogniser left 15 are named with 0.7 or 0.8, 13 with 0.5."""
LEAST_BATCH, MOST_FRAMES = 8, 110
"""Fewer lines are no step, longer ones are left out: both for want of time and memory."""
OPSET, IR = 17, 8
"""Versions of ONNX that the oldest ONNX Runtime we allow can read."""
LARGE = 64
"""Arrays of so many numbers are written with half the precision."""


Drawing = Callable[[Sequence[int]], list[Line]]
"""Draws the lines of these numbers."""


class Whole(nn.Module):  # type: ignore[misc]  # PyTorch is not installed here
    """From pictures of lines, shape (lines, 3, 48, width), to the logarithms of chances, shape (lines, frames, 27)."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.eye = _in_torch(_before_last_layer())
        self.spell = copy.deepcopy(head.spell)
        self.spell.enter = _entrance(head)

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        return functional.log_softmax(self.spell(self.eye(lines).transpose(1, 2)), dim=2)

    def train(self, mode: bool = True) -> "Whole":
        """As PyTorch has it, but PP-OCRv6's own layers keep the means and spreads that they were taught with."""
        super().train(mode)
        self.eye.eval()
        return self


class Chances(nn.Module):  # type: ignore[misc]  # PyTorch is not installed here
    """The last part for ONNX: chances, not their logarithms."""

    def __init__(self, whole: Whole) -> None:
        super().__init__()
        self.whole = whole

    def forward(self, known: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.whole.spell(known.transpose(1, 2)), dim=2)


# ---------------------------------------------------------------- PP-OCRv6 without its last layer


def _before_last_layer() -> ModelProto:
    model = onnx.load(str(pp_ocr.model_path()))
    return Extractor(model).extract_model([model.graph.input[0].name], [FEATURES])


def _in_torch(model: ModelProto) -> nn.Module:
    """The same layers in PyTorch, all of whose arrays can be taught."""
    nodes = [part for node in model.graph.node for part in _padded(node, model)]
    _replace(model.graph.node, nodes)
    eye = convert(model).eval()
    arrays = eye.initializers
    for name, array in list(arrays.named_buffers()):
        if array.is_floating_point() and array.numel() >= LARGE:
            delattr(arrays, name)
            arrays.register_parameter(name, nn.Parameter(array.clone()))
    return eye


def _padded(node: NodeProto, model: ModelProto) -> list[NodeProto]:
    """A node; where it pads its input by itself, which only those of two by two do, the padding as a node before it."""
    own = [attribute for attribute in node.attribute if attribute.name != "auto_pad"]
    if len(own) == len(node.attribute) or helper.get_node_attr_value(node, "auto_pad") != b"SAME_UPPER":
        return [node]
    _replace(node.attribute, own)
    pads, value, inner = (f"{node.output[0]}_{kind}" for kind in ("pads", "value", "padded"))
    least = np.float32(0 if node.op_type == "Conv" else -1e30)
    added = {pads: np.array([0, 0, 0, 0, 0, 0, 1, 1], np.int64), value: least}
    model.graph.initializer.extend(numpy_helper.from_array(np.asarray(array), name) for name, array in added.items())
    padding = helper.make_node("Pad", [node.input[0], pads, value], [inner], mode="constant")
    node.input[0] = inner
    return [padding, node]


def _replace(field, items: Sequence) -> None:  # type: ignore[no-untyped-def, type-arg]  # ONNX's own lists
    kept = [type(item).FromString(item.SerializeToString()) for item in items]
    del field[:]
    field.extend(kept)


def _entrance(head: Head) -> nn.Conv1d:
    """The first layer of what was taught with the logarithms of chances, for what these are made of.

    The last layer of PP-OCRv6, the levelling and the scaling are linear, and so is the first layer: one for all.
    """
    columns = pp_ocr.load().folding.columns
    arrays = {
        array.name: numpy_helper.to_array(array) for array in onnx.load(str(pp_ocr.model_path())).graph.initializer
    }
    weight, bias = (torch.tensor(arrays[name][..., columns].T.copy()) for name in (LAST_LAYER, LAST_BIAS))
    weight = (weight - weight.mean(dim=0, keepdim=True)) / head.scale[:, None]
    bias = (bias - bias.mean() - head.mean) / head.scale
    entrance, seen = nn.Conv1d(KNOWN, WIDTH, 1), head.spell.enter.weight[:, :, 0]
    with torch.no_grad():
        entrance.weight.copy_((seen @ weight)[:, :, None])
        entrance.bias.copy_(seen @ bias + head.spell.enter.bias)
    return entrance


# ---------------------------------------------------------------- teaching


def drawn(numbers: Sequence[int], fonts: Sequence[Path]) -> list[Line]:
    """The lines of these numbers."""
    cv2.setNumThreads(1)
    return as_shown(draw(number, fonts) for number in numbers)


def as_shown(drawn_lines: Iterable[Line | None]) -> list[Line]:
    """Lines as high as the recogniser takes them and a whole number of frames wide."""
    lines = list[Line]()
    for line in drawn_lines:
        if line is None or not line.letters:
            continue
        height, width = line.crop.shape
        frames = max(round(pp_ocr.LINE_HEIGHT * width / height / pp_ocr.WIDTH_STEP), 2)
        if line.frames <= frames <= MOST_FRAMES:
            lines.append(Line(_as_wide(line.crop, frames * pp_ocr.WIDTH_STEP), line.letters))
    return lines


def _as_wide(crop: GrayImage, width: int) -> GrayImage:
    way = cv2.INTER_LINEAR if crop.shape[0] <= pp_ocr.LINE_HEIGHT else cv2.INTER_AREA
    return np.asarray(cv2.resize(crop, (width, pp_ocr.LINE_HEIGHT), interpolation=way), np.uint8)


def batches(lines_of: Drawing, start: int) -> Iterator[list[Line]]:
    """Lines of like width, without end, drawn by another process, from that number on."""
    with ProcessPoolExecutor(1) as pool:
        ahead = list[Future[list[Line]]]()
        while True:
            while len(ahead) < AHEAD:
                ahead.append(pool.submit(lines_of, range(start, start + SHARE)))
                start += SHARE
            lines = sorted((line for share in ahead[:SHARES] for line in share.result()), key=_width)
            ahead = ahead[SHARES:]
            some = [lines[at : at + BATCH] for at in range(0, len(lines), BATCH)]
            random.shuffle(some)
            yield from (batch for batch in some if len(batch) >= LEAST_BATCH)


def _width(line: Line) -> int:
    return int(line.crop.shape[1])


def teach(whole: Whole, shown: Iterator[list[Line]], lines: int, planned: int, new: float) -> Whole:
    """Teach it with so many lines, at the pace for so many planned; what comes back is so much what it has learned, and
    for the rest what it knew before.
    """
    known = copy.deepcopy(whole)
    whole.train()
    own = {id(parameter) for parameter in whole.eye.parameters()}
    rest = [parameter for parameter in whole.parameters() if id(parameter) not in own]
    groups = [{"params": list(whole.eye.parameters()), "lr": RATE}, {"params": rest, "lr": HEAD_RATE}]
    way = torch.optim.AdamW(groups, weight_decay=DECAY)
    steps = lines // BATCH
    pace = torch.optim.lr_scheduler.OneCycleLR(way, [RATE, HEAD_RATE], total_steps=planned // BATCH + 1, pct_start=WARM)
    mean = copy.deepcopy(whole)
    for step, batch in enumerate(islice(shown, steps), start=1):
        lost = learn(whole, _loss(whole, batch), way, pace)
        _mix(mean, whole, 1 - min(MEAN_OF, step / (step + 10)))
        sys.stdout.write(f"\rstep {step} of {steps}: loss {lost:.3f}")
        sys.stdout.flush()
    _mix(known, mean, new)
    return known


def _mix(one: Whole, other: Whole, share: float) -> None:
    """Change the one to so large a share of the other."""
    with torch.no_grad():
        for old, new in zip(one.parameters(), other.parameters(), strict=True):
            old.mul_(1 - share).add_(new, alpha=share)


def _loss(whole: Whole, batch: Sequence[Line]) -> torch.Tensor:
    width = _width(batch[len(batch) * 2 // 3])
    pictures = np.stack([_as_wide(line.crop, width) for line in batch]).astype(np.float32) / 127.5 - 1
    said = whole(torch.tensor(pictures)[:, None].expand(-1, 3, -1, -1).contiguous()).transpose(0, 1)
    letters = torch.tensor([number for line in batch for number in line.numbers])
    frames = torch.full((len(batch),), width // pp_ocr.WIDTH_STEP)
    counts = torch.tensor([len(line.letters) for line in batch])
    return functional.ctc_loss(said, letters, frames, counts, zero_infinity=True)


# ---------------------------------------------------------------- writing down


def write(whole: Whole, untaught: Whole, out: Path) -> None:
    """Write it down as ONNX, for lines of any width; `untaught` says which array was which."""
    whole.eval()
    eye = _before_last_layer()
    _fill(eye, list(untaught.eye.parameters()), list(whole.eye.parameters()))
    spelling = out.with_suffix(".spelling.onnx")
    torch.onnx.export(
        Chances(whole),
        (torch.zeros(1, 40, KNOWN),),
        str(spelling),
        input_names=["known"],
        output_names=["chances"],
        dynamic_axes={"known": {1: "frames"}, "chances": {1: "frames"}},
        opset_version=OPSET,
        dynamo=False,
    )
    first, last = version_converter.convert_version(eye, OPSET), onnx.load(str(spelling))
    spelling.unlink()
    first.ir_version = last.ir_version = IR
    model = compose.merge_models(first, compose.add_prefix(last, "hands/"), io_map=[(FEATURES, "hands/known")])
    _halve(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(out))


def _fill(eye: ModelProto, before: Sequence[nn.Parameter], after: Sequence[nn.Parameter]) -> None:
    """Put what was taught where it was before, found by what that was."""
    pairs = list(zip(before, after, strict=True))
    for array in eye.graph.initializer:
        value = numpy_helper.to_array(array)
        for at, (old, new) in enumerate(pairs):
            if old.numel() == value.size and np.array_equal(old.detach().numpy().ravel(), value.ravel()):
                taught = new.detach().numpy().reshape(value.shape).copy()
                array.CopyFrom(numpy_helper.from_array(taught, array.name))
                del pairs[at]
                break
    if pairs:
        raise ValueError(f"{len(pairs)} arrays that were taught are nowhere in PP-OCRv6; is it another version?")


def _halve(model: ModelProto) -> None:
    arrays, casts = list[TensorProto](), list[NodeProto]()
    for array in model.graph.initializer:
        value: npt.NDArray[np.float32] = numpy_helper.to_array(array)
        if value.dtype != np.float32 or value.size < LARGE:
            arrays.append(array)
            continue
        half = f"{array.name}_half"
        arrays.append(numpy_helper.from_array(value.astype(np.float16), half))
        casts.append(helper.make_node("Cast", [half], [array.name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    _replace(model.graph.initializer, arrays)
    _replace(model.graph.node, nodes)


def main() -> None:
    """Draw, teach, write down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fonts", type=Path, required=True, help="a folder of TrueType fonts")
    parser.add_argument("--head", type=Path, required=True, help="what head.py has written down")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=LINES)
    chosen = parser.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    known = torch.load(chosen.head)
    head = Head(known["mean"], known["scale"])
    head.load_state_dict(known)
    whole = Whole(head)
    shown = batches(partial(drawn, fonts=sorted(chosen.fonts.glob("*.ttf"))), FIRST_LINE)
    taught = teach(copy.deepcopy(whole), shown, chosen.lines, chosen.lines * PACED_FOR // LINES, NEW)
    torch.save(taught.state_dict(), chosen.out.with_suffix(".pt"))
    write(taught, whole, chosen.out)


if __name__ == "__main__":
    main()
