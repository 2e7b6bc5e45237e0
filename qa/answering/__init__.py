"""From a question to an answer: retrieve, read, build, verify."""
