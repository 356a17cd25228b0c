"""Teaches the last part of the second recogniser what becomes of letters in hurried hands and bad scans.

`python -m tests.training.head --fonts DIR --out FILE` draws lines in the fonts of a folder (TrueType; those that it
was taught with are in `fonts.txt`, all under the OFL or Apache-2.0), shows them to PP-OCRv6, and teaches a small
network to spell the names from what that one thinks of the letters in every frame: connectionist temporal
classification (Graves et al. 2006). `whole.py` goes on from there. Needs PyTorch, which the program itself does not.
"""

import argparse
import os
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from rapidfuzz.distance import Levenshtein
from torch import nn
from torch.nn import functional

from intake.engines import ALPHABET, likeliest, pp_ocr
from tests.training.lines import draw

LETTERS = ("", *ALPHABET)
LEAST_SEEN = 1e-30
"""A chance below this is shown as this: the least of a letter on eight words was 1e-16."""
WIDTH, STATE, REACH = 128, 96, 5
"""Channels, units of the recurrent layer in either direction, and frames that a convolution sees."""
LATE, NOISE, RATE, DECAY, CLIP = 0.15, 0.1, 3e-3, 0.02, 1.0
"""As networks of this size are usually taught; nothing else was tried."""
BATCH, HELD_OUT = 48, 600
SHARE = 250
"""Lines that a process draws at a time."""
LONGEST = 150
"""Frames; longer lines are left out."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What PP-OCRv6 thinks of a line, shape (frames, characters), and its letters as 1 to 26."""

    seen: npt.NDArray[np.float16]
    letters: tuple[int, ...]


class Spelling(nn.Module):  # type: ignore[misc]  # PyTorch is not installed here
    """From what is known of each frame, shape (lines, known, frames), to letters, shape (lines, frames, 27)."""

    def __init__(self, known: int) -> None:
        super().__init__()
        self.enter = nn.Conv1d(known, WIDTH, 1)
        self.near = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, REACH, padding=REACH // 2) for _ in range(2))
        self.far = nn.GRU(WIDTH, STATE, bidirectional=True, batch_first=True)
        self.leave = nn.Linear(WIDTH + 2 * STATE, len(ALPHABET) + 1)
        self.late = nn.Dropout(LATE)

    def forward(self, known: torch.Tensor) -> torch.Tensor:
        frames = self.late(functional.silu(self.enter(known)))
        for convolution in self.near:
            frames = frames + functional.silu(convolution(frames))
        frames = self.late(frames.transpose(1, 2))
        around, _ = self.far(frames)
        return self.leave(torch.cat([self.late(around), frames], dim=2))


