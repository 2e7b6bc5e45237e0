"""Lists: when one is asked for, how far it goes, and what it lists."""

import pytest

from qa.answering.forms import Form
from qa.answering.listing import coordination, is_mere_count, items, wants_list

TREATY = "The signatories are Belgium, Denmark, the Netherlands, Portugal and Sweden. Norway did not sign."


@pytest.mark.parametrize(
    "question",
    [
        "Which countries signed the treaty?",
        "What three things did the board ask for?",
        "Name the towns that were flooded.",
        "List all members of the jury",
        "What are the names of her sons?",
        "Which branch libraries will close?",
        "Which people were named?",
    ],
)
def test_a_list_is_wanted(question):
    assert wants_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which country signed first?",
        "What is Kestrel Motors?",
        "What made prices rise?",
        "What did students do?",
        "How many countries signed?",
        "What happened to the boats?",
        "What is the news?",
        "Who signed?",
        "What does Paris say?",
    ],
)
def test_no_list_is_wanted(question):
    assert not wants_list(question)


@pytest.mark.parametrize(
    ("question", "quote", "is_count"),
    [
        ("Which countries signed?", "Twelve", True),
        ("Which countries signed?", "about 20", True),
        ("Which countries signed?", "Twelve countries of the north", False),
        ("Which years were the driest?", "1921", False),
        ("Which routes were cut?", "12", False),
    ],
)
def test_a_mere_count_names_nothing(question, quote, is_count):
    assert is_mere_count(question, quote) is is_count
    assert Form.of(question).can_answer(quote) is not is_count


@pytest.mark.parametrize("read", ["Denmark", "the Netherlands", "Portugal and Sweden", "Belgium"])
def test_a_list_of_names_is_whole(read):
    start = TREATY.index(read)
    whole = coordination(TREATY, start, start + len(read), (0, TREATY.index(" Norway")))
    assert TREATY[slice(*whole)] == "Belgium, Denmark, the Netherlands, Portugal and Sweden"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Pike, who had been mayor, said no.", "Pike"),
        ("On Monday, Ann Lee left for Rome.", "Ann Lee"),
        ("It costs a drill, a pump and an alarm.", "a pump"),  # only names are followed
    ],
)
def test_what_is_no_list_of_names_stays(text, read):
    start = text.index(read)
    found = coordination(text, start, start + len(read), (0, len(text)))
    assert text[slice(*found)] == read


def test_the_things_that_are_listed():
    quote = "an alarm that cannot be switched off, a second fire pump and a drill every week"
    assert [quote[slice(*each)] for each in items(quote, 0, len(quote))] == [
        "an alarm that cannot be switched off",
        "a second fire pump",
        "a drill every week",
    ]
    assert items("Belgium", 0, 7) == ()
    assert Form.of("Who signed?").items("A and B", 0, 7) == ()
