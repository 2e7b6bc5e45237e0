"""The official client of OpenAI against a real server, and what an answer is told as."""

import asyncio
import threading
from dataclasses import replace

import openai
import pytest
from answer_fakes import ANSWER, CITATION
from api_fakes import TOKEN, create_api, opened_assistant, served

from qa.api.access import LocalAccess
from qa.api.openai.kept import KeptResponses
from qa.api.openai.told import inert, told, url_citations
from qa.api.problems import Problem
from qa.datatypes import Reason

QUESTION = "Who signed the treaty?"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    opened = opened_assistant(tmp_path_factory.mktemp("openai"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(assistant):
    with served(create_api(assistant, access=LocalAccess(TOKEN))) as found:
        yield found


@pytest.fixture(scope="module")
def client(address):
    with openai.OpenAI(base_url=f"{address}/v1", api_key=TOKEN, max_retries=0) as opened:
        yield opened


def messages(*questions):
    """A conversation as a client sends it, with answers between."""
    said = [{"role": "system", "content": "Be brief."}]
    for each in questions[:-1]:
        said += [{"role": "user", "content": each}, {"role": "assistant", "content": "..."}]
    return [*said, {"role": "user", "content": questions[-1]}]


def test_the_model_is_listed(client):
    assert [each.id for each in client.models.list()] == ["article-qa"]
    assert client.models.retrieve("article-qa").object == "model"
    with pytest.raises(openai.NotFoundError, match="one model here"):
        client.models.retrieve("gpt")


def test_a_completion_is_cited_word_for_word(client, address):
    completion = client.chat.completions.create(model="article-qa", messages=messages(QUESTION))
    (choice,) = completion.choices
    content, annotation = choice.message.content, choice.message.annotations[0].url_citation
    assert content.startswith("“Ann Lee” (Oslo, 12 May 2025)")
    assert (content[annotation.start_index : annotation.end_index], annotation.title) == ("Ann Lee", "Oslo")
    cited = completion.article_qa["citations"][0]
    assert annotation.url == f"{address}/v1/articles/{cited['article_id']}?start={cited['start']}&end={cited['end']}"
    assert (choice.finish_reason, completion.article_qa["format"]) == ("stop", "article-qa/answer/1")
    assert completion.usage.prompt_tokens == 4


def test_a_streamed_completion_is_the_same(client):
    whole = client.chat.completions.create(model="article-qa", messages=messages(QUESTION))
    chunks = list(
        client.chat.completions.create(
            model="article-qa", messages=messages(QUESTION), stream=True, stream_options={"include_usage": True}
        )
    )
    deltas = [each.choices[0].delta for each in chunks if each.choices]
    assert deltas[0].role == "assistant"
    assert "".join(each.content or "" for each in deltas) == whole.choices[0].message.content
    (annotations,) = [each.annotations for each in deltas if getattr(each, "annotations", None)]
    assert annotations == [each.model_dump() for each in whole.choices[0].message.annotations]
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage == whole.usage


def test_not_found_says_that_the_articles_do_not_say(client):
    completion = client.chat.completions.create(model="article-qa", messages=messages("How heavy is the moon?"))
    assert completion.choices[0].message.content.startswith("Your articles don't say.")
    assert completion.choices[0].message.annotations == []


def test_a_possible_answer_is_to_be_checked(client):
    completion = client.chat.completions.create(model="article-qa", messages=messages("Maybe for how long?"))
    content = completion.choices[0].message.content
    assert content.startswith("Your articles don't say. Some of them are about this")
    assert "Check it before you rely on it.\n\n“three days” (Oslo, 12 May 2025)" in content
    assert completion.article_qa["found"] is False


def test_a_filter_is_given_beside_the_messages(client):
    completion = client.chat.completions.create(
        model="article-qa", messages=messages(QUESTION), extra_body={"article_qa": {"before": "2024"}}
    )
    assert completion.choices[0].message.content.startswith("“Bo Ek” (Rome, 2 January 2024)")
    none = client.chat.completions.create(
        model="article-qa", messages=messages(QUESTION), extra_body={"article_qa": {"before": "1900"}}
    )
    assert none.choices[0].message.content == "Your articles don't say. The filter leaves no articles."


def test_a_follow_up_takes_from_the_earlier_messages(client):
    completion = client.chat.completions.create(model="article-qa", messages=messages(QUESTION, "And where?"))
    assert completion.article_qa["question"] != "And where?"
    assert completion.article_qa["text"] == "Oslo"


def test_content_may_come_in_parts(client):
    parts = [{"type": "text", "text": QUESTION}]
    completion = client.chat.completions.create(model="article-qa", messages=[{"role": "user", "content": parts}])
    assert completion.article_qa["question"] == QUESTION


def test_a_response_is_cited_and_another_goes_on_from_it(client):
    first = client.responses.create(model="article-qa", input=QUESTION)
    (annotation, *_) = first.output[0].content[0].annotations
    assert first.output_text[annotation.start_index : annotation.end_index] == "Ann Lee"
    second = client.responses.create(model="article-qa", input="And where?", previous_response_id=first.id)
    assert second.article_qa["text"] == "Oslo"
    with pytest.raises(openai.NotFoundError, match="No response has this id"):
        client.responses.create(model="article-qa", input="And where?", previous_response_id="resp_0")


def test_a_streamed_response_is_the_same(client):
    whole = client.responses.create(model="article-qa", input=messages(QUESTION))
    with client.responses.stream(model="article-qa", input=messages(QUESTION)) as stream:
        kinds = [each.type for each in stream]
        final = stream.get_final_response()
    assert kinds[0] == "response.created"
    assert kinds.count("response.output_text.annotation.added") == len(whole.output[0].content[0].annotations)
    assert kinds[-1] == "response.completed"
    assert final.output_text == whole.output_text
    assert final.output[0].content[0].annotations == whole.output[0].content[0].annotations


def test_the_async_client_is_answered_too(address):
    async def ask():
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key=TOKEN, max_retries=0) as client:
            return await client.chat.completions.create(model="article-qa", messages=messages(QUESTION))

    assert asyncio.run(ask()).choices[0].message.content.startswith("“Ann Lee”")


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"model": "gpt", "messages": messages("x")}, openai.NotFoundError, "one model here is article-qa"),
        ({"model": "article-qa", "messages": []}, openai.UnprocessableEntityError, "no message of a user"),
        (
            {"model": "article-qa", "messages": messages("x" * 5000)},
            openai.UnprocessableEntityError,
            "5,000 characters",
        ),
        ({"model": "article-qa", "messages": "x"}, openai.UnprocessableEntityError, "not as it should be"),
    ],
)
def test_errors_are_told_as_the_client_knows_them(client, given, error, words):
    with pytest.raises(error, match=words) as raised:
        client.chat.completions.create(**given)
    assert raised.value.response.headers["content-type"] == "application/problem+json"