class Head(nn.Module):  # type: ignore[misc]  # PyTorch is not installed here
    """From the logarithms of the chances of each frame to the chances of no letter and A to Z.

    Only how they differ within a frame counts. That says all that PP-OCRv6 knew before its last layer, which is
    narrower than what it puts out.
    """

    def __init__(self, mean: torch.Tensor, scale: torch.Tensor) -> None:
        super().__init__()
        self.mean, self.scale = nn.Parameter(mean, requires_grad=False), nn.Parameter(scale, requires_grad=False)
        self.spell = Spelling(mean.numel())

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Logarithms of the chances, shape (lines, frames, 27)."""
        level = seen - seen.mean(dim=2, keepdim=True)
        frames = ((level - self.mean) / self.scale).transpose(1, 2)
        if self.training:
            frames = frames + NOISE * torch.randn_like(frames)
        return functional.log_softmax(self.spell(frames), dim=2)


def show(numbers: Sequence[int], fonts: Sequence[Path]) -> list[Shown]:
    """The lines of these numbers as PP-OCRv6 sees them."""
    cv2.setNumThreads(1)
    engine, shown = pp_ocr.load(), list[Shown]()
    for number in numbers:
        line = draw(number, fonts)
        if line is None or not line.letters:
            continue
        frames = pp_ocr.frames_of(engine.session, line.crop)
        seen = np.log(np.maximum(frames[:, engine.folding.columns], np.float32(LEAST_SEEN)))
        if line.frames <= len(seen) <= LONGEST:
            shown.append(Shown(seen.astype(np.float16), line.numbers))
    return shown


def teach(shown: Sequence[Shown], rounds: int) -> Head:
    """A network that has seen all lines so many times."""
    some = np.concatenate([line.seen for line in shown[:1500]]).astype(np.float32)
    some -= some.mean(axis=1, keepdims=True)
    head = Head(torch.tensor(some.mean(axis=0)), torch.tensor(some.std(axis=0) + 1e-3))
    ordered = sorted(shown, key=lambda line: len(line.seen))
    batches = [ordered[at : at + BATCH] for at in range(0, len(ordered), BATCH)]
    way = torch.optim.AdamW([p for p in head.parameters() if p.requires_grad], weight_decay=DECAY)
    pace = torch.optim.lr_scheduler.OneCycleLR(way, RATE, total_steps=rounds * len(batches))
    for number in range(rounds):
        random.shuffle(batches)
        lost = 0.0
        for batch in batches:
            lost += learn(head, _loss(head, batch), way, pace)
        sys.stdout.write(f"round {number + 1} of {rounds}: loss {lost / len(batches):.3f}\n")
        sys.stdout.flush()
    return head


def learn(
    net: nn.Module, loss: torch.Tensor, way: torch.optim.Optimizer, pace: torch.optim.lr_scheduler.LRScheduler
) -> float:
    """One step away from a loss; how much that was."""
    way.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), CLIP)
    way.step()
    pace.step()
    return float(loss.item())


def _loss(head: Head, batch: Sequence[Shown]) -> torch.Tensor:
    frames = [len(line.seen) for line in batch]
    seen = np.zeros((len(batch), max(frames), batch[0].seen.shape[1]), np.float32)
    for row, line in zip(seen, batch, strict=True):
        row[: len(line.seen)] = line.seen
    letters = torch.tensor([letter for line in batch for letter in line.letters])
    counts = torch.tensor([len(line.letters) for line in batch])
    said = head(torch.tensor(seen)).transpose(0, 1)
    return functional.ctc_loss(said, letters, torch.tensor(frames), counts, zero_infinity=True)


def error_rate(head: Head, shown: Sequence[Shown]) -> float:
    """Wrong letters by letters written, with the likeliest letter of every frame."""
    head.eval()
    errors = written = 0
    with torch.no_grad():
        for line in shown:
            said = head(torch.tensor(line.seen.astype(np.float32))[None])[0].numpy()
            errors += Levenshtein.distance(likeliest(said, LETTERS)[0], "".join(LETTERS[n] for n in line.letters))
            written += len(line.letters)
    head.train()
    return errors / max(written, 1)


def main() -> None:
    """Draw, show, teach, write down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fonts", type=Path, required=True, help="a folder of TrueType fonts")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=70_000)
    parser.add_argument("--rounds", type=int, default=8)
    chosen = parser.parse_args()
    fonts = sorted(chosen.fonts.glob("*.ttf"))
    random.seed(0)
    torch.manual_seed(0)
    numbers = range(chosen.lines)
    shares = [numbers[at : at + SHARE] for at in numbers[::SHARE]]
    shown = list[Shown]()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for some in pool.map(partial(show, fonts=fonts), shares):
            shown += some
            sys.stdout.write(f"\r{len(shown)} lines drawn and shown")
            sys.stdout.flush()
    sys.stdout.write("\n")
    held_out, taught = shown[:HELD_OUT], shown[HELD_OUT:]
    random.shuffle(taught)
    head = teach(taught, chosen.rounds)
    sys.stdout.write(f"letters wrong on {len(held_out)} other lines: {error_rate(head, held_out):.3f}\n")
    torch.save(head.state_dict(), chosen.out)


if __name__ == "__main__":
    main()
