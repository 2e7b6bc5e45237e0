"""Answers in the forms of OpenAI's APIs, so that their clients can be used as they are. Nothing is generated."""
