"""Who says what: every case with its exact words, and those where nobody says anything."""

import pytest
from effort import grows_with_its_length
from hypothesis import given
from hypothesis import strategies as st

from qa.news.quotations import find_quotations


def said(text):
    """Name, speaker, cue and content of every quotation, in words of the text."""
    found = []
    for each in find_quotations(text):
        assert each.direct in (True, False)
        words = [text[slice(*place)] for place in (each.speaker, each.cue)]
        found.append((each.name, *words, *(text[slice(*piece)] for piece in each.content)))
    return found


def direct(text):
    return [each.direct for each in find_quotations(text)]


def test_the_places_are_those_of_the_words_without_the_marks():
    (found,) = find_quotations("“We cannot wait,” Petra Halloway said.")
    assert (found.content, found.speaker, found.cue) == (((1, 15),), (18, 32), (33, 37))
    assert (found.name, found.direct) == ("Petra Halloway", True)


@pytest.mark.parametrize(
    "text",
    [
        "“We will go,” said Ann Lee.",
        '"We will go," said Ann Lee.',
        "‘We will go,’ said Ann Lee.",
        "'We will go,' said Ann Lee.",
        "''We will go,'' said Ann Lee.",
        "``We will go,'' said Ann Lee.",
        "„We will go“, said Ann Lee.",
        "«We will go», said Ann Lee.",
        "« We will go », said Ann Lee.",
        '“We will go," said Ann Lee.',
    ],
)
def test_all_usual_marks(text):
    assert said(text) == [("Ann Lee", "Ann Lee", "said", "We will go")]
    assert direct(text) == [True]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ann Lee said: “We will go.”", ("Ann Lee", "Ann Lee", "said", "We will go.")),
        ("Ann Lee said, “We will go.”", ("Ann Lee", "Ann Lee", "said", "We will go.")),
        ("On Monday, Ann Lee told reporters: “Go.”", ("Ann Lee", "Ann Lee", "told", "Go.")),
        ("“Will you go?” asked Ann Lee.", ("Ann Lee", "Ann Lee", "asked", "Will you go?")),
        ("“Will you go?” Ann Lee asked.", ("Ann Lee", "Ann Lee", "asked", "Will you go?")),
        (
            "“We will go,” Ann Lee, a spokeswoman for the town, told reporters on Monday.",
            ("Ann Lee", "Ann Lee, a spokeswoman for the town", "told", "We will go"),
        ),
        (
            "“We will go,” said Ann Lee, a spokeswoman for the town, on Monday.",
            ("Ann Lee", "Ann Lee, a spokeswoman for the town", "said", "We will go"),
        ),
        ("“It fell,” said Will Doyle, who was there.", ("Will Doyle", "Will Doyle, who was there", "said", "It fell")),
        ("“We’ll go,” Trump shot back.", ("Trump", "Trump", "shot", "We’ll go")),
        ("“You are wrong,” Kelly charged in her speech.", ("Kelly", "Kelly", "charged", "You are wrong")),
        (
            "“I hope so,” Harry Bond, 30, of Raleigh, N.C., who was asked, said in an interview.",
            ("Harry Bond", "Harry Bond, 30, of Raleigh, N.C., who was asked", "said", "I hope so"),
        ),
        (
            "“It rose,” said former adviser David Axelrod.",
            ("David Axelrod", "former adviser David Axelrod", "said", "It rose"),
        ),
        ("“It fell.” Trump said.", ("Trump", "Trump", "said", "It fell.")),
        ("“It was cold,”Clinton said.", ("Clinton", "Clinton", "said", "It was cold")),
        ("“What now?” the 43-year-old asked.", ("the 43-year-old", "the 43-year-old", "asked", "What now?")),
        (
            "“They have nothing to fear,” Sen. Chuck Schumer (D-N.Y.) said Tuesday.",
            ("Chuck Schumer", "Sen. Chuck Schumer (D-N.Y.)", "said", "They have nothing to fear"),
        ),
        (
            "On Thursday, after a long day, Warren left, saying, “We need this.”",
            ("Warren", "Warren", "saying", "We need this."),
        ),
        (
            "“The town must stop this.” — Ann Lee, Boston",
            ("Ann Lee", "Ann Lee, Boston", "—", "The town must stop this."),
        ),
        ("Rosalind Pike took aim at the council: “Shame!”", ("Rosalind Pike", "Rosalind Pike", ":", "Shame!")),
    ],
)
def test_direct_quotations(text, found):
    assert said(text) == [found]
    assert direct(text) == [True]


