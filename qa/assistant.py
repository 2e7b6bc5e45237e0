"""Where the parts come together: a library, a retriever, a reader and a calibration make an assistant."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

from qa.answering import builder, calibration
from qa.answering.combined import combined_answer, led_by
from qa.answering.copies import one_of_each, with_copies
from qa.answering.definitions import definition_of
from qa.answering.direct_answers import foreign_answer, quoted_answer, told_answer
from qa.answering.evidence import named
from qa.answering.reader import Reader, TransformersReader
from qa.answering.retrieval import Retriever
from qa.answering.speech import speaker_of
from qa.answering.tables import find_cell
from qa.answering.tallies import tally_of
from qa.answering.timing import ANY_TIME, Timing, to_read
from qa.answering.units import without_unit
from qa.answering.verification import require_verbatim
from qa.config import Settings, library_address, library_path
from qa.datatypes import Answer, AskedPeriod, ProgressCallback, RetrievedPassage, Span, Turn, Where, all_citations
from qa.errors import ArticleNotFound, as_model_error
from qa.library import Library
from qa.questions.followup import rewrite
from qa.questions.kinds import Kind
from qa.questions.operators import Scope, operators
from qa.questions.parts import completed_part, parts
from qa.questions.spelling import respelled
from qa.questions.validation import validate_kind, validate_question
from qa.samples import add_samples
from qa.serialization.periods import undated_words

PassagesCallback = Callable[[Sequence[RetrievedPassage]], None]
_ATTEMPTS = 3  # a question meets an article's removal or a rebuild's swap at most so often in a row


class Assistant:
    """Answers questions from one library. Safe to use from many threads; holds no conversation."""

    def __init__(self, library: Library, reader: Reader, calibrated: calibration.Calibration | None = None) -> None:
        self.library = library
        self.settings = library.settings
        self.reader = reader
        self.retriever = Retriever(library.backend, library.encoder, library.settings.candidates)
        self.calibration = calibrated or calibration.load()

    @classmethod
    def open(
        cls,
        library: str | Path | None = None,
        *,
        settings: Settings | None = None,
        progress: ProgressCallback | None = None,
    ) -> Self:
        """An assistant over the library in a folder or at an address, created when it is not there.

        Without a folder it is the default library; the first time, that is given the sample articles.
        """
        settings = settings or Settings.resolve()
        opened = Library.open(library, settings)
        try:
            if library is None and opened.stats().revision == 0:
                add_samples(opened, progress)
        except BaseException:
            opened.close()
            raise
        return cls(opened, TransformersReader.of(settings))

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        where: Where | None = None,
        on_passages: PassagesCallback | None = None,
        asked_on: date | None = None,
        kind: str | None = None,
        any_time: bool = False,
    ) -> Answer:
        """The best answer the articles give, or one that says they give none (`answer.found`, `answer.reason`).

        `Answer.question` is the question that was looked up: a follow-up with what it took from `history`, and a word
        that no article has as the articles spell it, where one letter is the difference.
        `on_passages` is called with the passages, before they are read; what it raises ends the asking.
        "Last week" and the like count from `asked_on`, else from today; with `any_time` they choose no days. `kind`
        chooses the kind of the answer, which the words of the question tell otherwise: "read" for words that answer it,
        "topic" for a briefing on it, "about" for what the article about it says. Raises QuestionError for an empty or
        overlong question, or another kind.
        """
        typed = validate_question(question, self.settings.max_question_chars)
        chosen = validate_kind(kind)
        said = operators(typed, where)
        scope = replace(said.scope, where=self.library.resolved(said.scope.where) or Where())
        timing = (lambda _: ANY_TIME) if any_time else partial(Timing.of, asked_on=asked_on or _today())
        asks = partial(self._ask, scope=scope, on_passages=on_passages, timing_of=timing, kind=chosen)
        first, *others = [said.text or typed] if chosen in (Kind.TOPIC, Kind.ABOUT) else parts(said.text or typed)
        turns = [Turn(first, asks(first, history))]
        for part in others:
            turns.append(Turn(part, asks(completed_part(part, turns[-1]), turns[-1:])))
        answer = combined_answer(said.text, turns) if others else turns[0].answer
        answer = with_copies(answer, self.library.store, scope.where)
        notes = (said.told, undated_words(self.library.undated(scope.where)), answer.note)
        period = next(filter(None, (each.answer.period for each in turns)), None)
        return replace(answer, note=" ".join(filter(None, notes)), period=period)

    def _ask(
        self,
        typed: str,
        history: Sequence[Turn],
        *,
        scope: Scope,
        on_passages: PassagesCallback | None,
        timing_of: Callable[[str], Timing],
        kind: Kind | None,
    ) -> Answer:
        """The answer to one question."""
        retrieve = partial(self._retrieve, scope=scope)
        if told := told_answer(typed, history, scope, retrieve, self.library.article, kind):
            return told
        if unread := foreign_answer(typed, retrieve):
            return unread
        whole = rewrite(typed, history)
        asked = respelled(whole, self.library.backend.words_like)
        for attempt in range(_ATTEMPTS):
            timing = timing_of(asked)
            goes_on = whole != typed or (bool(history) and not named(typed))
            answer = self._answer(asked, scope, on_passages, timing, goes_on=goes_on)
            try:
                self._verify(answer)
            except ArticleNotFound:
                # Removed while we read it: what is gone is not cited, so look again.
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                break
        return replace(answer, period=_period(asked, timing))

    def _retrieve(self, question: str, scope: Scope, where: Where | None = None) -> list[RetrievedPassage]:
        """The passages within a scope, best first; those that its exact words find follow those of the question."""
        where = where or scope.where or None
        found = {each.passage.id: each for each in self.retriever.retrieve(question, where)}
        for phrase in scope.phrases:
            found = {each.passage.id: each for each in self.retriever.retrieve(phrase, where)} | found
        articles = {each.article.id: each.article for each in found.values()}
        allowed = {key for key, article in articles.items() if scope.allows(article)}
        return [each for each in sorted(found.values(), key=lambda each: -each.score) if each.article.id in allowed]

    def retrieve_and_read(
        self,
        question: str,
        where: Where | Scope | None = None,
        on_passages: PassagesCallback | None = None,
        timing: Timing | None = None,
    ) -> tuple[list[RetrievedPassage], list[list[Span]]]:
        """What answers are chosen from: the passages found, and the reader's spans of the first of them.

        Best first; with `timing`, passages that fit what the question says of time are among the first.
        """
        count = self.settings.read_passages
        scope = where if isinstance(where, Scope) else Scope(where or Where())
        passages = self._retrieve(question, scope)
        if timing:
            within = partial(self._retrieve, question, scope)
            passages = to_read(passages, timing, within, scope.where or None, count)
        passages = one_of_each(passages, self._copies(passages), count)
        if on_passages is not None:
            on_passages(passages)
        read = passages[:count]
        plain = without_unit(question)
        questions = [timing.plain(plain, each.article) if timing else plain for each in read]
        return passages, self._read(questions, read)

    def _copies(self, passages: Sequence[RetrievedPassage]) -> dict[str, str]:
        """By article id the group of copies of one text that it is in."""
        return self.library.store.copies.groups({each.article.id for each in passages})

    def _read(self, questions: Sequence[str], passages: Sequence[RetrievedPassage]) -> list[list[Span]]:
        """The spans of each passage, read for its own question."""
        spans: list[list[Span]] = [[] for _ in passages]
        for question in dict.fromkeys(questions):
            of_it = [index for index, each in enumerate(questions) if each == question]
            texts = [passages[index].text for index in of_it]
            titles = [passages[index].article.title for index in of_it]
            for index, found in zip(of_it, self.reader.read(question, texts, titles), strict=True):
                spans[index] = found
        return spans

    def with_settings(self, **given: Any) -> Self:
        """An assistant that shares library, models and indexes with this one, and answers with other settings.

        Raises SettingError for a value that a setting cannot have.
        """
        other = copy(self)
        other.settings = replace(self.settings, **given)
        other.retriever = Retriever(self.library.backend, self.library.encoder, other.settings.candidates)
        return other

    def warm_up(self) -> None:
        """Load both models now, so that the first question need not wait for them."""
        with as_model_error():
            self.library.encoder.encode_queries(["?"])
        self.reader.read("?", ["."], [""])

    def close(self) -> None:
        """Close the library; the assistant cannot be used any more."""
        self.library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(
        self,
        question: str,
        scope: Scope,
        on_passages: PassagesCallback | None,
        timing: Timing,
        *,
        goes_on: bool,
    ) -> Answer:
        settings = self.settings
        retrieve = partial(self._retrieve, scope=scope)
        if said := quoted_answer(question, scope, retrieve, self.library.store, settings.max_answers):
            if on_passages is not None:
                on_passages(said.passages)
            return said
        passages, spans = self.retrieve_and_read(question, scope, on_passages, timing)
        read = builder.build_answer(
            question,
            passages,
            spans,
            self.calibration,
            threshold=settings.threshold,
            possible=settings.possible,
            max_answers=settings.max_answers,
            timing=timing,
            goes_on=goes_on,
            copies=self._copies(passages[: settings.read_passages]),
        )
        first = passages[: settings.read_passages]
        found = find_cell(question, first) or tally_of(question, first) or definition_of(question, first)
        if found is None and not read.found:
            found = speaker_of(question, first, self.library.store)
        return led_by(read, found, settings.threshold) if found else read

    def _verify(self, answer: Answer) -> None:
        """Hold every quote against the text as it is stored now."""
        ids = {citation.article_id for citation in all_citations(answer.shown)}
        require_verbatim(answer.shown, {each: self.library.article(each).text for each in ids})


def _period(question: str, timing: Timing) -> AskedPeriod | None:
    """The days that a question asks for."""
    found = timing.period
    return AskedPeriod(found.first, found.last, question[found.start : found.end].strip()) if found else None


def _today() -> date:
    """The day where the user is."""
    return datetime.now().astimezone().date()


def ask(
    question: str,
    *,
    history: Sequence[Turn] = (),
    where: Where | None = None,
    asked_on: date | None = None,
    kind: str | None = None,
) -> Answer:
    """`Assistant.ask` of the default library; it stays open for the next question of this process."""
    assistant = _default_assistant(library_address() or library_path())
    return assistant.ask(question, history=history, where=where, asked_on=asked_on, kind=kind)


_open: dict[str | Path, Assistant] = {}
_lock = threading.Lock()


def _default_assistant(path: str | Path) -> Assistant:
    with _lock:
        if path not in _open:
            _open[path] = Assistant.open()
            atexit.register(_open[path].close)
        return _open[path]
