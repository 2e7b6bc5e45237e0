"""The whole walk of a question, with an encoder and a reader that a person can predict."""

import hashlib
import re
import subprocess
import sys
from datetime import date

import numpy as np
import pytest

import qa
from qa.answering.calibration import Calibration
from qa.assistant import Assistant
from qa.config import Settings
from qa.datatypes import Reason, Span, Turn, Where
from qa.errors import ArticleNotFound, CitationError, QuestionError, SettingError
from qa.library import Library
from qa.loaders import Document
from qa.logistic import Logistic
from qa.samples import add_samples, documents, is_sample, remove_samples

PLAIN = Calibration(Logistic(0.0, {"span": 1.0}), Logistic(0.0, {"rank": 1.0}))


class WordEncoder:
    """Each word adds 1 in a place of its own choosing; vectors are normalised."""

    name = "words"
    dimension = 64

    def encode_passages(self, texts, progress=None):
        return self.encode_queries(texts)

    def encode_queries(self, texts):
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


class PatternReader:
    """Answers with what a pattern finds, sure of it; the tests say which pattern."""

    def __init__(self, pattern, score=4.0):
        self.pattern = re.compile(pattern)
        self.score = score
        self.questions = []

    def read(self, question, texts, titles):
        self.questions.append(question)
        return [[Span(*match.span(), self.score) for match in self.pattern.finditer(text)][:1] for text in texts]


def note(name, text, published=None):
    head = f"---\ntitle: {name}\n" + (f"date: {published}\n" if published else "") + "---\n\n"
    return Document(origin=f"upload:{name}.md", data=(head + text).encode(), media_type="text/markdown")


OSLO = note(
    "Oslo", "The ministers met for three days in spring. The treaty was signed in Oslo by Ann Lee.", "2025-05-12"
)
ROME = note(
    "Rome",
    "The ministers of the south met in autumn of that year. Their treaty was signed in Rome by Bo Ek.",
    "2024-01-02",
)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", Settings(), encoder=WordEncoder()) as opened:
        opened.add_documents([OSLO, ROME])
        yield opened


def test_an_answer_is_a_slice_of_its_article(library):
    answer = Assistant(library, PatternReader("Oslo"), PLAIN).ask("Where was the treaty signed?")
    (citation,) = answer.citations
    text = library.article(citation.article_id).text
    assert (answer.text, text[citation.start : citation.end]) == ("Oslo", "Oslo")
    assert citation.context == "The treaty was signed in Oslo by Ann Lee."
    assert (citation.title, citation.published, citation.source) == ("Oslo", date(2025, 5, 12), "upload:Oslo.md")
    assert {passage.article.title for passage in answer.passages} == {"Oslo", "Rome"}


def test_a_filter_keeps_to_what_it_lets_through(library):
    assistant = Assistant(library, PatternReader("Oslo|Rome"), PLAIN)
    answer = assistant.ask("Where was the treaty signed?", where=Where(published_to=date(2024, 12, 31)))
    assert [citation.quote for citation in answer.citations] == ["Rome"]
    nothing = assistant.ask("Where was the treaty signed?", where=Where(published_from=date(2030, 1, 1)))
    assert (nothing.found, nothing.reason, nothing.passages) == (False, Reason.NO_ARTICLES, ())


def test_a_follow_up_is_looked_up_as_it_stands_alone(library):
    reader = PatternReader("Ann Lee")
    assistant = Assistant(library, reader, PLAIN)
    first = assistant.ask("Who signed the treaty in Oslo?")
    second = assistant.ask("And when?", history=[Turn(first.question, first)])
    assert reader.questions[1] == second.question == "When was it that Ann Lee signed the treaty in Oslo?"


def test_an_empty_library_has_no_articles_to_answer_from(tmp_path):
    with Library.open(tmp_path / "empty", Settings(), encoder=WordEncoder()) as empty:
        answer = Assistant(empty, PatternReader("x"), PLAIN).ask("Where was the treaty signed?")
    assert (answer.found, answer.reason) == (False, Reason.NO_ARTICLES)


