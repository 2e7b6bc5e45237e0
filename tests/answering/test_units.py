"""The quantity in the unit that is asked for."""

import pytest

from qa.answering.forms import Form
from qa.answering.units import asked_unit, in_unit, without_unit

HEAT = "The mean temperature in June was 19.8 °C (67.6 °F), the highest since 1887."
TOWER = "It is a white tower, 34 m (112 ft) high, with a lamp."
PROBE = "It was launched in March 2021 and cost €58 million, because it was small."


@pytest.mark.parametrize(
    ("question", "text", "read", "place"),
    [
        ("What was the mean temperature in Fahrenheit?", HEAT, "19.8 °C", "67.6 °F"),
        ("What was the mean temperature in Fahrenheit?", HEAT, "19.8 °C (67.6 °F)", "67.6 °F"),
        ("What was the mean temperature in degrees Celsius?", HEAT, "67.6 °F", "19.8 °C"),
        ("How high is it in metres?", TOWER, "112", "34 m"),
        ("How high is it in metres?", TOWER, "34 m", "34 m"),
        ("How many feet high is it?", TOWER, "34 m", "112 ft"),
        ("How many inches of rain fell?", "and 62 mm (2.4 inches) of rain fell", "62 mm", "2.4 inches"),
        ("How fast was it in mph?", "the wind reached 148 km/h (92 mph), the strongest", "148 km/h", "92 mph"),
        ("What did it cost in euros?", PROBE, "€58 million", "€58 million"),
        ("What did it cost in dollars?", PROBE, "€58 million", None),  # nothing is converted
        ("How long was it in feet?", "It lasted two hours.", "two hours", "two hours"),  # no length at all
    ],
)
def test_the_quantity_in_the_unit(question, text, read, place):
    start = text.index(read)
    found = in_unit(asked_unit(question), text, start, start + len(read), (0, len(text)))
    assert (found and text[slice(*found)]) == place


@pytest.mark.parametrize(
    "question",
    [
        "How high is the tower?",
        "How many pounds did he lose?",
        "Who stood in feet of snow all day?",
        "What happened in miles of tunnels under Rome?",
        "How many people came?",
        "Who plays in Celsius Festival halls?",
    ],
)
def test_no_unit_is_asked_for(question):
    assert asked_unit(question) is None


def test_a_quantity_of_another_sentence_is_not_taken():
    text = "It is 34 m high. It is 112 ft long."
    start = text.index("34 m")
    assert in_unit(asked_unit("How high is it in feet?"), text, start, start + 4, (0, 16)) is None


def test_a_unit_in_a_question_is_no_name_that_is_missing():
    asked = Form.of("What was the mean temperature in Fahrenheit?")
    assert asked.names_unit("Fahrenheit")
    assert not asked.names_unit("June")
    assert not Form.of("Who plays in Celsius Festival halls?").names_unit("Celsius")


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("What was the mean temperature in June in Fahrenheit?", "What was the mean temperature in June?"),
        ("How high is it in feet", "How high is it"),
        ("Who stood in feet of snow all day?", "Who stood in feet of snow all day?"),
        ("How many miles is it?", "How many miles is it?"),
    ],
)
def test_a_unit_at_the_end_says_nothing_of_what_is_asked(question, plain):
    assert without_unit(question) == plain
