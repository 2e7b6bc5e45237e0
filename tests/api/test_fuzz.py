"""Requests made from the description of the API, right and wrong ones: none breaks the server."""

import schemathesis
from api_fakes import create_api, opened_assistant
from hypothesis import HealthCheck, Phase, given, settings

from qa.accounts.identity import LOCAL

EXAMPLES = 40  # of each operation
TYPES = ("application/json", "application/problem+json", "text/event-stream", "text/plain")


class Anybody:
    """Lets everybody in."""

    def identify(self, connection):
        return LOCAL


def test_no_request_breaks_the_server(tmp_path):
    assistant = opened_assistant(tmp_path)
    api = create_api(assistant, access=Anybody())
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", api)
    tried: dict[str, list[int]] = {}
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        @given(case=operation.as_strategy())
        def send(case):
            response = case.call()
            tried.setdefault(case.operation.label, []).append(response.status_code)
            assert response.status_code < 500 or response.json()["type"].endswith(":busy"), response.text
            assert response.headers["content-type"][0].startswith(TYPES)

        send()
    assert api.state.services.jobs.end(30)
    assistant.close()
    assert len(tried) >= 18
