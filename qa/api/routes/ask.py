"""Questions and searches."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from qa.api.bodies import AskBody, SearchBody
from qa.api.documented import ANSWER, PASSAGES, PROBLEMS
from qa.api.events import NOTHING, Events, EventStream, event
from qa.api.problems import logged_problem
from qa.api.questions import Event
from qa.api.services import READERS, Reader, Serving
from qa.datatypes import Answer
from qa.serialization.answers import answer_to_dict, passages_to_dict

router = APIRouter(prefix="/v1", tags=["questions"], responses=PROBLEMS)


@router.post("/ask", responses=ANSWER)
def ask(body: AskBody, services: Serving, who: Reader) -> Response:
    """Answer a question with the exact words of the articles, or say that they do not answer it.

    The answer is what `article-qa ask --json` prints. `found` says whether anything is claimed, `citations` are sure,
    `possible` are places to be checked, and `reason` is why there is no answer.
    """
    if body.stream:
        return EventStream(_events(services.questions.stream(body.whole, who)))
    return JSONResponse(answer_to_dict(services.questions.ask(body.whole, who)))


@router.post("/search", dependencies=READERS, responses=PASSAGES)
def search(body: SearchBody, services: Serving) -> Response:
    """The passages that fit a query best, by words and by meaning, with their offsets; nothing is read."""
    where = services.library.resolved(body.where)
    with services.call():
        found = services.assistant.retriever.retrieve(body.query, where or None)
    return JSONResponse(passages_to_dict(body.query, found[: body.top_k]))


def _events(told: Iterator[Event]) -> Events:
    for each in told:
        if isinstance(each, Answer):
            yield event(answer_to_dict(each), "answer")
        elif isinstance(each, Exception):
            yield event(logged_problem(each, "a question").to_dict(), "problem")
        elif each is None:
            yield NOTHING
        else:
            yield event(passages_to_dict("", each)["passages"], "passages")
