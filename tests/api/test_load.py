"""Many clients at once, one that leaves, and a server that is told to end."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from api_fakes import AUTHORIZED, FERRY_TEXT, TOKEN, client_of, create_api, opened_assistant, served

from qa.api import questions
from qa.api.access import LocalAccess

QUESTION = {"question": "Who signed the treaty?"}
CLIENTS, ROUNDS, MOST_SECONDS = 10, 20, 20.0


@pytest.fixture
def assistant(tmp_path):
    opened = opened_assistant(tmp_path)
    yield opened
    opened.close()


def visit(address, number, until):
    """Statuses and answers of one client that asks, searches, lists and talks."""
    found = []
    with httpx.Client(base_url=address, headers=AUTHORIZED, timeout=30) as client:
        for _ in range(ROUNDS):
            if time.monotonic() > until:
                break
            answer = client.post("/v1/ask", json=QUESTION)
            streamed = client.post("/v1/ask", json={**QUESTION, "stream": True})
            place = client.post("/v1/ask", json={"question": "And where?", "earlier": [QUESTION["question"]]})
            listed = client.get("/v1/articles", params={"words": "treaty"})
            found.append(
                (answer.json()["text"], streamed.text.count("event: answer"), place.json()["text"], listed.status_code)
            )
        if number == 0:
            articles = [{"title": f"Ferry {each}", "text": f"{FERRY_TEXT} {each}"} for each in range(20)]
            found.append(client.post("/v1/articles", json={"articles": articles}).status_code)
    return found


@pytest.mark.slow
def test_ten_clients_at_once_are_all_answered_rightly(assistant):
    api = create_api(assistant, access=LocalAccess(TOKEN))
    until = time.monotonic() + MOST_SECONDS
    with served(api) as address, ThreadPoolExecutor(CLIENTS) as pool:
        visits = list(pool.map(lambda number: visit(address, number, until), range(CLIENTS)))
        assert visits[0].pop() == 202
        assert api.state.services.jobs.wait(30)
    assert {each for visit in visits for each in visit} == {("Ann Lee", 1, "Oslo", 200)}
    assert len(assistant.library) == 22


def test_a_question_whose_client_has_left_is_not_read(assistant, monkeypatch):
    left, until_answered = threading.Event(), questions._until_answered

    def watched(told, gone):
        try:
            yield from until_answered(told, gone)
        finally:
            left.set()

    monkeypatch.setattr(questions, "NOTHING_SECONDS", 0.05)
    monkeypatch.setattr(questions, "_until_answered", watched)
    assistant.reader.go.clear()
    api = create_api(assistant, access=LocalAccess(TOKEN))
    line = api.state.services.questions.line
    with served(api) as address, ThreadPoolExecutor(2) as pool, httpx.Client(headers=AUTHORIZED, timeout=30) as client:
        asked = [pool.submit(client.post, f"{address}/v1/ask", json=QUESTION) for _ in range(2)]
        until(lambda: len(assistant.reader.questions) == 2)
        with client.stream("POST", f"{address}/v1/ask", json={**QUESTION, "stream": True}) as third:
            assert next(third.iter_lines()) == ": nothing yet"
        assert left.wait(30)
        assistant.reader.go.set()
        assert [each.result().status_code for each in asked] == [200, 200]
        until(lambda: len(line) == 0)
    assert len(assistant.reader.questions) == 2


def until(holds):
    """Wait until something holds, at most thirty seconds."""
    deadline = time.monotonic() + 30
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert holds()


def test_what_was_added_is_there_after_a_restart(tmp_path):
    first = opened_assistant(tmp_path)
    answer = client_of(first).post("/v1/ask", json=QUESTION).json()
    first.close()
    second = opened_assistant(tmp_path)
    assert client_of(second).post("/v1/ask", json=QUESTION).json() == answer
    second.close()


SERVER = """
import sys
from pathlib import Path
import qa.cli.serve_command
from api_fakes import opened_assistant
from qa.cli import main
qa.cli.serve_command.opened_assistant = lambda *_: opened_assistant(Path(sys.argv[1]))
main(["serve", "--port", sys.argv[2]])
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_command_serves_with_a_kept_token_and_ends_in_good_order(tmp_path):
    tokens = set()
    for port in ("8961", "8962"):
        command = [sys.executable, "-c", SERVER, str(tmp_path), port]
        environment = {**os.environ, "PYTHONPATH": "tests"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
            line = server.stdout.readline()
            address, file, token = re.fullmatch(
                r"The API is at (\S+)/v1 .* Its token is in (\S+): (\S+)\n", line
            ).groups()
            headers = {"Authorization": f"Bearer {token}"}
            for _ in range(200):
                try:
                    answer = httpx.post(f"{address}/v1/ask", json=QUESTION, headers=headers, timeout=20)
                    break
                except httpx.ConnectError:
                    time.sleep(0.1)
            server.send_signal(signal.SIGTERM)
            assert server.wait(20) == 0
        assert answer.json()["text"] == "Ann Lee"
        assert Path(file).stat().st_mode & 0o777 == 0o600
        tokens.add(token)
    assert len(tokens) == 1
