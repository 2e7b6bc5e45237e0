"""The boundary behind which bad content is a report and never an exception."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from qa.datatypes import Article, Failure
from qa.errors import Cancelled, LoadError

logger = logging.getLogger(__name__)


def as_failures(articles: Iterator[Article | Failure], source: str) -> Iterator[Article | Failure]:
    """`articles`, and a Failure in place of whatever stops them before their end."""
    try:
        yield from articles
    except LoadError as error:
        yield Failure(error.source, error.reason, error.remedy)
    except (ImportError, Cancelled):
        raise
    except MemoryError:
        yield Failure(
            source,
            "Reading it takes more memory than there is for one file.",
            "If it can be trusted, split it, or raise the setting read_memory_mb.",
        )
    except Exception:  # hostile bytes make third-party parsers fail in every way there is
        logger.debug("cannot read %s", source, exc_info=True)
        yield Failure(
            source,
            "It is damaged, or not what its name says.",
            "Open it in the program it comes from, and save or download it again.",
        )
