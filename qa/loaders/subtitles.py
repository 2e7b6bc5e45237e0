"""Subtitles and transcripts with times (SRT, WebVTT): the spoken words in whole sentences."""

from __future__ import annotations

import re

from qa.datatypes import Article
from qa.loaders.article import build_article, one_line
from qa.loaders.decoding import decode
from qa.loaders.document import Document
from qa.loaders.text import normalise_ends

_VOICE = re.compile(r"<v(?:\.[^<>\s]{1,50})? ([^<>]{1,80})>")
_MARKUP = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,100}\}")
_NAME = r"[^\W\d_a-z][\w.'’-]{0,30}"
_SPEAKER = re.compile(rf"(?:>> ?|[-–] ?)?{_NAME}(?: {_NAME}){{0,3}} ?(?:\([^()]{{1,40}}\))?:\s|>> ?|[-–] ")
_NO_CUE = ("WEBVTT", "NOTE", "STYLE", "REGION")


def read_subtitles(document: Document) -> Article:
    """The article of a subtitle file: a paragraph a speaker, without numbers and times."""
    text = normalise_ends(decode(document.data, document.origin))
    paragraphs: list[list[str]] = [[]]
    previous = speaking = ""
    for line in _spoken(text):
        if line == previous:  # rolling captions repeat what still stands on the screen
            continue
        previous = line
        if speaker := _SPEAKER.match(line):
            if speaker.group() == speaking and ":" in speaking:  # a voice is named again in each of its cues
                line = line[speaker.end() :]
            else:
                paragraphs.append([])
            speaking = speaker.group()
        paragraphs[-1].append(line)
    whole = "\n\n".join(" ".join(lines) for lines in paragraphs if lines)
    return build_article(title=document.readable_name, text=whole, source=document.origin, url=document.url)


def _spoken(text: str) -> list[str]:
    """The lines of all cues without their markup; the voice of a WebVTT cue stands before its words."""
    lines: list[str] = []
    for block in text.split("\n\n"):
        cue = [line for line in block.split("\n") if line.strip()]
        times = next((index for index, line in enumerate(cue) if "-->" in line), None)
        if times is None and (not cue or cue[0].startswith(_NO_CUE) or cue[0].strip().isdigit()):
            continue
        spoken = cue if times is None else cue[times + 1 :]
        lines += filter(None, (one_line(_MARKUP.sub("", _VOICE.sub(r"\1: ", line))) for line in spoken))
    return lines
