"""What a server logs where no person reads along."""

import json
import logging
import sys

from qa.logs import JsonLines

SECRET = "Who leaked the budget?"


def logged(message, *values, error=None):
    information = None
    if error is not None:
        try:
            raise error
        except type(error):
            information = sys.exc_info()
    record = logging.LogRecord("ui.handlers.asking", logging.ERROR, __file__, 1, message, values, information)
    return JsonLines().format(record)


def test_an_error_is_told_by_its_kind_and_place_and_without_its_words():
    line = logged("a question could not be answered", error=ValueError(SECRET))
    told = json.loads(line)
    assert (told["level"], told["message"], told["error"]) == (
        "ERROR",
        "a question could not be answered",
        "ValueError",
    )
    assert told["at"][-1].endswith(" logged")
    assert SECRET not in line


def test_values_of_a_message_are_left_out():
    line = logged("%s could not be read", SECRET)
    assert json.loads(line)["message"] == "%s could not be read"
    assert SECRET not in line


def test_a_message_of_several_lines_stays_one_line():
    assert "\n" not in logged("one\ntwo")
