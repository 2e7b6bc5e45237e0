"""Many questions at once on the page, without a browser: in turn with visitors, stopped, saved in every form."""

import asyncio
import csv
import io
import re
import threading

import pytest
from chat_fakes import FakeAssistant
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from qa.work.questions import FairQueue
from qa.work.uploads import Uploads
from ui.handlers.batches import BatchHandlers

TABLE = "question,source\nWho is the captain?,\nWho is the king?,\nWhen does the first crossing leave?,upload:\n"


@pytest.fixture
def assistant():
    return FakeAssistant()


@pytest.fixture
def handlers(assistant):
    return BatchHandlers(assistant, FairQueue(2, 10), Uploads(1_000_000))


def sent(handlers, data, name="my questions.csv"):
    async def pieces():
        yield data if isinstance(data, bytes) else data.encode()

    return {"file": asyncio.run(handlers.sent.receive(name, pieces()))}


def ended(handlers):
    for thread in threading.enumerate():
        if thread.name == "batch":
            thread.join(30)
    return handlers.batches_now()


def saved(handlers, form, key=None):
    key = key or handlers.batches.listed()[-1].key
    return TestClient(Starlette(routes=[Route("/batch/{name}", handlers.table)])).get(f"/batch/{key}.{form}")


def test_a_table_is_answered_and_saved_in_every_form(handlers):
    assert handlers.ask_batch(sent(handlers, TABLE)) == ""
    shown = ended(handlers)
    assert "my questions.csv: 3 questions asked. 2 sure, 1 none." in shown
    assert 'data-busy="0"' in shown
    key = handlers.batches.listed()[0].key
    assert re.findall(r'href="([^"]+)"', shown) == [f"batch/{key}.{form}" for form in ("csv", "md", "xlsx")]
    rows = list(csv.DictReader(io.StringIO(saved(handlers, "csv").content.decode("utf-8-sig"), newline="")))
    assert [(row["question"], row["answer"], row["certainty"]) for row in rows] == [
        ("Who is the captain?", "Ida Brandt", "sure"),
        ("Who is the king?", "", "none"),
        ("When does the first crossing leave?", "22:00", "sure"),
    ]
    assert "| Who is the captain? | Ida Brandt | 87% |" in saved(handlers, "md").text
    xlsx = saved(handlers, "xlsx")
    assert xlsx.content[:2] == b"PK"
    assert xlsx.headers["content-disposition"] == 'attachment; filename="my questions answers.xlsx"'
    assert saved(handlers, "exe").status_code == saved(handlers, "csv", "0").status_code == 404
    assert handlers.close_batch(key) == ""
    assert handlers.batches.listed() == []
    assert saved(handlers, "csv", key).status_code == 404


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("frage\nWer?\n", "There is no column called question"),
        (b"question\nWho is Zo\xeb?\n", "This file is not UTF-8"),
        ("question\n", "There is no question in it"),
    ],
)
def test_what_is_no_table_of_questions_is_told_and_nothing_is_asked(handlers, assistant, data, told):
    assert told.lower() in handlers.ask_batch(sent(handlers, data)).lower()
    assert handlers.batches.listed() == []
    assert assistant.asked == []
    assert "did not come" in handlers.ask_batch({"file": "nothing"})


def test_stop_keeps_the_answers_so_far_and_asks_no_more(handlers, assistant):
    answer, second, go = assistant.ask, threading.Event(), threading.Event()

    def ask(question, *, where=None, on_passages=None):
        if "king" in question:
            second.set()
            assert go.wait(30)
        return answer(question, where=where, on_passages=on_passages)

    assistant.ask = ask
    handlers.ask_batch(sent(handlers, TABLE))
    assert second.wait(30)
    shown = handlers.batches_now()
    assert 'data-busy="1"' in shown
    assert "1 of 3 answered" in shown
    assert 'data-does="stop-batch"' in shown
    assert len(saved(handlers, "csv").text.splitlines()) == 2
    handlers.stop_batch(handlers.batches.listed()[0].key)
    go.set()
    assert "my questions.csv: 1 of 3 questions asked. 1 sure." in ended(handlers)
    assert [question for question, _ in assistant.asked] == ["Who is the captain?", "Who is the king?"]


def test_a_visitor_comes_between_two_questions_of_a_table(handlers, assistant):
    """However long the table is, it is one visitor among others."""
    handlers.line = FairQueue(1, 10)
    answer, order, first = assistant.ask, [], threading.Event()

    def ask(question, *, where=None, on_passages=None):
        if not order:
            first.set()
            while not any(each.visitor == "somebody" for each in handlers.line._waiting):
                pass
        order.append(question)
        return answer(question, where=where, on_passages=on_passages)

    assistant.ask = ask
    handlers.ask_batch(sent(handlers, TABLE))
    assert first.wait(30)
    with handlers.line.held("somebody"):
        order.append("the visitor's")
    ended(handlers)
    assert order[:2] == ["Who is the captain?", "the visitor's"]
    assert len(order) == 4


def test_hostile_names_stay_text(handlers):
    handlers.ask_batch(sent(handlers, TABLE, '"><img src=x onerror=alert(1)>.csv'))
    assert "<img" not in ended(handlers)
    assert '"' not in saved(handlers, "csv").headers["content-disposition"].split('filename="')[1][:-1]
