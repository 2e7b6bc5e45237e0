"""What a visitor is told when something goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from qa.errors import QAError
from qa.work.jobs import UNEXPECTED
from ui.render.html import escape

log = logging.getLogger(__name__)


def error_html(text: str) -> str:
    """A message that screen readers announce."""
    return f'<p class="error" role="alert">{escape(text)}</p>'


def errors_as_html(work: Callable[..., str]) -> Callable[..., str]:
    """Make a piece of the page; whatever goes wrong becomes a sentence in its place."""

    @wraps(work)
    def safely(*given: Any) -> str:
        try:
            return work(*given)
        except QAError as error:
            return error_html(str(error))
        except Exception:
            log.exception("a part of the page could not be made")
            return error_html(UNEXPECTED)

    return safely
