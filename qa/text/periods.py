"""Days, months and years as people write them in ISO form: `2025-05-12`, `2025-05`, `2025`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta


def first_day(text: str) -> date:
    """The first day of `2025`, `2025-05` or `2025-05-12`. Raises ValueError."""
    return _days(text)[0]


def last_day(text: str) -> date:
    """The last day of `2025`, `2025-05` or `2025-05-12`. Raises ValueError."""
    return _days(text)[1]


def last_day_before(text: str) -> date:
    """The last day that counts as before: of `2025` or `2025-05` the day before it begins, of a day itself.

    The one rule for `before`, in a question and in a table of questions. Raises ValueError.
    """
    first, last = _days(text)
    return first if first == last else first - timedelta(days=1)


def _days(text: str) -> tuple[date, date]:
    given = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text.strip(), re.ASCII)
    try:
        year, month, day = (int(part or 0) for part in given.groups()) if given else (0, 0, 0)
        first, last_month = date(year, month or 1, day or 1), month or 12
        return first, date(year, last_month, day or monthrange(year, last_month)[1])
    except ValueError:
        raise ValueError(f"{text!r} is no date; write 2025-05-12, 2025-05 or 2025.") from None
