"""What OpenAI's clients send, as far as it counts here; whatever else they send is passed over."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from qa.api.bodies import AskOptions
from qa.api.openai.told import MODEL, as_text
from qa.api.problems import Problem
from qa.api.questions import Asked

MOST_MESSAGES = 500


class OpenAIBody(BaseModel):
    """A request of a client that knows nothing of articles, unless it sends `article_qa`."""

    model_config = ConfigDict(extra="ignore")

    model: str = MODEL
    stream: bool | None = False
    article_qa: AskOptions | None = Field(None, description="Filters and settings, as of /v1/ask.")

    def asked_after(self, questions: list[str]) -> Asked:
        """The last of these questions, asked after the others. Raises Problem where there is none, or no such model."""
        if self.model != MODEL:
            raise Problem(404, "model-not-found", f"The one model here is {MODEL}.")
        if not questions:
            raise Problem(422, "question", "There is no message of a user with a text in it.")
        *earlier, last = questions
        return (self.article_qa or AskOptions.model_validate({})).asked(last, earlier)


class Message(BaseModel):
    """A message of a conversation."""

    model_config = ConfigDict(extra="ignore")

    role: str = "user"
    content: Any = None


Messages = Annotated[list[Message], Field(max_length=MOST_MESSAGES)]


class ChatBody(OpenAIBody):
    """A chat completion: the last message of the user is the question, the earlier ones are the conversation."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [{"model": MODEL, "messages": [{"role": "user", "content": "Who signed the treaty?"}]}]
        },
    )

    messages: Messages
    stream_options: dict[str, Any] | None = None

    @property
    def asked(self) -> Asked:
        """The question. Raises Problem."""
        return self.asked_after(questions_of(self.messages))

    @property
    def wants_usage(self) -> bool:
        """Whether a stream ends with its usage."""
        return bool((self.stream_options or {}).get("include_usage"))


class ResponsesBody(OpenAIBody):
    """A response: like a chat completion, and one that goes on from a response that was given here."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"examples": [{"model": MODEL, "input": "Who signed the treaty?"}]}
    )

    input: str | Messages
    previous_response_id: Annotated[str, Field(max_length=100)] | None = None

    @property
    def questions(self) -> list[str]:
        """The questions of the user, oldest first."""
        return [self.input] if isinstance(self.input, str) else questions_of(self.input)


def questions_of(messages: list[Message]) -> list[str]:
    """What the user said, without messages that have no text."""
    said = (as_text(each.content).strip() for each in messages if each.role == "user")
    return [each for each in said if each]
