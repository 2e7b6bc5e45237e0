"""The API served by itself, without the page."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from qa.accounts.access import Access, ReadOnly
from qa.accounts.admission import Admission, Choices
from qa.accounts.audited import Audited
from qa.accounts.proxies import Forwarded
from qa.api.access import LocalAccess, check_binding
from qa.api.app import create_api
from qa.api.conversations import conversations_of
from qa.conversations.store import Conversations
from qa.errors import QAError
from qa.files import kept_secret
from qa.logs import log_as_json_unless_read_along
from qa.processes import end_by_signals

if TYPE_CHECKING:
    from qa.assistant import Assistant

STOP_SECONDS = 30  # that questions which are being read are given when the server is told to end


def secret_file(assistant: Assistant) -> Path:
    """Where the secret is kept that lets the local person in, to the page and to the API."""
    return Conversations.beside(assistant.library).path.with_name("chat.key")


def access_of(assistant: Assistant, *, anywhere: bool = False) -> Access:
    """Who is let in by the settings in force: the chosen token from anywhere, else the kept secret from here."""
    chosen = assistant.library.settings.api_token
    return LocalAccess(chosen, anywhere=True) if chosen else LocalAccess(kept_secret(secret_file(assistant)), anywhere)


def serve(assistant: Assistant, *, host: str, port: int, choices: Choices | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM; questions that are being read are answered first.

    Raises SettingError where others could reach what nobody has to sign in to.
    """
    admission = Admission.at(Conversations.beside(assistant.library).path, choices)
    anywhere = admission.choices.insecure_without_sign_in
    access = admission.access if admission.signs_in else access_of(assistant, anywhere=anywhere)
    check_binding(host, access)
    log_as_json_unless_read_along()
    threading.Thread(target=_warm_up, args=[assistant], daemon=True).start()
    where = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"The API is at http://{where}:{port}/v1 (Ctrl-C ends it). {_token_told(assistant, access)}\n")
    sys.stdout.flush()
    api = create_api(
        assistant,
        access=ReadOnly(access) if admission.read_only else access,
        kept_of=conversations_of(Conversations.beside(assistant.library), admission),
    )
    config = uvicorn.Config(
        Forwarded(Audited(api, admission.audit), admission.proxies),
        host=host,
        port=port,
        log_level=logging.WARNING,
        server_header=False,
        proxy_headers=False,  # `Forwarded` looks at them
        root_path=admission.proxies.root_path,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    end_by_signals()
    try:
        with suppress(KeyboardInterrupt):  # uvicorn has ended by then, and tells of the signal once more
            uvicorn.Server(config).run()
    finally:
        api.state.services.jobs.end(STOP_SECONDS)


def _token_told(assistant: Assistant, access: Access) -> str:
    if not isinstance(access, LocalAccess):
        return "Make tokens for it with: article-qa token add NAME"
    if assistant.library.settings.api_token:
        return "Its token is what ARTICLE_QA_API_TOKEN says."
    return f"Its token is in {secret_file(assistant)}: {access.token}"


def _warm_up(assistant: Assistant) -> None:
    with suppress(QAError):  # told of at the first question
        assistant.warm_up()