def test_a_quotation_that_its_speaker_divides():
    assert said("“We will go,” Lee said, “and we will win.” He left.") == [
        ("Lee", "Lee", "said", "We will go", "and we will win.")
    ]
    assert said("“We will go,” said Ann Lee. “We will win.”") == [
        ("Ann Lee", "Ann Lee", "said", "We will go", "We will win.")
    ]


def test_a_place_with_a_full_stop_ends_a_sentence_before_a_quotation():
    text = "“I hope so,” Lee said in Naples, Fla. “It would be nice.”"
    assert said(text) == [("Lee", "Lee", "said", "I hope so", "It would be nice.")]


def test_a_quotation_over_several_paragraphs():
    text = "“We will go,” Lee said. “It is far.\n\n“But we have time.\n\n“We have bread,” he added.\n\nIt rained."
    assert said(text) == [
        ("Lee", "Lee", "said", "We will go", "It is far.", "But we have time."),
        ("Lee", "he", "added", "We have bread"),
    ]


def test_what_stands_alone_behind_a_quotation_goes_on_with_it():
    assert said("“We will go,” Lee said.\n\n“It is far.”") == [("Lee", "Lee", "said", "We will go", "It is far.")]
    assert said("“We will go,” Lee said. The mayor disagreed. “No.”") == [("Lee", "Lee", "said", "We will go")]
    assert said("Lee left.\n\n“It is far.”") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Councillor Petra Halloway, who chairs a committee, said the repair would cost £4.2 million.",
            (
                "Petra Halloway",
                "Councillor Petra Halloway, who chairs a committee",
                "said",
                "the repair would cost £4.2 million",
            ),
        ),
        ("Lee said that the bridge would fall.", ("Lee", "Lee", "said", "the bridge would fall")),
        (
            "Lee said Tuesday in an interview with CNN that it would fall.",
            ("Lee", "Lee", "said", "it would fall"),
        ),
        ("The bridge will fall soon, Lee said on Monday.", ("Lee", "Lee", "said", "The bridge will fall soon")),
        (
            "The bridge, Lee said, will fall soon.",
            ("Lee", "Lee", "said", "The bridge", "will fall soon"),
        ),
        (
            "The bridge will fall soon, said Ann Lee, an engineer.",
            ("Ann Lee", "Ann Lee, an engineer", "said", "The bridge will fall soon"),
        ),
        (
            "The crane was worth at least £350,000, according to the auditor Wilma Stoke.",
            ("Wilma Stoke", "the auditor Wilma Stoke", "according to", "The crane was worth at least £350,000"),
        ),
        (
            "According to the auditor Wilma Stoke, the crane was worth £350,000.",
            ("Wilma Stoke", "the auditor Wilma Stoke", "According to", "the crane was worth £350,000"),
        ),
        (
            "Prime Minister Imran Khan told parliament that India had attacked.",
            ("Imran Khan", "Prime Minister Imran Khan", "told", "India had attacked"),
        ),
        ("Lee left the hall, saying that she had been cheated.", ("Lee", "Lee", "saying", "she had been cheated")),
        (
            "WARSAW, June 24 (UPI) — Ann Lee left, saying that she was tired.",
            ("Ann Lee", "Ann Lee", "saying", "she was tired"),
        ),
        ("Last month, Ann Lee left, saying that she was tired.", ("Ann Lee", "Ann Lee", "saying", "she was tired")),
        (
            "The board met again, with Ann Lee saying that she was tired.",
            ("Ann Lee", "Ann Lee", "saying", "she was tired"),
        ),
        (
            "The board met again while Ann Lee left, saying that she was tired.",
            ("Ann Lee", "Ann Lee", "saying", "she was tired"),
        ),
        ("Police said two men had been arrested.", ("Police", "Police", "said", "two men had been arrested")),
        ("Two people were arrested, police said.", ("police", "police", "said", "Two people were arrested")),
        ("The report found that the bridge was old.", ("The report", "The report", "found", "the bridge was old")),
        ("Critics say the plan costs too much.", ("Critics", "Critics", "say", "the plan costs too much")),
        (
            "Aled Dunmore called the decision “a punishment for paying our taxes”.",
            ("Aled Dunmore", "Aled Dunmore", "called", "the decision “a punishment for paying our taxes”"),
        ),
        (
            "Mr. Khan said the attack was “an act of war” and wrong.",
            ("Khan", "Mr. Khan", "said", "the attack was “an act of war” and wrong"),
        ),
    ],
)
def test_indirect_quotations(text, found):
    assert said(text) == [found]
    assert direct(text) == [False]