@pytest.mark.parametrize("question", ["", " \n\t ", "x" * 2001])
def test_what_is_no_question_is_an_error_that_says_so(library, question):
    with pytest.raises(QuestionError, match="question"):
        Assistant(library, PatternReader("x"), PLAIN).ask(question)


def test_a_reader_that_points_outside_the_text_is_found_out(library):
    class Wild(PatternReader):
        def read(self, question, texts, titles):
            return [[Span(len(text) + 500, len(text) + 510, 9.0)] for text in texts]

    with pytest.raises(CitationError):
        Assistant(library, Wild("x"), PLAIN).ask("Where was the treaty signed?")


def test_an_article_that_goes_while_it_is_read_is_not_cited(library):
    class Removing(PatternReader):
        def read(self, question, texts, titles):
            if not self.questions:
                library.remove([article.id for article in library.articles() if article.title == "Oslo"])
            return super().read(question, texts, titles)

    answer = Assistant(library, Removing("Oslo|Rome"), PLAIN).ask("Where was the treaty signed?")
    assert [citation.quote for citation in answer.citations] == ["Rome"]


def test_a_new_version_answers_at_the_next_question_and_the_old_one_is_gone(library):
    assistant = Assistant(library, PatternReader("Oslo|Bergen"), PLAIN)
    old = assistant.ask("Where was the treaty signed?").citations[0]
    library.add_documents(
        [note("Oslo", "The treaty was signed in Bergen, not in the capital, by Ann Lee.", "2025-05-13")]
    )
    assert assistant.ask("Where was the treaty signed?").text == "Bergen"
    with pytest.raises(ArticleNotFound):
        library.article(old.article_id)


def test_the_samples_come_whole_with_title_date_and_address(tmp_path):
    with Library.open(tmp_path / "samples", Settings(), encoder=WordEncoder()) as opened:
        report = add_samples(opened)
        assert (len(report.added), report.failed) == (len(list(documents())), ())
        assert len(report.added) >= 60
        assert all(each.title and each.published and each.url and is_sample(each.source) for each in opened.articles())
        assert add_samples(opened).unchanged == len(report.added)
        own = next(documents())
        opened.add_documents([OSLO, Document("upload:own.txt", own.data, own.media_type)])
        assert len(remove_samples(opened).removed) == len(report.added) - 1
        assert {article.source for article in opened.articles()} == {"upload:Oslo.md", "upload:own.txt"}


def test_a_file_called_seeds_beside_the_user_is_not_taken_for_the_samples(tmp_path):
    (tmp_path / "seeds.py").write_text("raise SystemExit('somebody else ran')")
    code = "from qa.samples import documents; print(len(list(documents())))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert int(ran.stdout) == len(list(documents()))


def test_what_an_article_is_about_and_who_wrote_it_is_told_without_reading(library):
    reader = PatternReader("in (?:Oslo|Rome)")
    assistant = Assistant(library, reader, PLAIN)
    answer = assistant.ask("What is the article about Oslo about?")
    assert [each.title for each in answer.citations] == ["Oslo", "Oslo"]
    assert answer.note == "“Oslo”, 12 May 2025. It opens:"
    record = assistant.ask("When was it published?", history=[Turn("What is it about?", answer)])
    assert record.note == "The library's record of “Oslo”: published on 12 May 2025."
    (rome,) = (article.id for article in library.articles() if article.title == "Rome")
    about = assistant.ask("Summarise this article", where=Where(article_ids=(rome,)))
    assert about.citations[0].title == "Rome"
    assert assistant.ask("hello").note.startswith("Ask about what is in your articles")
    assert reader.questions == []


