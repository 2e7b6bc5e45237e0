"""Questions after somebody's words, and those that are none."""

import pytest

from qa.questions.speech import SpeechQuestion, said_operator, speech_question


@pytest.mark.parametrize(
    ("question", "speaker", "about"),
    [
        ("What did Gethin Lowe say about the sale?", "Gethin Lowe", "the sale"),
        ("What did Petra Halloway say?", "Petra Halloway", ""),
        ("what has the mayor said on the new bridge", "the mayor", "the new bridge"),
        ("What does Macron think of the plan?", "Macron", "the plan"),
        ("What did Pike tell reporters about the crane?", "Pike", "reporters about the crane"),
        ("What was said by Peskov about the ceasefire?", "Peskov", "the ceasefire"),
        ("What is Peskov quoted as saying about the ceasefire?", "Peskov", "the ceasefire"),
        ("What were Peskov's words about the ceasefire?", "Peskov", "the ceasefire"),
        ("Quotes by Rosalind Pike about the crane", "Rosalind Pike", "the crane"),
        ("said:Peskov ceasefire", "Peskov", "ceasefire"),
        ('What about the sale said:"Rosalind Pike"?', "Rosalind Pike", "What about the sale"),
        ("said:“Rosalind Pike”", "Rosalind Pike", ""),
    ],
)
def test_what_somebody_says(question, speaker, about):
    assert speech_question(question) == SpeechQuestion("what", speaker, about)


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("Who said that the bridge would fall?", "the bridge would fall"),
        ("Who said “We cannot wait for another winter”?", "We cannot wait for another winter"),
        ("Who said: we cannot wait?", "we cannot wait"),
        ("Who called the decision a punishment?", "the decision a punishment"),
        ("Who told reporters that she signed?", "she signed"),
        ("Who warned about the crane", "the crane"),
        ("Who threatened to move jobs to Ostley?", "move jobs to Ostley"),
    ],
)
def test_who_says_something(question, about):
    assert speech_question(question) == SpeechQuestion("who", "", about)


@pytest.mark.parametrize(
    "question",
    [
        "What did he say about the sale?",
        "What did they say?",
        "Who said?",
        "Who won the prize?",
        "Who is the mayor?",
        "What did the mayor do?",
        "What did Gethin Lowe buy?",
        "When did Pike say that she would go?",
        "Why did Pike say no?",
        "What is the sale about?",
        "Who saided the bridge?",
        "",
        "?",
    ],
)
def test_other_questions(question):
    assert speech_question(question) is None


def test_the_operator_and_what_is_left():
    assert said_operator("ceasefire said:Peskov in May") == ("Peskov", "ceasefire in May")
    assert said_operator("What he said: nothing") is None
    assert said_operator("unsaid:Peskov") is None