@pytest.mark.parametrize(
    "text",
    [
        "The film “The Salt Road” won the main prize.",
        "“Die Hard” and “Heat” are films.",
        "The so-called “experts” left the hall.",
        "He ate what he called a “sandwich” on Monday.",
        "A new show, “The Mayor”, began on Monday.",
        'The board was 6\'2" wide and 7" high.',
        "Lee did not say that the bridge would fall.",
        "Lee didn’t say that the bridge would fall.",
        "Lee never said the bridge would fall.",
        "Lee would not say whether it would fall.",
        "Lee declined to say whether the bridge would fall.",
        "Nobody said the bridge would fall.",
        "No one said a word.",
        "Lee said no more.",
        "Lee said goodbye.",
        "That said, the bridge will fall.",
        "Having said that, he left the hall for good.",
        "Easier said than done, the work went on.",
        "It goes without saying that bridges fall.",
        "If he says the bridge is safe, people will believe him.",
        "The firm was said to be bankrupt.",
        "Lee was told that the bridge would fall.",
        "The claims that the bridge would fall are old.",
        "Editor’s note: the bridge fell.",
        "Lee pushed back against Germany’s warning that the union would act.",
        "The engineers' report is in front of you.",
        "A Washington think tank has moved.",
        "The new states are large, and the roads are long.",
        "",
        "“",
        "“ ” said",
    ],
)
def test_where_nobody_says_anything(text):
    assert said(text) == []


def test_a_paragraph_that_is_introduced():
    text = "Ann Lee went on to say:\n\n“We will go.\n\n“It is far.”"
    assert said(text) == [("Ann Lee", "Ann Lee", "say", "We will go.", "It is far.")]
    assert said("Ann Lee took aim at the town:\n\n“Shame!”") == [("Ann Lee", "Ann Lee", ":", "Shame!")]
    assert said("Ann Lee went on to say:\n\nIt rained.\n\n“We will go.”") == []


def test_a_quotation_that_the_sentence_goes_on_from():
    text = "“It is old,” said Ann Lee. “It is a bridge of the last century” and of little use."
    assert said(text) == [("Ann Lee", "Ann Lee", "said", "It is old", "It is a bridge of the last century")]
    assert said("“It is old,” said Ann Lee. “The Salt Road” won.") == [("Ann Lee", "Ann Lee", "said", "It is old")]


def test_what_is_added_is_a_quotation_of_its_own():
    assert said("“I don’t know,” Lee said, adding that she would ask.") == [
        ("Lee", "Lee", "said", "I don’t know"),
        ("Lee", "Lee", "adding", "she would ask"),
    ]


def test_a_verb_in_a_row_has_the_subject_of_the_first():
    assert said("Lee left the hall and said: “I am tired.”") == [("Lee", "Lee", "said", "I am tired.")]


