"""People who use a served chat as a browser and its page's script do, over the fakes of the page."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from itertools import count

import httpx
from chat_fakes import FakeAssistant

from qa.accounts.identity import Role
from ui.app import admission_to, launch

PASSWORD = "correct horse battery"
_sessions = count(1)


@contextmanager
def served_to(*people, assistant=None, host="127.0.0.1", choices=None):
    """A chat whose users are `name=role` pairs."""
    assistant = assistant or FakeAssistant()
    admission = admission_to(assistant, choices)
    for name, role in people:
        if name not in {user.name for user in admission.accounts.listed()}:
            admission.accounts.add(name, role, PASSWORD)
    served = launch(assistant, port=0, host=host, choices=choices)
    try:
        yield served
    finally:
        served.close()


class Browser:
    """Somebody's browser: its cookies, and what the page's script sends with them."""

    def __init__(self, url, **headers):
        self.url = url.rstrip("/")
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=30)
        self.session = f"session{next(_sessions)}"

    @property
    def origin(self):
        return re.match(r"https?://[^/]+", self.url)[0]

    def post_form(self, path, origin=None, **fields):
        return self.http.post(path, data=fields, headers={"Origin": origin or self.origin})

    def sign_in(self, name, password=PASSWORD, wanted="/"):
        return self.post_form("/sign-in", name=name, password=password, next=wanted)

    def config(self):
        return self.http.get("/config").json()

    def call(self, function, data=None):
        """What a function of the page gives back; the response itself where it is refused."""
        page = next(each for each in self.config()["components"] if each["props"].get("elem_id") == "page")
        response = self.http.post(
            "/gradio_api/component_server",
            json={"session_hash": self.session, "component_id": page["id"], "fn_name": function, "data": data},
        )
        return response.json() if response.is_success else response

    def event(self, name, data, session_hash=None):
        """What an event of the page, outside of the queue, puts on it."""
        config = self.config()
        page = next(each for each in config["components"] if each["props"].get("elem_id") == "page")
        known = next(each for each in config["dependencies"] if [page["id"], name] in map(list, each["targets"]))
        return self.http.post(
            "/gradio_api/run/predict",
            json={
                "fn_index": known["id"], "session_hash": session_hash or self.session, "data": [None],
                "event_data": {"address": "", **data},
            },
        )  # fmt: skip

    def ask(self, question):
        """Begin a question and read for it by way of the queue; the address of its conversation."""
        self.event("example", {"question": question}).raise_for_status()
        config = self.config()
        page = next(each for each in config["components"] if each["props"].get("elem_id") == "page")
        begun = next(each for each in config["dependencies"] if [page["id"], "example"] in map(list, each["targets"]))
        read = next(each for each in config["dependencies"] if each["trigger_after"] == begun["id"])
        joined = self.http.post(
            "/gradio_api/queue/join",
            json={"fn_index": read["id"], "session_hash": self.session, "data": [None], "trigger_id": None},
        )
        joined.raise_for_status()
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                told = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if told.get("msg") == "process_completed":
                    assert told["success"], told
                    break
        return self.call("conversations", {})


READER, EDITOR, ADMIN = Role.READER, Role.EDITOR, Role.ADMIN
