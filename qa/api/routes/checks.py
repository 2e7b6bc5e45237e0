"""What holds of answers and quotes, and what people say about answers."""

from __future__ import annotations

import json

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from qa.answering.verification import checks_to_dict, verify_answer
from qa.api.bodies import FeedbackBody, VerifyBody
from qa.api.documented import CHECKS, FEEDBACK, PROBLEMS
from qa.api.problems import Problem
from qa.api.services import READERS, Reader, Services, Serving
from qa.conversations.feedback import Feedback, feedback_to_dict
from qa.datatypes import Turn
from qa.errors import FormatError
from qa.quotecheck.result import quote_check_to_dict
from qa.serialization.answers import answer_from_dict
from qa.serialization.fields import JsonObject
from qa.serialization.saved import read_saved

router = APIRouter(prefix="/v1", tags=["checks"], responses=PROBLEMS)


@router.post("/verify", dependencies=READERS, responses=CHECKS)
def verify(body: VerifyBody, services: Serving) -> Response:
    """Check saved answers, or the quotes of any text, against the articles as they are stored now.

    Of `saved` answers every citation has to stand in its article, word for word. What `text` has in quotation marks is
    verbatim in an article, altered, or in none of them. Give one of both; filters are for `text`.
    """
    if (body.saved is None) == (body.text is None):
        raise Problem(422, "invalid-request", "Give either saved answers or a text.")
    with services.call():
        try:
            return JSONResponse(_saved(body, services) if body.text is None else _quotes(body, services))
        except FormatError as error:
            raise Problem(422, "format", str(error)) from error


@router.post("/feedback", status_code=201, responses=FEEDBACK)
def judge(body: FeedbackBody, services: Serving, who: Reader) -> Response:
    """Keep what somebody says about an answer that `/v1/ask` gave; its quotes have to hold."""
    try:
        answer = answer_from_dict(body.answer, services.library.article)
    except FormatError as error:
        raise Problem(422, "format", str(error)) from error
    if not all(each.holds for each in verify_answer(answer, services.library.article)):
        raise Problem(409, "answer-changed", "The answer does not hold any more: ask again, and judge that.")
    kept = services.kept_of(who)
    feedback = Feedback(kept, services.library.settings)
    if not feedback.enabled:
        raise Problem(409, "feedback-off", "Feedback is switched off on this server.")
    stored = kept.append(kept.create().id, Turn(body.typed or answer.question, answer))
    feedback.judge(stored.id, body.verdict)
    return JSONResponse({"turn": stored.id, "verdict": body.verdict.value}, 201)


@router.get("/feedback", responses=FEEDBACK)
def feedback(services: Serving, who: Reader) -> Response:
    """What one has said about answers, and one's questions that the articles do not answer."""
    said = Feedback(services.kept_of(who), services.library.settings)
    return JSONResponse(feedback_to_dict(said.judged(), said.unanswered()))


def _saved(body: VerifyBody, services: Services) -> JsonObject:
    saved = read_saved(body.saved if isinstance(body.saved, str) else json.dumps(body.saved))
    if not saved.answers:
        raise FormatError("there is no answer in it; give what /v1/ask has given.")
    library = services.library.article
    return checks_to_dict([check for each in saved.answers for check in verify_answer(each, library, saved.article)])


def _quotes(body: VerifyBody, services: Services) -> JsonObject:
    return quote_check_to_dict(services.library.check_quotes(body.text or "", body.where or None))