def names(text):
    return [each.name for each in find_quotations(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Rosalind Pike resigned. “I signed,” Pike said.", "Rosalind Pike"),
        ("Rosalind Pike resigned. “I signed,” she said.", "Rosalind Pike"),
        ("Rosalind Pike resigned on Friday.\n\n“I signed,” she said.", "Rosalind Pike"),
        ("Rosalind and Conrad Pike left. Rosalind Pike wept. “I signed,” Mr. Pike said.", "Pike"),
        ("French Prime Minister Manuel Valls said the plan was dead.", "Manuel Valls"),
        ("House Speaker Paul Ryan said the plan was dead.", "Paul Ryan"),
        ("Clinton spokesman Brian Fallon said the plan was dead.", "Brian Fallon"),
        ("Its director, Aled Dunmore, said the plan was dead.", "Aled Dunmore"),
        ("A spokesman for Dunmore Freight said the plan was dead.", "A spokesman"),
        ("The Trump campaign said the plan was dead.", "The Trump campaign"),
        ("The mayor said the plan was dead.", "The mayor"),
        ("Yvette Cooper of the Labour Party said the plan was dead.", "Yvette Cooper"),
        ("The Center for Biological Diversity said the plan was dead.", "Center for Biological Diversity"),
        ("Secretary of State John Kerry said the plan was dead.", "John Kerry"),
        ("Ecologist Ryan Norris of Guelph said the plan was dead.", "Ryan Norris"),
        ("On Friday Ford fell. Ford said the plan was dead.", "Ford"),
        ("The U.S. said the plan was dead.", "U.S."),
        ("Stephen King said the plan was dead.", "Stephen King"),
        ("Ann Lee and Bob Ray said the plan was dead.", "Ann Lee and Bob Ray"),
        ("The plan failed. They said the plan was dead.", ""),
        ("The Bank of England met. He said the plan was dead.", ""),
        ("Allies were near. Allies came. He said the plan was dead.", ""),
        ("North Korea fell. He said the plan was dead.", ""),
        ("I said the plan was dead.", ""),
    ],
)
def test_the_name_behind_the_speaker(text, name):
    assert names(text) == [name]


def test_a_pronoun_stands_for_somebody_who_can_be_meant():
    text = "Mr. Tom Reeve met Mrs. Ann Lee. Mrs. Ann Lee said the plan was good. Mr. Tom Reeve left. "
    assert names(text + "“It is bad,” she said.") == ["Ann Lee", "Ann Lee"]
    assert names(text + "“It is bad,” he said.") == ["Ann Lee", "Tom Reeve"]


DEBATE = """The council met on Monday.

CHAIR (Petra Halloway): Good evening. The longest crack is 38 centimetres.

ALED DUNMORE: We sent 140 lorries.

If you close it, I will move.

HALLOWAY: Nobody wants that.

LENA BRANDT: It could fail, he said, within two winters.

The meeting ended, Aled Dunmore said."""


def test_a_transcript():
    assert said(DEBATE) == [
        ("Petra Halloway", "CHAIR", ":", "Good evening. The longest crack is 38 centimetres."),
        ("Aled Dunmore", "ALED DUNMORE", ":", "We sent 140 lorries.", "If you close it, I will move."),
        ("Petra Halloway", "HALLOWAY", ":", "Nobody wants that."),
        ("Lena Brandt", "LENA BRANDT", ":", "It could fail, he said, within two winters."),
        ("Aled Dunmore", "Aled Dunmore", "said", "The meeting ended"),
    ]


def test_she_is_whom_the_sentence_before_names_behind_a_comma():
    text = "Luca Rossi was sent off. Their coach, Gina Marsh, resigned. “I have nothing left to give,” she said."
    (found,) = find_quotations(text)
    assert found.name == "Gina Marsh"


@pytest.mark.parametrize(
    "text",
    [
        "Time: 9 am\n\nPlace: The hall\n\nPrice: 9 pounds",
        "MAYOR: Good evening.\n\nThe town is old.",
        "Note: one\n\nNote: two\n\nPhoto: three",
    ],
)
def test_lines_with_a_colon_that_are_no_transcript(text):
    assert said(text) == []


WORDS = st.sampled_from(
    "“ ” \" ' '' ‘ ’ « » , . ? : - — ( ) \n Ann Lee Mr. Pike she he said says according to told that adding asked and "
    "who not the a mayor of bridge fell reporters Monday if NAME: ’s".split(" ")
)


def test_the_text_may_end_behind_who_said_it():
    assert said("The bear was not just a toy, Petra Halloway said") == [
        ("Petra Halloway", "Petra Halloway", "said", "The bear was not just a toy")
    ]


@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text(max_size=120))
def test_places_lie_in_the_text_and_no_text_is_too_odd(text):
    for each in find_quotations(text):
        assert each.content
        for start, end in (each.speaker, each.cue, *each.content):
            assert 0 <= start < end <= len(text)
            assert text[start:end].strip() == text[start:end]


@pytest.mark.parametrize(
    "text", ["“a ” " * 8_000, "said " * 8_000, "A, " * 10_000, "“" * 20_000, "Ann said it, " * 4_000]
)
def test_a_long_text_takes_time_by_its_length_only(text):
    assert grows_with_its_length(find_quotations, text)
