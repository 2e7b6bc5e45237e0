"""Many questions at once: a table of questions in, a table of answers out."""

from __future__ import annotations

from qa.batch.answers import BatchAnswer
from qa.batch.questions import BatchQuestion, read_questions
from qa.batch.run import answer_batch, answer_file

__all__ = ["BatchAnswer", "BatchQuestion", "answer_batch", "answer_file", "read_questions"]
