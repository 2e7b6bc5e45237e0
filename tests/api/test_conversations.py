"""Whose feedback is where on a server without the page."""

from api_fakes import client_of, create_api, opened_assistant
from serving_fakes import PASSWORD, READER
from starlette.testclient import TestClient

from qa.accounts.admission import Admission
from qa.api.conversations import conversations_of
from qa.conversations.store import Conversations


def test_each_user_has_a_folder_and_the_local_person_the_file_beside_the_library(tmp_path):
    assistant = opened_assistant(tmp_path)
    kept = Conversations.beside(assistant.library)
    admission = Admission.at(kept.path)
    clients = {"": client_of(assistant)}
    for name in ("ada", "ben"):
        admission.accounts.add(name, READER, PASSWORD)
        _, token = admission.accounts.add_token(name, "test", READER)
        api = create_api(assistant, access=admission.access, kept_of=conversations_of(kept, admission))
        clients[name] = TestClient(api, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {token}"})
    answer = clients["ada"].post("/v1/ask", json={"question": "Who signed the treaty?"}).json()
    assert clients["ada"].post("/v1/feedback", json={"answer": answer, "verdict": "right"}).status_code == 201
    judged = {name: len(client.get("/v1/feedback").json()["judged"]) for name, client in clients.items()}
    assert judged == {"": 0, "ada": 1, "ben": 0}
    admission.audit.close()
    assistant.close()
