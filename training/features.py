"""Groups of windows as tokens, and as batches of about one size."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch

from qa.answering import windows
from qa.answering.reader import padded
from training.groups import Group, Window

BUFFERED = 2000  # groups that are sorted by length together


@dataclass(frozen=True, slots=True)
class Encoded:
    """One window as the reader sees it. `starts` and `ends` are the tokens at which an answer begins and ends."""

    window: windows.Window
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of (windows, tokens), but for `group`: (windows,), which windows belong to one question.

    The first token stands for "no answer". `starts` and `ends` mark every right token, the first one where the window
    holds no answer; `context` marks the tokens of the passage.
    """

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor
    context: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    group: torch.Tensor

    @property
    def allowed(self) -> torch.Tensor:
        """The tokens that an answer, or "no answer", may stand on."""
        first = torch.zeros_like(self.context)
        first[:, 0] = True
        return self.context | first

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return Batch(*(getattr(self, name).to(device, non_blocking=True) for name in self.__slots__))


def encode(tokenizer: Any, group: Group) -> list[Encoded]:
    """The windows of a group; a text that is too long for one window gives several."""
    texts, titles = [each.text for each in group.windows], [each.title for each in group.windows]
    return [
        _marked(window, group.windows[window.text])
        for window in windows.WindowEncoder.of(tokenizer).encode(group.question, texts, titles)
    ]


def _marked(window: windows.Window, given: Window) -> Encoded:
    context = np.flatnonzero(window.words >= 0)
    begins, stops = window.offsets[context, 0], window.offsets[context, 1]
    starts, ends = [], []
    for start, end in given.answers:
        first, last = np.flatnonzero(stops > start), np.flatnonzero(begins < end)
        # cut off by the window's edge, the answer is not there
        if len(first) and len(last) and begins[first[0]] <= start and stops[last[-1]] >= end:
            starts.append(int(context[first[0]]))
            ends.append(int(context[last[-1]]))
    return Encoded(window, tuple(starts), tuple(ends))


def batches(tokenizer: Any, groups: Iterable[Group], tokens: int, seed: int) -> Iterator[Batch]:
    """Groups of like length together, at most `tokens` with padding; the batches of a buffer in random order."""
    chance = random.Random(seed)
    stream = iter(groups)
    while buffered := [encode(tokenizer, group) for group in islice(stream, BUFFERED)]:
        buffered.sort(key=_longest)
        packed = list(_packed(buffered, tokens))
        chance.shuffle(packed)
        for groups_of_one in packed:
            yield tensors(groups_of_one, tokenizer.pad_token_id or 0)


def _longest(group: Sequence[Encoded]) -> int:
    return max(len(each.window.token_ids) for each in group)


def _packed(ordered: Sequence[list[Encoded]], tokens: int) -> Iterator[list[list[Encoded]]]:
    pack: list[list[Encoded]] = []
    for group in ordered:
        windows = sum(map(len, pack)) + len(group)
        if pack and windows * _longest(group) > tokens:
            yield pack
            pack = []
        pack.append(group)
    if pack:
        yield pack


def tensors(groups: Sequence[Sequence[Encoded]], padding: int) -> Batch:
    """One batch of these groups."""
    flat = [(number, each) for number, group in enumerate(groups) for each in group]
    ids, types, mask = padded([each.window for _, each in flat], padding)
    context, starts, ends = (np.zeros(ids.shape, dtype=bool) for _ in range(3))
    for row, (_, each) in enumerate(flat):
        context[row, : len(each.window.words)] = each.window.words >= 0
        starts[row, list(each.starts) or 0] = True
        ends[row, list(each.ends) or 0] = True
    group = np.array([number for number, _ in flat])
    return Batch(*map(torch.from_numpy, (ids, types, mask, context, starts, ends, group)))
