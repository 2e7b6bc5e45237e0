"""Questions after somebody's words, over articles of which it is known who says what."""

from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder, write

from qa.answering.speech import find_speech, speaker_of, spoken_answer
from qa.datatypes import RetrievedPassage
from qa.library import Library
from qa.questions.speech import speech_question

BRIDGE = (
    "Councillor Petra Halloway said the repair would cost £4.2 million and take eleven months. “We cannot wait for "
    "another winter,” she said.\n\nIts critic, Aled Dunmore, called the decision “a punishment for paying our taxes”."
)
MAYOR = (
    "Rosalind Pike resigned as mayor of Larnbridge on Friday, after the town had sold its crane to her brother.\n\n"
    "Her deputy, Gethin Lowe, will lead the town. Pike said she had known nothing of the sale. “I signed what I was "
    "given,” she told reporters."
)
LATER = "Petra Halloway said that the repair would cost £5 million."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    path: Path = tmp_path_factory.mktemp("speech")
    library = Library.open(path / "library", SETTINGS, encoder=LetterEncoder())
    write(path / "in", "bridge", BRIDGE, "Bridge closes", "2025-05-12")
    write(path / "in", "mayor", MAYOR, "Mayor resigns", "2025-06-20")
    write(path / "in", "later", LATER, "Bridge dearer", "2025-07-01")
    library.add(path / "in")
    return library


def answered(library: Library, question: str) -> tuple[list[tuple[str, ...]], bool]:
    """What is said, best first, and whether the speaker is quoted at all."""
    asked = speech_question(question)
    assert asked is not None
    articles = [article.id for article in library.articles()]
    finding = find_speech(asked, library.store, articles=articles)
    return [each.words for each in finding.quotations], finding.is_quoted


def test_what_somebody_says_about_something(library: Library) -> None:
    assert answered(library, "What did Rosalind Pike say about the sale?") == (
        [("she had known nothing of the sale",), ("I signed what I was given",)],
        True,
    )
    assert answered(library, "What did Petra Halloway say about winter?") == (
        [("We cannot wait for another winter",), ("the repair would cost £4.2 million and take eleven months",)],
        True,
    )


def test_the_newest_first_where_both_are_about_it(library: Library) -> None:
    words, _ = answered(library, "What did Halloway say about the cost of the repair?")
    assert words[:2] == [
        ("the repair would cost £5 million",),
        ("the repair would cost £4.2 million and take eleven months",),
    ]


def test_words_of_another_are_nobody_elses(library: Library) -> None:
    assert answered(library, "What did Gethin Lowe say about the sale?") == ([], False)
    assert answered(library, "What did Pike say about football?") == ([], True)


def test_all_that_somebody_says(library: Library) -> None:
    assert answered(library, "said:Dunmore") == ([("the decision “a punishment for paying our taxes”",)], True)


def test_who_says_something(library: Library) -> None:
    assert answered(library, "Who called the decision a punishment?")[0] == [
        ("the decision “a punishment for paying our taxes”",)
    ]
    assert answered(library, "Who said “I signed what I was given”?")[0] == [("I signed what I was given",)]
    assert answered(library, "Who said that the moon is made of cheese?")[0] == []


def test_who_says_something_in_no_article(library: Library) -> None:
    asked = speech_question("Who said “I signed what I was given”?")
    assert asked is not None
    assert find_speech(asked, library.store).quotations == ()


def spoken(library: Library, question: str):
    asked = speech_question(question)
    assert asked is not None
    return spoken_answer(question, asked, library.store, where=None, limit=3)


def test_whole_direct_words_about_all_that_was_asked_are_a_sure_answer(library: Library) -> None:
    answer = spoken(library, "What did Petra Halloway say about winter?")
    assert (answer.text, answer.confidence) == ("We cannot wait for another winter", 0.96)
    assert [each.quote for each in answer.possible] == ["the repair would cost £4.2 million and take eleven months"]
    assert "“We cannot wait for another winter,” she said." in answer.citations[0].context


def test_reported_words_about_all_that_was_asked_are_sure_too(library: Library) -> None:
    answer = spoken(library, "What did Rosalind Pike say about the sale?")
    assert (answer.found, answer.text, answer.confidence) == (True, "she had known nothing of the sale", 0.9)
    assert [(each.quote, each.confidence) for each in answer.citations[1:]] == [("I signed what I was given", 0.75)]


def test_words_about_a_part_of_what_was_asked_are_to_be_checked(library: Library) -> None:
    answer = spoken(library, "What did Petra Halloway say about the repair of whales and winter?")
    assert (answer.found, answer.text) == (False, "")
    assert {each.confidence for each in answer.possible} == {0.5}


def test_what_is_denied_is_quoted_with_the_denial(library: Library, tmp_path) -> None:
    write(tmp_path / "in", "vos", "Anneke Vos denied that the plan had been careless.", "Plan", "2025-09-02")
    library.add(tmp_path / "in")
    answer = spoken(library, "What did Anneke Vos say about the plan?")
    assert answer.text == "Anneke Vos denied that the plan had been careless"


@pytest.mark.parametrize(
    "question",
    [
        "What did Gethin Lowe say about the sale?",  # he says nothing
        "What did Petra Halloway say about whales?",
        "Who said that the repair would cost £5 million?",
        "What did the mayor say about the sale?",  # no name
    ],
)
def test_where_no_words_of_a_named_speaker_are_known_the_question_is_read_for(library: Library, question: str) -> None:
    assert spoken(library, question) is None


DEBATE = (
    "CHAIR: Good evening to all of you who have come. The report is in front of you, and we begin.\n\n"
    "ALED DUNMORE: If you close the bridge, I will move forty jobs to Ostley before Christmas.\n\n"
    "PETRA HALLOWAY: I will not raise the toll for lorries. She denied that the harbour fund was empty.\n\n"
    "Tomas Reeve denied that the ferry contract was secret. She said that the tram would come back to Larnbridge."
)


def speaker(tmp_path: Path, question: str) -> str | None:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        write(tmp_path / "in", "debate", DEBATE, "The debate", "2025-05-12")
        library.add(tmp_path / "in")
        passages = [
            RetrievedPassage(passage, article, 1, 1, 0.5, 1.0)
            for article in library.articles()
            for passage in library.passages(article.id)[:1]
        ]
        found = speaker_of(question, passages, library.store)
        return found and found.quote


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Who threatened to move jobs to Ostley?", "ALED DUNMORE"),
        ("Who denied that the ferry contract was secret?", "Tomas Reeve"),
        ("Who said that the ferry contract was secret?", None),  # it was denied
        ("Who promised to raise the toll for lorries?", None),  # it was not
        ("Who said that the tram would come back to Larnbridge?", None),  # "she"
        ("Who threatened to move jobs to Skell?", None),
        ("Who said jobs?", None),  # one word is in too much
        ("Where will the jobs move to?", None),
    ],
)
def test_who_said_what_a_question_has(tmp_path: Path, question: str, name: str | None) -> None:
    assert speaker(tmp_path, question) == name
