"""Articles: listed, read, added, corrected and removed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, File, Header, Query, UploadFile
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from qa.api.bodies import AddBody, EditBody, FilterFields
from qa.api.documented import ARTICLE, ARTICLES, JOB, PROBLEMS, REPORT
from qa.api.hosts import outer_path
from qa.api.problems import Problem
from qa.api.routes.jobs import job_response
from qa.api.services import EDITORS, READERS, Editor, Services, Serving
from qa.datatypes import Article
from qa.serialization.answers import article_to_dict, iso, report_to_dict
from qa.serialization.fields import JsonObject
from qa.storage.listing import ArticleSummary, Sort

router = APIRouter(prefix="/v1/articles", tags=["articles"], responses=PROBLEMS)

MOST_ON_A_PAGE = 200
MOST_FILES = 100
PIECE = 1 << 16
ARTICLES_FORMAT = "article-qa/articles/1"
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=200, description="Your name for this request: sent again, nothing is done twice."),
]


class ListQuery(FilterFields):
    """Which articles are listed, and how."""

    words: Annotated[str, Field(max_length=1000)] = Field("", description="Words that title, source or text have.")
    sort: Sort = "date"
    order: Literal["asc", "desc"] = "desc"
    offset: int = Field(0, ge=0, le=10**9)
    limit: int = Field(50, ge=1, le=MOST_ON_A_PAGE)


@router.get("", dependencies=READERS, responses=ARTICLES)
def list_articles(request: Request, services: Serving, asked: Annotated[ListQuery, Query()]) -> Response:
    """A page of the articles, newest first, without their texts; `next` is the address of the following page."""
    with services.call():
        page = services.library.listing(
            asked.where or None, words=asked.words, sort=asked.sort, descending=asked.order == "desc",
            offset=asked.offset, limit=asked.limit,
        )  # fmt: skip
        found = page.articles if page.offset == asked.offset else ()
        tags = services.library.tags_of(each.id for each in found)
    following = asked.offset + len(found)
    query = request.query_params.multi_items()
    rest = [(name, value) for name, value in query if name != "offset"]
    address = outer_path(request.scope, "/v1/articles")
    return JSONResponse(
        {
            "format": ARTICLES_FORMAT,
            "total": page.total,
            "offset": asked.offset,
            "articles": [_summary(each, tags.get(each.id, ())) for each in found],
            "next": f"{address}?{urlencode([*rest, ('offset', following)])}" if 0 < following < page.total else None,
        }
    )


@router.get("/{article_id}", dependencies=READERS, responses=ARTICLE)
def get_article(article_id: str, services: Serving, text: bool = True) -> Response:
    """One article; offsets of citations refer to its `text`."""
    return JSONResponse(_article(services, services.article(article_id), text=text))


@router.post("", status_code=202, responses=JOB)
def add_articles(
    body: AddBody, request: Request, services: Serving, who: Editor, idempotency_key: IdempotencyKey = None
) -> Response:
    """Begin to add pages by their addresses, or articles as JSON. What is there already stays unchanged.

    The work is a job: look at the address in `Location` until its `state` is `done`, `stopped` or `failed`.
    """
    if not (body.urls or body.articles):
        raise Problem(422, "invalid-request", "Give urls, articles, or both.")
    return job_response(services.additions.add(body, who.name, idempotency_key), request, 202)


@router.post("/files", status_code=202, responses=JOB)
async def add_files(
    request: Request,
    services: Serving,
    who: Editor,
    files: Annotated[list[UploadFile], File(max_length=MOST_FILES, description="PDF, Word, HTML, text, JSON, ZIP...")],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Begin to add files, all of them together at most as large as one file may be.

    A file keeps its name, and nothing else of its path. The work is a job, as of `POST /v1/articles`.
    """
    received = [await services.additions.receive(_name(each), _pieces(each)) for each in files]
    job = await run_in_threadpool(services.additions.add_files, received, who.name, idempotency_key)
    return job_response(job, request, 202)


@router.patch("/{article_id}", dependencies=EDITORS, responses=ARTICLE)
def edit_article(article_id: str, body: EditBody, services: Serving) -> Response:
    """Correct what an article's source says wrongly of it, and change its tags; its text and its id stay."""
    article = services.article(article_id)
    day = date.fromisoformat(body.published) if body.published else body.published
    with services.call():
        if body.model_fields_set & {"title", "published", "authors", "source"}:
            article = services.library.edit(
                article_id, title=body.title, published=day, authors=body.authors, source=body.source
            )
        if body.add_tags or body.remove_tags:
            services.library.tag([article_id], body.add_tags, body.remove_tags)
    return JSONResponse(_article(services, article, text=False))


@router.delete("/{article_id}", dependencies=EDITORS, responses=REPORT)
def remove_article(article_id: str, services: Serving) -> Response:
    """Take an article out, whatever sources it came from."""
    services.article(article_id)
    with services.call():
        return JSONResponse(report_to_dict(services.library.remove([article_id])))


def _article(services: Services, article: Article, *, text: bool) -> JsonObject:
    tags = services.library.tags_of([article.id]).get(article.id, ())
    return article_to_dict(article, text=text) | {"tags": list(tags)}


def _summary(article: ArticleSummary, tags: tuple[str, ...]) -> JsonObject:
    return asdict(article) | {"published": iso(article.published), "tags": list(tags)}


def _name(file: UploadFile) -> str:
    """The last part of what the sender calls it."""
    return PurePosixPath((file.filename or "file").replace("\\", "/")).name or "file"


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE):
        yield piece
