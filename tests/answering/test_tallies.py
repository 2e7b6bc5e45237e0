"""Of two numbers of a vote the one that is asked for, or neither."""

import pytest

from qa.answering.tallies import TALLY_RIGHT, tally_of
from qa.datatypes import Article, Passage, RetrievedPassage

COUNCIL = "The council of Larnbridge voted on Monday by nine votes to six to close the old bridge from 1 September."


def asked(question, *texts):
    articles = [Article(f"a{number}", "The vote", text, "s") for number, text in enumerate(texts)]
    return tally_of(
        question,
        [RetrievedPassage(Passage(index, each.id, 0, 20), each, 1, 1, 0.5, 1.0) for index, each in enumerate(articles)],
    )


@pytest.mark.parametrize(
    ("question", "text", "number"),
    [
        ("How many council members voted for the closure?", COUNCIL, "nine"),
        ("How many councillors voted against the closure?", COUNCIL, "six"),
        ("how many members of the council were in favour of closing the bridge", COUNCIL, "nine"),
        ("How many votes were cast against closing the bridge?", COUNCIL, "six"),
        ("How many senators backed the budget?", "The Senate voted 52-48 to pass the budget on Friday.", "52"),
        ("How many senators opposed the budget?", "The Senate passed the budget by a vote of 52 to 48.", "48"),
        ("How many lawmakers voted for the motion?", "Parliament rejected the motion by 310 votes to 291.", "291"),
        ("How many lawmakers voted against the motion?", "The motion was defeated by 310 votes to 291.", "310"),
        ("How many people voted against the stadium?", "The board voted seven to two against the stadium.", "seven"),
        ("How many voted for ending the row?", "They voted by 14 to 9 on Monday to end the row.", "14"),
        ("How many voted for the tax?", "The tax was approved in a 1,204–988 vote.", "1,204"),
    ],
)
def test_the_side_that_is_asked_for(question, text, number):
    found = asked(question, "Nothing of a vote stands here, 3 to 2.", text)
    assert (found.quote, found.context, found.confidence) == (number, text, TALLY_RIGHT)
    assert (found.article_id, found.missing) == ("a1", ())


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many council members voted for the toll?", COUNCIL),
        ("How many Greens voted for the closure?", COUNCIL),
        ("How many council members voted?", COUNCIL),
        ("Who voted for the closure?", COUNCIL),
        ("How many lorries cross the bridge?", COUNCIL),
        ("How many fans voted for the closure?", "They voted to close the bridge. Skell beat Tarby 3-2."),
        ("How many people backed the team?", "Skell beat Tarby 3-2, and the team was backed by thousands."),
        ("How many people voted for the plan?", "They vote on the plan. Of voters 12 to 40 were ill."),
        ("How many people voted for the plan?", "Those aged 18 to 24 may vote on the plan from 9 to 5."),
        ("How many people voted for the plan?", "The plan was put to the vote in 2019-20."),
    ],
)
def test_where_no_vote_fits_nothing_is_taken(question, text):
    assert asked(question, text) is None


def test_a_name_that_is_not_there_is_missing():
    assert asked("How many members voted for the bridge closure of Ostley?", COUNCIL) is None
    found = asked("How many members voted for the closure in 2019?", COUNCIL.replace("Monday", "Monday 2019"))
    assert found.quote == "nine"
