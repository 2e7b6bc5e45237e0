"""The command of the shell that serves the API. `qa.cli.commands` makes it a command."""

from __future__ import annotations

from typing import Annotated

import typer

from qa.accounts.admission import Choices
from qa.accounts.proxies import Proxies
from qa.cli.options import (
    InsecureOption,
    LibraryOption,
    ReadOnlyOption,
    RootPathOption,
    TrustedProxyOption,
    UserHeaderOption,
    opened_assistant,
)
from qa.config import Settings


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; the default is reachable from here only.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    trusted_proxy: TrustedProxyOption = None,
    user_header: UserHeaderOption = "",
    root_path: RootPathOption = "",
    read_only: ReadOnlyOption = False,
    insecure: InsecureOption = False,
    library: LibraryOption = None,
) -> None:
    """Serve the HTTP API without the page.

    It runs until Ctrl-C. The description is at /v1/openapi.json; the token it asks for is printed.
    """
    choices = Choices(Proxies.of(trusted_proxy or (), user_header, root_path), read_only, insecure)
    with opened_assistant(library, Settings.resolve()) as assistant:
        from qa.api.serve import serve as serve_api

        serve_api(assistant, host=host, port=port, choices=choices)
