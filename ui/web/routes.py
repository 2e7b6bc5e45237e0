"""Addresses beside the page: articles that can be sent to a colleague, and what can be saved as a file."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from qa.conversations.feedback import gold_rows, open_rows
from qa.conversations.store import Conversations
from qa.errors import AddressError, ArticleNotFound, QAError
from qa.serialization.addresses import parse_article_address
from qa.serialization.answers import answer_to_dict, cited_articles
from qa.serialization.conversations import conversation_to_dict
from qa.serialization.evidence_sheet import evidence_sheet
from qa.serialization.fields import JsonObject
from qa.serialization.markdown import answer_to_markdown, conversation_to_markdown
from qa.watchlist.feed import atom_feed
from ui.handlers.people import People, Person
from ui.render.evidence import Mark, article_html, page_html
from ui.render.html import escape
from ui.state.inputs import number
from ui.web.timeline import timeline_response

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library import Library

STYLE = (Path(__file__).parent.parent / "static" / "article.css").read_text("utf-8")
# An article's own page has this style, known by its hash, and nothing else that could act.
_ARTICLE_POLICY = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
}


def routes(assistant: Assistant, people: People) -> list[Route]:
    """Plain GET addresses; what is not there, or is somebody else's, is a 404 in words."""
    library = assistant.library
    return [
        Route("/article/{article_id}", lambda request: _article(library, request)),
        Route("/timeline", lambda request: timeline_response(library, request, STYLE)),
        *_conversation_routes(library, people),
        *_person_routes(library, people),
    ]


def _conversation_routes(library: Library, people: People) -> list[Route]:
    """What is kept of one's own conversations, and of those that others share."""

    def conversation(request: Request) -> Response:
        name, _, form = request.path_params["name"].rpartition(".")
        return _saved(form, lambda: _conversation(_own(people, request).chat.kept, library, name, form))

    def turn(request: Request) -> Response:
        name, _, form = request.path_params["name"].rpartition(".")
        return _saved(form, lambda: _turn(_own(people, request).chat.kept, library, name, form))

    def shared(request: Request) -> Response:
        name, _, form = request.path_params["name"].rpartition(".")

        def content() -> str:
            kept, conversation_id = people.shared(name)
            return _conversation(kept, library, conversation_id, form)

        return _saved(form, content)

    return [
        Route("/conversation/{name}", conversation),
        Route("/shared/{name}", shared),
        Route("/turn/{name}", turn),
    ]


def _person_routes(library: Library, people: People) -> list[Route]:
    """What else is one's own: feedback, followed questions, tables of answers."""

    def gold(request: Request) -> Response:
        return _rows(gold_rows(_own(people, request).chat.feedback.judged()), "feedback.jsonl")

    def unanswered(request: Request) -> Response:
        feedback = _own(people, request).chat.feedback
        return _rows(open_rows(feedback.judged(), feedback.unanswered()), "feedback-open.jsonl")

    def news(request: Request) -> Response:
        feed = atom_feed(_own(people, request).watch.watchlist.read(), library.location)
        return Response(feed, media_type="application/atom+xml")

    return [
        Route("/batch/{name}", lambda request: _own(people, request).batches.table(request)),
        Route("/questions.atom", news),
        Route("/feedback.jsonl", gold),
        Route("/feedback-open.jsonl", unanswered),
    ]


def _own(people: People, request: Request) -> Person:
    return people.of(request.scope["identity"])


def _article(library: Library, request: Request) -> Response:
    """The article on a page of its own, with the words marked that the address names."""
    query = f"?{request.url.query}" if request.url.query else ""
    try:
        address = parse_article_address(f"{request.url.path}{query}")
        article = library.article(address.article_id)
    except AddressError as error:
        return _missing("No such article", str(error), 404)
    except ArticleNotFound:
        return _missing("No such article", "It is not in the library: it may have been changed or removed.", 404)
    except QAError as error:
        return _missing("The library cannot be read", str(error), 503)
    mark = Mark(address.start or 0, address.end or 0)
    return HTMLResponse(
        page_html(article.title, article_html(article, mark, alone=True), STYLE), headers=_ARTICLE_POLICY
    )


def _missing(title: str, words: str, status: int) -> Response:
    body = f'<article><h1>{escape(title)}</h1><p class="error">{escape(words)}</p></article>'
    return HTMLResponse(page_html(title, body, STYLE), status_code=status, headers=_ARTICLE_POLICY)


def _conversation(kept: Conversations, library: Library, conversation_id: str, form: str) -> str:
    conversation, article = kept.get(conversation_id), cache(library.article)
    turns = kept.turns(conversation_id, article)
    if form == "md":
        return conversation_to_markdown(conversation, turns, standing_of=library.standing)
    if form == "html":
        return evidence_sheet([turn.answer for turn in turns], article, conversation.name)
    articles = cited_articles((turn.answer for turn in turns), article)
    return json.dumps(conversation_to_dict(conversation, turns, articles), indent=2) + "\n"


def _turn(kept: Conversations, library: Library, turn_id: str, form: str) -> str:
    article = cache(library.article)
    answer = kept.turn(number(turn_id), article).answer
    if form == "md":
        return answer_to_markdown(answer, standing_of=library.standing)
    if form == "html":
        return evidence_sheet([answer], article)
    return json.dumps(answer_to_dict(answer) | {"articles": cited_articles([answer], article)}, indent=2) + "\n"


def _saved(form: str, content: Callable[[], str]) -> Response:
    types = {"md": "text/markdown", "json": "application/json", "html": "text/html"}
    if form not in types:
        return PlainTextResponse("This can be saved as .md, .json or .html.", 404)
    headers = {"Content-Disposition": "attachment"} if form == "html" else {}  # its script is for another place
    try:
        return Response(content().encode("utf-8", "replace"), media_type=types[form], headers=headers)
    except QAError as error:
        return PlainTextResponse(str(error), 404)


def _rows(rows: list[JsonObject], name: str) -> Response:
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    return Response(
        lines, media_type="application/jsonl", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
