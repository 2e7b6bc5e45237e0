"""What a reader is trained for. All functions take float32 logits of (windows, tokens)."""

from __future__ import annotations

import torch

from training.features import Batch


def window_loss(logits: torch.Tensor, right: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Each window for itself: minus the log-probability of the right tokens, "no answer" among the others."""
    return (_lse(logits, batch.allowed, 1) - _lse(logits, right, 1)).mean()


def shared_loss(logits: torch.Tensor, right: torch.Tensor, batch: Batch, *, null: bool = False) -> torch.Tensor:
    """All windows of a question under one normalisation (Clark and Gardner, 2018): a scalar.

    This is what makes scores of different passages compare. Without `null`, questions without an answer do not count.
    With it, the first tokens of all windows of a question together are one "no answer", which is right where no window
    holds an answer and wrong where one does: so the loss sees lists of passages with nothing in them.
    """
    count = int(batch.group.max()) + 1
    answers = right & batch.context
    answerable = torch.zeros(count, dtype=torch.bool, device=logits.device)
    answerable[batch.group[answers.any(1)]] = True
    if null:
        wanted = torch.where(answerable[batch.group][:, None], answers, right)
        whole = _group_lse(logits, batch.allowed, batch.group, count)
        return (whole - _group_lse(logits, wanted, batch.group, count)).mean()
    if not answerable.any():
        return logits.sum() * 0.0
    whole = _group_lse(logits, batch.context, batch.group, count)
    return (whole - _group_lse(logits, answers, batch.group, count))[answerable].mean()


def teacher_loss(logits: torch.Tensor, taught: torch.Tensor, batch: Batch, temperature: float = 2.0) -> torch.Tensor:
    """How far a window's distribution is from a teacher's (Kullback-Leibler), both softened."""
    allowed = batch.allowed
    ours = (logits / temperature).masked_fill(~allowed, -torch.inf).log_softmax(1).masked_fill(~allowed, 0.0)
    theirs = (taught / temperature).masked_fill(~allowed, -torch.inf).log_softmax(1).masked_fill(~allowed, 0.0)
    apart = (theirs.exp() * (theirs - ours)).masked_fill(~allowed, 0.0)
    return apart.sum(1).mean() * temperature**2


def _lse(logits: torch.Tensor, where: torch.Tensor, dim: int) -> torch.Tensor:
    return logits.masked_fill(~where, -torch.inf).logsumexp(dim)


def _group_lse(logits: torch.Tensor, where: torch.Tensor, group: torch.Tensor, count: int) -> torch.Tensor:
    """Per group; -inf becomes a large negative number where there is nothing, so that gradients stay finite."""
    masked = logits.masked_fill(~where, -1e9)
    top = torch.full((count,), -1e9, device=logits.device).scatter_reduce(0, group, masked.amax(1).detach(), "amax")
    total = torch.zeros(count, device=logits.device).index_add(0, group, (masked - top[group, None]).exp().sum(1))
    return top + total.log()
