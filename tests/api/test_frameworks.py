"""The recipes of docs/frameworks.md, run as they stand there with the frameworks that are installed."""

import re
from pathlib import Path

import pytest
from api_fakes import opened_assistant

from qa.datatypes import Where

RECIPES = (Path(__file__).parent.parent.parent / "docs" / "frameworks.md").read_text("utf-8")
QUERY = "treaty signed in Rome"


@pytest.fixture
def assistant(tmp_path):
    opened = opened_assistant(tmp_path)
    yield opened
    opened.close()


def recipe(name):
    """The class that stands under a heading."""
    (code,) = re.findall(rf"^## {name}\n\n```python\n(.*?)^```", RECIPES, re.MULTILINE | re.DOTALL)
    namespace = {"__name__": "recipe"}
    exec(compile(code, name, "exec"), namespace)
    return namespace["ArticleRetriever"]


def check(assistant, passages):
    """Text and metadata of each: the first is the one from Rome, and all are slices of their articles."""
    for text, meta in passages:
        assert assistant.library.article(meta["article_id"]).text[meta["start"] : meta["end"]] == text
    assert [meta["title"] for _, meta in passages] == ["Rome", "Oslo"]
    assert passages[0][1]["published"] == "2024-01-02"


def test_langchain(assistant):
    pytest.importorskip("langchain_core")
    retriever = recipe("LangChain")
    found = retriever(assistant=assistant).invoke(QUERY)
    check(assistant, [(each.page_content, each.metadata) for each in found])
    assert len(retriever(assistant=assistant, top_k=1).invoke(QUERY)) == 1
    (only,) = retriever(assistant=assistant, where=Where(sources=["upload:Oslo"])).invoke(QUERY)
    assert only.metadata["title"] == "Oslo"


def test_haystack(assistant):
    haystack = pytest.importorskip("haystack")
    pipeline = haystack.Pipeline()
    pipeline.add_component("retriever", recipe("Haystack")(assistant))
    found = pipeline.run({"retriever": {"query": QUERY}})["retriever"]["documents"]
    check(assistant, [(each.content, each.meta) for each in found])
    assert found[0].score >= found[1].score


def test_llamaindex(assistant):
    pytest.importorskip("llama_index.core")
    found = recipe("LlamaIndex")(assistant).retrieve(QUERY)
    check(assistant, [(each.node.text, each.node.metadata) for each in found])
    assert found[0].score >= found[1].score
