"""Copies of one text: one of them is read, none of them makes an answer surer, all of them are shown as one source."""

import json
from dataclasses import replace
from datetime import date

import pytest
from answer_fakes import ANSWER, CITATION
from test_assistant import PLAIN, PatternReader, WordEncoder, note

from qa.answering.agreement import witnesses
from qa.answering.candidates import Candidate
from qa.answering.citing import citation_of
from qa.answering.copies import one_of_each
from qa.assistant import Assistant
from qa.cli.render import answer_lines
from qa.config import Settings
from qa.datatypes import Article, ArticleCopy, Passage, RetrievedPassage, Where
from qa.library import Library
from qa.serialization.answers import answer_from_dict, answer_to_dict
from qa.serialization.markdown import answer_to_markdown
from qa.serialization.not_found import copies_words
from ui.render.answer import answer_html

STORY = (
    "The harbour treaty was signed in Oslo by Ann Lee after three days of talks that had nearly failed on Sunday. "
    "Fishing fleets of both countries may land their catch in either port from the first of July onwards."
)
MORE = " Each side keeps the right to close its waters for a season when stocks of cod fall below the agreed mark."
OWN = "It was in Oslo that ministers ended a long quarrel about cod: Ann Lee put her name to the harbour treaty."


def passage(number, text):
    article = Article(f"a{number}", f"T{number}", text, "s")
    return RetrievedPassage(Passage(number, article.id, 0, len(text)), article, number, number, 0.5, 1.0 / number)


def order(passages, copies, count=10):
    return [each.passage.id for each in one_of_each(passages, copies, count)]


def test_of_copies_one_is_read_and_the_others_follow_what_is_read():
    passages = [passage(1, STORY), passage(2, "By wire: " + STORY), passage(3, OWN), passage(4, STORY[:150])]
    assert order(passages, dict.fromkeys(("a1", "a2", "a4"), "g") | {"a3": "h"}) == [1, 3, 2, 4]
    assert order(passages, dict.fromkeys(("a1", "a2", "a4"), "g") | {"a3": "h"}, count=1) == [1, 2, 3, 4]
    assert order(passages, dict.fromkeys(("a1", "a2", "a4"), "g") | {"a3": "h"}, count=2) == [1, 3, 2, 4]


def test_what_is_new_in_a_copy_is_read_and_so_are_the_words_of_an_article_of_its_own():
    longer = [passage(1, STORY), passage(2, STORY[-60:] + MORE)]
    assert order([*longer, passage(3, STORY)], {"a1": "g", "a2": "g", "a3": "h"}) == [1, 2, 3]
    assert order([passage(1, STORY), passage(2, STORY)], {}) == [1, 2]


def test_two_passages_of_one_article_are_both_read():
    first = passage(1, STORY)
    second = replace(first, passage=Passage(2, "a1", 0, 150))
    assert order([first, second, passage(3, OWN)], {"a1": "g", "a3": "g"}) == [1, 2, 3]


def test_copies_are_one_witness_though_their_sentences_differ():
    sentences = ("The treaty was signed in Oslo.", "Oslo, far from home, saw both sides sign at last.")
    one, other = (
        Candidate(Article(f"a{number}", "T", text, "s"), 0, 4, (0, len(text)), {})
        for number, text in enumerate(sentences, 1)
    )
    assert witnesses([one, other]) == 2
    assert witnesses([one, other], {"a1": "g", "a2": "g"}) == 1


@pytest.fixture
def assistant(tmp_path):
    """A wire story, two copies of it, and an article of its own."""
    with Library.open(tmp_path / "library", Settings(read_passages=2), encoder=WordEncoder()) as library:
        library.add_documents(
            [
                note("Wire", STORY + MORE, "2025-05-12"),
                note("Trimmed", STORY, "2025-05-13"),
                note("Dateline", "OSLO (Wire) - " + STORY + MORE, "2025-05-14"),
                note("Own", OWN, "2025-05-13"),
            ]
        )
        yield Assistant(library, PatternReader("Oslo"), PLAIN)


