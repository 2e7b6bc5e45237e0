"""OpenAI's addresses: models, chat completions and responses."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from qa.api.documented import PROBLEMS
from qa.api.events import NOTHING, Events, EventStream, event
from qa.api.openai.bodies import ChatBody, ResponsesBody
from qa.api.openai.chat import Completion
from qa.api.openai.kept import KeptResponses
from qa.api.openai.responses import ModelResponse
from qa.api.openai.told import MODEL, UrlOf
from qa.api.problems import Problem, logged_problem
from qa.api.questions import Event
from qa.api.services import READERS, Reader, Services, Serving
from qa.datatypes import Answer, Citation
from qa.serialization.fields import JsonObject

MADE = 1735689600  # the beginning of 2025; clients sort models by it


def openai_router() -> APIRouter:
    """The routes, with the responses that one server keeps."""
    router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"], responses=PROBLEMS)
    kept = KeptResponses()

    @router.get("/models", dependencies=READERS)
    def list_models() -> Response:
        """The one model."""
        return JSONResponse({"object": "list", "data": [_model()]})

    @router.get("/models/{model}", dependencies=READERS)
    def get_model(model: str) -> Response:
        """The model, by its name."""
        if model != MODEL:
            raise Problem(404, "model-not-found", f"The one model here is {MODEL}.")
        return JSONResponse(_model())

    @router.post("/chat/completions")
    def chat_completions(body: ChatBody, request: Request, services: Serving, who: Reader) -> Response:
        """Answer the last message of the user; the earlier ones are the conversation that it goes on from.

        Each quote in the message is a `url_citation`, and `article_qa` is the whole answer.
        """
        asked = body.asked
        completion = Completion([*asked.earlier, asked.question], bool(asked.where), _url_of(request, services))
        if body.stream:
            told = services.questions.stream(asked, who)
            return EventStream(_chunks(completion, told, usage=body.wants_usage))
        return JSONResponse(completion.whole(services.questions.ask(asked, who)))

    @router.post("/responses")
    def responses(body: ResponsesBody, request: Request, services: Serving, who: Reader) -> Response:
        """The same in the form of the Responses API; `previous_response_id` goes on from a response of this server."""
        questions = [*kept.questions(who.name, body.previous_response_id), *body.questions]
        asked = body.asked_after(questions)
        url_of = _url_of(request, services)
        response = ModelResponse(questions, bool(asked.where), url_of, body.previous_response_id)
        if body.stream:
            told = services.questions.stream(asked, who)
            kept.keep(who.name, response.id, questions)
            return EventStream(_events(response, told))
        answer = services.questions.ask(asked, who)
        kept.keep(who.name, response.id, questions)
        return JSONResponse(response.whole(answer))

    return router


def _model() -> JsonObject:
    return {"id": MODEL, "object": "model", "created": MADE, "owned_by": MODEL}


def _url_of(request: Request, services: Services) -> UrlOf:
    """Where a place is read whose article has no web address."""
    base = str(request.base_url).rstrip("/")

    def url_of(citation: Citation) -> str:
        return base + services.address_of(citation.article_id, citation.start, citation.end)

    return url_of


def _chunks(completion: Completion, told: Iterator[Event], *, usage: bool) -> Events:
    yield event(completion.begin())
    for each in told:
        if isinstance(each, Answer):
            yield from map(event, completion.chunks(each, usage=usage))
        elif isinstance(each, Exception):
            yield event(logged_problem(each, "a question").openai_error())
        elif each is None:
            yield NOTHING
    yield "data: [DONE]\n\n"


def _events(response: ModelResponse, told: Iterator[Event]) -> Events:
    for each in response.begin():
        yield event(each, str(each["type"]))
    for found in told:
        if isinstance(found, Answer):
            for each in response.events(found):
                yield event(each, str(each["type"]))
        elif isinstance(found, Exception):
            yield event(response.failed(logged_problem(found, "a question").detail), "response.failed")
        elif found is None:
            yield NOTHING
