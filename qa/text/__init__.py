"""Sentences, tokens and the words that count; knows no article."""

from __future__ import annotations

from qa.text.segmentation import sentences

__all__ = ["sentences"]