def test_one_source_with_its_places(assistant):
    best = assistant.ask("Where was the harbour treaty signed?").best
    cited = {each.title for each in (best, *best.repeats)}
    assert "Own" in cited
    assert len(cited) == 2
    assert {each.title for each in best.copies} == {"Wire", "Trimmed", "Dateline"} - cited
    assert (best.independent, best.copied) == (2, 2)
    assert copies_words(best) == "2 independent, 2 copies"


def test_copies_make_nothing_surer(assistant, tmp_path):
    with Library.open(tmp_path / "plain", Settings(), encoder=WordEncoder()) as library:
        library.add_documents([note("Wire", STORY + MORE, "2025-05-12")])
        alone = Assistant(library, PatternReader("Oslo"), PLAIN).ask("Where was the harbour treaty signed?")
    assistant.library.remove([each.id for each in assistant.library.articles() if each.title == "Own"])
    together = assistant.ask("Where was the harbour treaty signed?")
    assert together.confidence == pytest.approx(alone.confidence)
    assert (together.best.independent, together.best.copied) == (1, 2)
    assert (alone.best.independent, alone.best.copied, copies_words(alone.best)) == (0, 0, "")


def test_a_filter_holds_for_copies_too(assistant):
    best = assistant.ask("Where was the harbour treaty signed?", where=Where(published_to=date(2025, 5, 13))).best
    assert {each.title for each in (best, *best.repeats, *best.copies)} == {"Wire", "Trimmed", "Own"}
    only = assistant.ask("Where was the harbour treaty signed?", where=Where(published_to=date(2025, 5, 12))).best
    assert (only.copies, only.copied) == ((), 0)


def test_a_tag_holds_for_copies_too(assistant):
    articles = {article.title: article.id for article in assistant.library.articles()}
    assistant.library.tag([articles["Wire"], articles["Trimmed"]], add=["mine"])
    best = assistant.ask("Where was the harbour treaty signed?", where=Where(tags=("mine",))).best
    assert {each.title for each in (best, *best.repeats, *best.copies)} == {"Wire", "Trimmed"}
    assert best.copied == 1


def test_the_list_knows_what_is_a_copy_of_what(assistant):
    articles = {article.title: article.id for article in assistant.library.articles()}
    originals = assistant.library.copy_of(articles.values())
    assert {each: original.title for each, original in originals.items()} == {
        articles["Trimmed"]: "Wire",
        articles["Dateline"]: "Wire",
    }


COPIED = replace(
    ANSWER,
    citations=(
        replace(
            CITATION,
            independent=1,
            copies=(ArticleCopy("a2", "<b>Ferry</b> *late*", "/c.txt", "https://c.example/x", date(2025, 5, 13), "C"),),
        ),
    ),
)


def test_copies_in_json_markdown_the_shell_and_on_the_page():
    values = answer_to_dict(COPIED)
    [cited] = values["citations"]
    assert (cited["independent"], cited["copied"]) == (1, 1)
    assert cited["copies"][0]["published"] == "2025-05-13"
    assert answer_from_dict(json.loads(json.dumps(values))).citations == COPIED.citations
    assert "copied" not in answer_to_dict(ANSWER)["citations"][0]
    markdown = answer_to_markdown(COPIED)
    assert (
        "1 independent, 1 copy:\n\n- [\\<b\\>Ferry\\</b\\> \\*late\\*](<https://c.example/x>), 13 May 2025." in markdown
    )
    lines = [line.plain for line in answer_lines(COPIED, styled=False)]
    at = lines.index("1 independent, 1 copy")
    assert lines[at + 1] == "Copy: <b>Ferry</b> *late* · 13 May 2025 · https://c.example/x"
    page = answer_html(COPIED)
    assert '<p class="copied">1 independent, 1 copy</p>' in page
    assert "&lt;b&gt;Ferry&lt;/b&gt;" in page
    assert 'data-article="a2"' in page
    assert "copied" not in answer_html(ANSWER)


def test_cited_copies_are_counted():
    other = citation_of(Article("a2", "T", CITATION.context, "s"), (0, 2), (0, 10))
    assert replace(CITATION, repeats=(other,)).copied == 0
    assert replace(CITATION, repeats=(other,), independent=1).copied == 1
    assert replace(CITATION, repeats=(replace(other, article_id="a1"),), independent=1).copied == 0