def test_a_bug_tells_nothing_of_the_insides(client):
    with pytest.raises(openai.InternalServerError, match="Something went wrong here") as raised:
        client.chat.completions.create(model="article-qa", messages=messages("crash"))
    assert "secret" not in raised.value.response.text
    with pytest.raises(openai.APIError, match="Something went wrong here"):
        list(client.chat.completions.create(model="article-qa", messages=messages("crash"), stream=True))


def test_a_wrong_key_is_refused(address):
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="wrong", max_retries=0)
    with client, pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_words_of_articles_do_not_come_to_life_as_markdown():
    hostile = "see ![x](http://evil.example/t.png) <img src=x> and [sic] 1 < 2"
    assert inert(hostile) == r"see ![x\](http://evil.example/t.png) \<img src=x> and [sic] 1 < 2"
    citation = replace(CITATION, quote=hostile, title="a <b>title</b>")
    said = told(replace(ANSWER, text=hostile, citations=(citation,)))
    (annotation,) = url_citations(said, lambda _: "")
    assert said.content[annotation["start_index"] : annotation["end_index"]] == inert(hostile)
    assert "<b>" not in said.content.replace(r"\<b>", "")


def test_what_is_not_sure_never_leads():
    answer = replace(ANSWER, citations=(), text="", reason=Reason.NOT_SURE, possible=(CITATION,))
    said = told(answer)
    assert said.content.index("Your articles don't say.") == 0
    assert said.content.index("Check it before you rely on it.") < said.content.index("“after dark”")


def test_a_response_that_fails_ends_with_a_sentence(client):
    events = list(client.responses.create(model="article-qa", input="crash", stream=True))
    assert events[-1].type == "response.failed"
    assert events[-1].response.error.message == "Something went wrong here; the server's log has the details."


def test_while_there_is_nothing_a_stream_says_so_and_clients_pass_over_it(client, assistant, monkeypatch):
    monkeypatch.setattr("qa.api.questions.NOTHING_SECONDS", 0.02)
    assistant.reader.go.clear()
    threading.Timer(0.3, assistant.reader.go.set).start()
    chunks = list(client.chat.completions.create(model="article-qa", messages=messages(QUESTION), stream=True))
    assert "Ann Lee" in "".join(each.choices[0].delta.content or "" for each in chunks)
    with client.responses.stream(model="article-qa", input=QUESTION) as stream:
        assert stream.get_final_response().output_text.startswith("“Ann Lee”")


def test_a_note_leads_and_what_is_missing_or_further_is_told():
    further = replace(CITATION, quote="noon", start=19, end=23, missing=("Bergen",))
    answer = replace(ANSWER, citations=(CITATION, further), note="Only articles since 2025.", possible=(CITATION,))
    said = told(answer)
    assert said.content.split("\n\n") == [
        "Only articles since 2025.",
        "“after dark” (A ferry is late, 12 May 2025)",
        "Also found:",
        "“noon” (A ferry is late, 12 May 2025) Not mentioned there: Bergen",
        "Less sure, to be checked:",
        "“after dark” (A ferry is late, 12 May 2025)",
    ]
    quotes = [said.content[each["start_index"] : each["end_index"]] for each in url_citations(said, lambda _: "")]
    assert quotes == ["after dark", "noon", "after dark"]


def test_only_the_last_responses_are_kept(monkeypatch):
    monkeypatch.setattr("qa.api.openai.kept.MOST_RESPONSES", 2)
    kept = KeptResponses()
    for number in range(3):
        kept.keep("ada", f"resp_{number}", [f"{number}?"])
    assert kept.questions("ada", "resp_2") == ["2?"]
    for who, gone in (("ada", "resp_0"), ("ben", "resp_2")):
        with pytest.raises(Problem, match="No response has this id"):
            kept.questions(who, gone)
