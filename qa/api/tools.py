"""What an assistant of somebody else's may call: plain values in, one JSON text out, whatever the protocol.

`search` and `fetch` have the form that ChatGPT's connectors need (https://platform.openai.com/docs/mcp):
{"results": [{id, title, url}]} and {id, title, text, url, metadata}; further fields are passed over there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import ValidationError

from qa.accounts.identity import Identity
from qa.answering.verification import checks_to_dict, verify_answer
from qa.api.bodies import AskOptions
from qa.api.openai.told import told
from qa.api.problems import Problem
from qa.api.services import Services
from qa.datatypes import Article, RetrievedPassage
from qa.errors import FormatError
from qa.loaders.article import web_address
from qa.quotecheck.result import counts_in_words, quote_check_to_dict
from qa.serialization.answers import answer_to_dict, iso
from qa.serialization.fields import JsonObject
from qa.serialization.saved import read_saved

MOST_RESULTS = 10
MOST_CHARACTERS = 400_000  # of a text that is fetched
LONGEST_QUERY = 2000
INSTRUCTIONS = (
    "The user's own articles. `ask` answers a question with exact quotes, or says that the articles do not say: do not "
    "complete that from elsewhere. `search` and `fetch` find and read articles. `verify` checks quotes: call it with "
    "your own text before you show quotes from these articles."
)


class Tools:
    """The tools over one server's services. All raise Problem for what cannot be done, and what those raise."""

    def __init__(self, services: Services, base: str = "") -> None:
        """`base` is the server's own address, for articles that have none on the web."""
        self.services = services
        self.base = base

    def search(self, query: str) -> str:
        """Articles that fit a query best, each with its best passage. An id is for `fetch`."""
        if not 0 < len(query) <= LONGEST_QUERY:
            raise Problem(422, "question", f"A query has 1 to {LONGEST_QUERY:,} characters.")
        with self.services.call():
            found = self.services.assistant.retriever.retrieve(query, None)
        best = {each.article.id: each for each in reversed(found)}
        ranked = sorted(best.values(), key=lambda each: -each.score)[:MOST_RESULTS]
        return _json({"results": [self._result(each) for each in ranked]})

    def fetch(self, id: str) -> str:  # noqa: A002  # the name that connectors send
        """One article with its text, by its id."""
        article = self.services.article(id)
        text = article.text[:MOST_CHARACTERS]
        metadata = _metadata(article) | ({"characters": len(article.text)} if len(text) < len(article.text) else {})
        place = {"id": article.id, "title": article.title, "text": text, "url": self._url(article)}
        return _json(place | {"metadata": metadata})

    def ask(
        self,
        question: str,
        identity: Identity,
        *,
        earlier: Sequence[str] = (),
        source: Sequence[str] = (),
        after: str = "",
        before: str = "",
    ) -> str:
        """The answer in words (`says`) and in all its parts, but for the passages that were considered."""
        filters = {"source": list(source), "after": after or None, "before": before or None}
        try:
            asked = AskOptions.model_validate(filters).asked(question, earlier)
        except ValidationError as error:
            raise Problem(422, "invalid-request", error.errors()[0]["msg"]) from error
        answer = self.services.questions.ask(asked, identity)
        whole = {name: value for name, value in answer_to_dict(answer).items() if name != "passages"}
        return _json({"says": told(answer, filtered=bool(asked.where)).content} | whole)

    def verify(self, text: str) -> str:
        """What holds of the quotes of a text, or of answers that were saved as JSON."""
        library = self.services.library
        with self.services.call():
            try:
                if text.lstrip().startswith(("{", "[{")):
                    saved = read_saved(text)
                    answers = (verify_answer(each, library.article, saved.article) for each in saved.answers)
                    return _json(checks_to_dict([check for checks in answers for check in checks]))
                checked = library.check_quotes(text)
            except FormatError as error:
                raise Problem(422, "format", str(error)) from error
        return _json({"says": counts_in_words(checked)} | quote_check_to_dict(checked))

    def _result(self, found: RetrievedPassage) -> JsonObject:
        article = found.article
        place = {"id": article.id, "title": article.title, "url": self._url(article)}
        return place | {"text": found.text, "start": found.passage.start, "published": iso(article.published)}

    def _url(self, article: Article) -> str:
        return (
            web_address(article.url) or web_address(article.source) or self.base + self.services.address_of(article.id)
        )


def _metadata(article: Article) -> JsonObject:
    values = {
        "published": iso(article.published),
        "publisher": article.site,
        "authors": ", ".join(article.authors),
        "language": article.language,
    }
    return {name: value for name, value in values.items() if value}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
