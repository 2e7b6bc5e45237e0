"""The HTTP interface: questions, articles and checks as JSON, also in OpenAI's form and as MCP tools."""
