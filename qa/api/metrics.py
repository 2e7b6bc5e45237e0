"""What is counted, for Prometheus: no word of a question or an article."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.datatypes import Answer

MEDIA_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32)


class Metrics:
    """The counters of one server. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "article_qa_requests", "Requests, by route and status.", ["method", "route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._answers = Counter(
            "article_qa_answers", "Answers, by what they are.", ["outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "article_qa_question_seconds", "From the question to its answer, waiting included.",
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip

    def watch(self, name: str, told: str, value: Callable[[], float]) -> None:
        """Tell a number as it is whenever somebody looks."""
        Gauge(f"article_qa_{name}", told, registry=self._registry).set_function(value)

    @contextmanager
    def timed_question(self) -> Iterator[Callable[[Answer], None]]:
        """Time a question; it is given to say how it was answered. Without an answer it has failed."""
        started, outcome = time.perf_counter(), "failed"

        def answered(answer: Answer) -> None:
            nonlocal outcome
            outcome = "found" if answer.found or answer.is_told else "possible" if answer.possible else "not_found"

        try:
            yield answered
        finally:
            self._answers.labels(outcome).inc()
            self._seconds.observe(time.perf_counter() - started)

    def page(self) -> bytes:
        """All of it in Prometheus' text form."""
        return generate_latest(self._registry)


class CountRequests:
    """Middleware: counts each request under its route, not under the address that was sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and count what it was answered with."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                self.metrics.requests.labels(_method(scope["method"]), route, message["status"]).inc()
            await send(message)

        await self.app(scope, receive, counted)


def _method(method: str) -> str:
    """The method, or a word for one that anybody has made up: each would be a series of its own."""
    return method if method in ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS") else "other"
