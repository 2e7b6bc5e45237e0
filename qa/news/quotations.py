"""Who says what in an article: direct and indirect quotations with speaker, cue and content as places in its text.

Rules over the words and marks of English news, without a parser: a quotation in marks or a clause, beside a verb that
tells of saying ("said", "according to"), and the noun phrase before or behind it. Where they are not sure they are
silent: marks alone, as around titles and ironic words, make no quotation.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace

from qa.datatypes import Offsets, Quotation
from qa.news.attribution import Attribution, Sentence
from qa.news.cues import CUES
from qa.news.quoted import has_single_marks_only, quoted
from qa.news.speaker_names import SpeakerNames
from qa.news.subjects import first_subject
from qa.news.tokens import sentences, tokens
from qa.news.transcripts import transcript_quotations
from qa.news.verb_attributions import by_verb
from qa.news.verbless_attributions import according_to, behind_colon, beside_comma, introduction, signed

FINDER_VERSION = 2  # what is stored was found by; another number has it found anew
_SENTENCES_BACK = 6  # in which the person that a pronoun stands for may be named
_MANY_WORDS = 5  # shorter ones in marks may be titles
_LINE = re.compile(r"^[^\n]*\S[^\n]*", re.MULTILINE)
_MARK = re.compile(r"[“„«»\"‘]|''|``")
_SMALL_WORD = re.compile(r"[a-z]+")


def find_quotations(text: str) -> tuple[Quotation, ...]:
    """Everything that somebody says in a text, in the order of its cues by paragraph."""
    lines = [match.span() for match in _LINE.finditer(text)]
    spoken = transcript_quotations(text, lines)
    paragraphs = _Paragraphs(text)
    for line in lines:
        if line in spoken:
            paragraphs.add_spoken(spoken[line])
        else:
            paragraphs.read(*line)
    return tuple(paragraphs.found)


class _Paragraphs:
    """Reads the paragraphs of a text in their order; `found` grows."""

    def __init__(self, text: str) -> None:
        self.found: list[Quotation] = []
        self._text = text
        self._names = SpeakerNames(text)
        self._single = has_single_marks_only(text)
        self._last: int | None = None  # the quotation that ended the paragraph before: a further one may go on with it
        self._sentences: deque[Sentence] = deque(maxlen=_SENTENCES_BACK)
        self._introduction: Quotation | None = None  # "X went on:", at the end of the paragraph before
        self._passed_over: Offsets | None = None  # the last paragraph in which nobody says anything
        self._runs_on = False  # that paragraph left its marks open

    def add_spoken(self, quotation: Quotation | None) -> None:
        """Take over a line of a transcript; None where it belongs to the one before."""
        self._last, self._runs_on, self._introduction = None, False, None
        if quotation is not None:
            self.found.append(quotation)

    def read(self, start: int, end: int) -> None:
        """Find what is said in a paragraph, `text[start:end]`."""
        before, self._last = self._last, None
        if not self._runs_on and not _MARK.search(self._text, start, end) and not self._tells_of_saying(start, end):
            self._passed_over, self._introduction = (start, end), None
            return
        marks = quoted(self._text, start, end, single=self._single)
        paragraph = sentences(self._text, tokens(self._text, start, end, marks))
        goes_on = before is not None and (self._runs_on or all(map(_is_in_marks, paragraph)))
        for number, sentence in enumerate(paragraph):
            if not _is_in_marks(sentence):
                self._read_sentence(sentence)
            elif number == 0 and self._introduction is not None:
                self._begin(self._introduction, sentence)
            elif number == 0 and goes_on and sentence[0].quoted is not None:
                self._last = before
                self._extend(sentence)
            elif self._last is not None:
                self._extend(sentence)
        self._runs_on = bool(marks) and marks[-1].runs_on
        self._introduction = self._introduced(paragraph[-1]) if paragraph else None

    def _tells_of_saying(self, start: int, end: int) -> bool:
        words = set(_SMALL_WORD.findall(self._text, start, end))
        return (
            self._text[start:end].rstrip().endswith(":")
            or "ccording" in words
            or "according" in words
            or not CUES.isdisjoint(words)
        )

    def _introduced(self, sentence: Sentence) -> Quotation | None:
        """Speaker and cue of "X went on:" at the end of a paragraph: the next one may be what is said."""
        found = introduction(sentence)
        return self._quotation(sentence, found) if found else None

    def _begin(self, introduction: Quotation, sentence: Sentence) -> None:
        """A paragraph in marks behind an introduction."""
        self.found.append(introduction)
        self._last = len(self.found) - 1
        self._extend(sentence)

    def _read_sentence(self, sentence: Sentence) -> None:
        before, self._last = self._last, None
        found = _attributions(sentence)
        for each in found:
            quotation = self._quotation(sentence, each)
            if quotation.content:
                self.found.append(quotation)
                if quotation.direct:
                    self._last = len(self.found) - 1
        if before is not None and self._last is None and _opens_with_quotation(sentence) and not found:
            self._last = before
            self._extend(sentence[:1])
            self._last = None
        self._sentences.append(sentence)

    def _name(self, speaker: Offsets) -> str:
        """Before a pronoun is asked for, whom the sentences before are about: it may stand for that person."""
        if self._text[slice(*speaker)].lower() in ("he", "she"):
            self._note_subjects()
        return self._names.name(*speaker)

    def _note_subjects(self) -> None:
        if self._passed_over is not None:
            plain = tokens(self._text, *self._passed_over, ())
            self._sentences.extend(sentences(self._text, plain)[-_SENTENCES_BACK:])
        for sentence in self._sentences:
            subject = first_subject(sentence, len(sentence))
            if subject is not None:
                self._names.note_words(sentence[subject[0]].start, sentence[subject[1] - 1].end)
        self._sentences.clear()
        self._passed_over = None

    def _extend(self, sentence: Sentence) -> None:
        """What stands in marks only goes on with the quotation before it."""
        assert self._last is not None  # noqa: S101
        quotation = self.found[self._last]
        more = [self._place(sentence, (at, at + 1)) for at, token in enumerate(sentence) if token.quoted is not None]
        self.found[self._last] = replace(quotation, content=(*quotation.content, *more))

    def _quotation(self, sentence: Sentence, found: Attribution) -> Quotation:
        speaker = self._place(sentence, found.speaker)
        content = (self._place(sentence, each) for each in found.content)
        return Quotation(
            speaker,
            self._place(sentence, found.cue),
            tuple(each for each in content if each[0] < each[1]),
            found.direct,
            self._name(speaker),
        )

    def _place(self, sentence: Sentence, tokens: tuple[int, int]) -> Offsets:
        """Where these tokens stand: a single quotation without its marks, and nothing with a comma at its end."""
        first, last = sentence[tokens[0]], sentence[tokens[1] - 1]
        start, end = first.start, last.end
        if first is last and first.quoted is not None:
            start, end = first.quoted.inner_start, first.quoted.inner_end
        while start < end and self._text[start].isspace():
            start += 1
        while start < end and (self._text[end - 1].isspace() or self._text[end - 1] == ","):
            end -= 1
        return start, end


def _opens_with_quotation(sentence: Sentence) -> bool:
    """Whether a quotation of some length comes first, and the sentence goes on in other words."""
    return sentence[0].quoted is not None and sentence[0].text.count(" ") >= _MANY_WORDS


def _is_in_marks(sentence: Sentence) -> bool:
    return all(token.quoted is not None or not token.is_word for token in sentence)


def _attributions(sentence: Sentence) -> list[Attribution]:
    """All that somebody says in this sentence, in the order of the cues."""
    found: list[Attribution] = []
    end = _end(sentence)
    for cue, token in enumerate(sentence):
        each = None
        if token.lower == "according" and cue + 1 < end and sentence[cue + 1].lower == "to":
            each = according_to(sentence, cue, end)
        elif token.lower in CUES and not token.is_capital:
            each = by_verb(sentence, cue, end, found[-1].speaker if found else None)
        if each is not None and each.content:
            found.append(each)
    without_verb = (
        None if found else behind_colon(sentence, end) or beside_comma(sentence, end) or signed(sentence, end)
    )
    return [without_verb] if without_verb else found


def _end(sentence: Sentence) -> int:
    """Behind the last token that does not end the sentence."""
    end = len(sentence)
    while end > 0 and sentence[end - 1].text in (".", "?", "!"):
        end -= 1
    return end
