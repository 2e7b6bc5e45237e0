"""Errors as RFC 9457 has them, the same for every address; none tells of the server's insides.

    type     `urn:article-qa:problem:` and a code that stays, such as `article-not-found`
    title    what the status means
    status   the number of the status
    detail   what is wrong and what to do, in a sentence
    errors   of a request that is not as it should be: pointer (into the body) or parameter, and detail, of each field

Under OpenAI's addresses, `error` says it once more in their form.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from qa.api.hosts import own_path
from qa.errors import (
    AccountError,
    ArticleNotFound,
    FingerprintMismatch,
    LibraryBusy,
    ModelError,
    QAError,
    QuestionError,
    QueueFull,
)

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20  # fields of one request that are named
OPENAI_PATHS = ("/v1/chat/", "/v1/responses", "/v1/models")
_UNEXPECTED = "Something went wrong here; the server's log has the details."
_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}
_DETAILS = {404: "There is nothing at this address.", 405: "This address does not take this method."}


class Problem(Exception):
    """What a request is answered with instead; `detail` is read by people of other machines."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = list(errors)

    def to_dict(self) -> dict[str, Any]:
        """The members of the problem."""
        title = HTTPStatus(self.status).phrase
        kind = f"urn:article-qa:problem:{self.code}"
        members = {"type": kind, "title": title, "status": self.status, "detail": self.detail}
        return members | ({"errors": self.errors} if self.errors else {})

    def openai_error(self) -> dict[str, Any]:
        """The problem as OpenAI's clients know errors."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": self.detail, "type": kind, "param": None, "code": self.code}}

    def to_response(self, path: str = "") -> JSONResponse:
        """The problem as the answer to a request for `path`."""
        members = self.to_dict()
        if path.startswith(OPENAI_PATHS):
            members |= self.openai_error()
        return JSONResponse(members, self.status, {**self.headers, "Cache-Control": "no-store"}, MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What is told of an error; paths, addresses and traces stay in the log."""
    match error:
        case Problem():
            return error
        case QuestionError():
            return Problem(422, "question", str(error))
        case ArticleNotFound():
            detail = "No article has this id; it may have been changed or removed. List them: GET /v1/articles"
            return Problem(404, "article-not-found", detail)
        case QueueFull():
            return Problem(503, "busy", str(error), headers={"Retry-After": "10"})
        case LibraryBusy():
            detail = "Another program is changing the library: try again in a moment."
            return Problem(503, "library-busy", detail, headers={"Retry-After": "5"})
        case FingerprintMismatch():
            detail = "The library was made with other settings than the server has: rebuild it there."
            return Problem(503, "library-settings", detail)
        case AccountError():
            return Problem(503, "accounts", "Nobody can be let in now; the server's log has the details.")
        case ModelError():
            return Problem(503, "model", "A model cannot be loaded; the server's log has the details.")
    return Problem(500, "internal", _UNEXPECTED)


def logged_problem(error: Exception, what: str) -> Problem:
    """What is told of an error; what is not told of it is in the log then, under what was done."""
    problem = problem_of(error)
    if problem.status >= 500 and not isinstance(error, Problem | QueueFull):
        log.error("%s failed", what, exc_info=error)
    return problem


def handle_problems(app: FastAPI) -> None:
    """Answer every error of an application with a problem."""

    def known(request: Request, error: Exception) -> JSONResponse:
        problem = logged_problem(error, f"{request.method} {own_path(request.scope)}")
        return problem.to_response(own_path(request.scope))

    def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101  # what it is registered for
        fields = [_field(each) for each in error.errors()[:MOST_ERRORS]]
        problem = Problem(422, "invalid-request", "The request is not as it should be.", errors=fields)
        return problem.to_response(own_path(request.scope))

    def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        status = error.status_code
        detail = _DETAILS.get(status, str(error.detail))
        code = _CODES.get(status, "bad-request" if status < 500 else "internal")
        return Problem(status, code, detail, headers=error.headers).to_response(own_path(request.scope))

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    for kind in (Problem, QAError, Exception):
        app.add_exception_handler(kind, known)


def _field(error: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with one field, without the value that was sent."""
    place, *rest = error["loc"]
    if place == "body":
        return {"pointer": "#" + "".join(f"/{each}" for each in rest), "detail": error["msg"]}
    return {"parameter": ".".join(map(str, rest)), "detail": error["msg"]}
