"""What the description of the API (OpenAPI) says about responses, with examples."""

from __future__ import annotations

from typing import Any

from qa.api.problems import MEDIA_TYPE, Problem

Responses = dict[int | str, dict[str, Any]]

_CITATION = {
    "article_id": "5f0c3f1d2b7a9e64", "title": "The night ferry returns", "source": "https://news.example/ferry",
    "url": "https://news.example/ferry", "published": "2025-05-12", "start": 118, "end": 123, "quote": "21:40",
    "context": "Captain Ida Brandt said the first crossing leaves at 21:40.", "context_start": 65,
    "confidence": 0.91, "repeats": [],
}  # fmt: skip
_PASSAGE = {
    "id": 7, "article_id": "5f0c3f1d2b7a9e64", "start": 0, "end": 124, "lexical_rank": 1, "dense_rank": 1,
    "similarity": 0.62, "score": 1.0, "reading": 7.25, "text": "The night ferry to Holmen sails again...",
    "title": "The night ferry returns", "source": "https://news.example/ferry", "url": "https://news.example/ferry",
    "published": "2025-05-12",
}  # fmt: skip
_ARTICLE = {
    "format": "article-qa/article/1", "id": "5f0c3f1d2b7a9e64", "title": "The night ferry returns",
    "source": "https://news.example/ferry", "url": "https://news.example/ferry", "published": "2025-05-12",
    "authors": ["Nils Aas"], "site": "The Example", "language": "en", "characters": 124,
    "text": "The night ferry to Holmen sails again...", "tags": ["harbour"],
}  # fmt: skip
_REPORT = {
    "format": "article-qa/report/1", "added": ["5f0c3f1d2b7a9e64"], "updated": [], "unchanged": 0, "removed": [],
    "failed": [],
}  # fmt: skip
_JOB = {
    "format": "article-qa/job/1", "id": "3", "kind": "add", "what": "https://news.example/ferry", "state": "done",
    "progress": [{"stage": "read", "done": 1, "total": 1, "item": "https://news.example/ferry"}], "report": _REPORT,
    "problem": None,
}  # fmt: skip
_SUMMARY = ("id", "title", "source", "url", "site", "published", "tags")


def _json(description: str, example: object, status: int = 200) -> Responses:
    return {status: {"description": description, "content": {"application/json": {"example": example}}}}


ANSWER = _json(
    "The answer, `article-qa/answer/1`. With `stream`: server-sent events `passages`, then `answer` or `problem`.",
    {
        "format": "article-qa/answer/1", "question": "When does the first crossing leave?", "found": True,
        "text": "21:40", "confidence": 0.91, "reason": None, "citations": [_CITATION], "possible": [], "kind": "read",
        "note": "", "passages": [_PASSAGE],
    },
)  # fmt: skip
ANSWER[200]["content"]["text/event-stream"] = {"example": 'event: answer\ndata: {"format": "article-qa/answer/1"}\n\n'}
PASSAGES = _json(
    "What was found, best first.",
    {"format": "article-qa/passages/1", "query": "first crossing", "passages": [_PASSAGE]},
)
ARTICLE = _json("The article.", _ARTICLE)
ARTICLES = _json(
    "A page of the list.",
    {
        "format": "article-qa/articles/1", "total": 1, "offset": 0,
        "articles": [{name: _ARTICLE[name] for name in _SUMMARY}], "next": None,
    },
)  # fmt: skip
REPORT = _json("What was done.", _REPORT)
JOB = _json("The job.", _JOB) | _json("The job that was begun.", _JOB, 202)
JOBS = _json("The jobs, oldest first.", {"format": "article-qa/jobs/1", "jobs": [_JOB]})
CHECKS = _json(
    "What was found: `article-qa/checks/1` of saved answers, `article-qa/quote-check/1` of a text.",
    {"format": "article-qa/quote-check/1", "counts": {"verbatim": 1, "altered": 0, "absent": 0}, "quotes": []},
)
FEEDBACK = _json("What was said.", {"format": "article-qa/feedback/1", "judged": [], "unanswered": []}) | _json(
    "What was kept.", {"turn": 12, "verdict": "right"}, 201
)
PROBLEMS: Responses = {
    status: {"description": description, "content": {MEDIA_TYPE: {"example": problem.to_dict()}}}
    for status, description, problem in (
        (
            "4XX",
            "What is wrong with the request (RFC 9457).",
            Problem(404, "article-not-found", "No article has this id."),
        ),
        ("5XX", "What went wrong here (RFC 9457).", Problem(503, "busy", "24 questions are waiting already.")),
    )
}
