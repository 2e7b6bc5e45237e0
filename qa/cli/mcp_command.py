"""The command of the shell that speaks MCP. `qa.cli.commands` makes it a command."""

from __future__ import annotations

from importlib.util import find_spec

from qa.cli.options import LibraryOption, opened_assistant
from qa.config import Settings
from qa.errors import SettingError


def mcp(library: LibraryOption = None) -> None:
    """Let an assistant search, read, ask and verify (MCP, stdio).

    It is for the configuration of a program that starts it; `article-qa serve` has the same at /mcp.
    """
    if not find_spec("mcp"):
        raise SettingError("MCP needs a package that is not installed: pip install 'article-qa[mcp]'")
    with opened_assistant(library, Settings.resolve()) as assistant:
        from qa.api.mcp_server import mcp_server
        from qa.api.services import Services

        mcp_server(Services.over(assistant, has_page=True)).run("stdio")