def test_a_kind_that_is_chosen_counts_more_than_the_words(library):
    reader = PatternReader("in (?:Oslo|Rome)")
    assistant = Assistant(library, reader, PLAIN)
    assert assistant.ask("treaty", kind="topic").kind == "topic"
    assert assistant.ask("Oslo", kind="about").citations[0].title == "Oslo"
    assert reader.questions == []
    assert assistant.ask("What is the article about Oslo about?", kind="read").kind == "read"
    assert len(reader.questions) == 1
    with pytest.raises(QuestionError, match="no kind of answer"):
        assistant.ask("Oslo", kind="poem")


def test_a_unit_is_not_read_for_but_looked_for_beside_the_quantity(tmp_path):
    reader = PatternReader("34 m")
    with Library.open(tmp_path / "library", Settings(), encoder=WordEncoder()) as library:
        library.add_documents([note("Gull Point", "The lighthouse of Gull Point is white and 34 m (112 ft) high.")])
        answer = Assistant(library, reader, PLAIN).ask("How high is the lighthouse in feet?")
    assert reader.questions == ["How high is the lighthouse?"]
    assert (answer.text, answer.question) == ("112 ft", "How high is the lighthouse in feet?")


def test_where_no_article_is_meant_the_question_is_read_for(library):
    reader = PatternReader("in (?:Oslo|Rome)")
    assistant = Assistant(library, reader, PLAIN)
    assistant.ask("What is this article about?")
    assistant.ask("Who wrote the article about whales?")
    assert len(reader.questions) == 2


@pytest.mark.models
def test_ask_answers_from_the_samples_when_there_is_nothing_else():
    answer = qa.ask("Who is the Kremlin spokesman?")
    assert answer.text == "Dmitry Peskov"
    assert answer.citations[0].published == date(2025, 5, 12)


GOLDEN = [
    ("Who proposed direct negotiations in Istanbul?", "Putin"),
    ("When did Putin and Zelensky last meet?", "December 2019"),
    ("Who is the Kremlin spokesman?", "Dmitry Peskov"),
    ("What did Peskov say about the language of ultimatums?", "unacceptable to Russia"),
]


@pytest.fixture(scope="module")
def golden(tmp_path_factory):
    with Assistant.open(tmp_path_factory.mktemp("golden")) as assistant:
        add_samples(assistant.library)
        yield assistant


@pytest.mark.models
@pytest.mark.parametrize(("question", "expected"), GOLDEN)
def test_golden_questions_over_the_samples(golden, question, expected):
    answer = golden.ask(question)
    citation = answer.best
    assert expected in citation.quote
    assert (
        citation.title
        == "Kremlin Reiterates Putin's Call for Istanbul Talks, But Remains Silent on Possible Zelensky Meeting"
    )
    assert citation.published == date(2025, 5, 12)
    assert golden.library.article(citation.article_id).text[citation.start : citation.end] == citation.quote


@pytest.mark.models
@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2030 World Cup?",
        "What is the capital of Mongolia?",
        "How do I bake sourdough bread?",
        "When did Apple release the first iPhone?",
        "asdf qwer zxcv",
    ],
)
def test_what_no_article_says_is_not_found(golden, question):
    answer = golden.ask(question)
    assert (answer.found, answer.text, answer.citations) == (False, "", ())
    assert answer.reason in {Reason.NOTHING_RELEVANT, Reason.NOT_SURE}


def test_other_settings_are_those_of_one_question_alone(library):
    assistant = Assistant(library, PatternReader("Oslo", score=0.5), PLAIN)
    question = "Where was the treaty signed?"
    strict = assistant.with_settings(threshold=0.9, max_answers=1, candidates=1)
    assert not strict.ask(question).found
    assert [each.quote for each in strict.ask(question).possible] == ["Oslo"]
    assert len(strict.ask(question).passages) == 1
    assert assistant.ask(question).text == "Oslo"
    assert strict.library is library
    with pytest.raises(SettingError, match="between 0 and 1"):
        assistant.with_settings(threshold=2.0)
