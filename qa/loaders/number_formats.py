"""Numbers of a spreadsheet as they are shown: days, shares in per cent, money, decimals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

# The codes that need not be written down in a file (ECMA-376, part 1, 18.8.30), as far as they matter here.
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "d/m/y", 15: "d/m/y", 16: "d/m/y",
    17: "d/m/y", 18: "h:m", 19: "h:m", 20: "h:m", 21: "h:m", 22: "d/m/y h:m", 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 45: "h:m", 46: "h:m", 47: "h:m",
}  # fmt: skip
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_LOCALE = re.compile(r"\[[^\]]{0,60}\]")
_CURRENCY = re.compile(r'\[\$([^\]\-0-9]{1,4})[^\]]{0,60}\]|"?([£$€¥])"?')
_DAY, _HOUR = re.compile(r"[yd]|mmm", re.IGNORECASE), re.compile("[hs]", re.IGNORECASE)
_DECIMALS = re.compile(r"[0#?]\.([0#?]+)")
MOST_DIGITS = 30


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a cell shows its number. `code` is a format code's first section, as in `#,##0.00`; "" is General."""

    code: str = ""
    from_1904: bool = False

    def shown(self, value: str) -> str:
        """The number as text; days as 2025-05-12. What is no number stays as it is."""
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
            return value
        bare = _LITERAL.sub("", _LOCALE.sub("", self.code))
        if _DAY.search(bare) or _HOUR.search(bare):
            return self._moment(number, bare) or value
        return self._amount(number, bare)

    def _moment(self, number: Decimal, bare: str) -> str:
        """The day, the hour, or both; "" for a number that is none."""
        day, hour = bool(_DAY.search(bare)), bool(_HOUR.search(bare))
        if not (0 <= number < 1 if not day else 61 <= number < 2_958_466):  # up to 9999-12-31
            return ""
        start = datetime(1904, 1, 1) if self.from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - as written there
        moment = start + timedelta(seconds=round(float(number) * 86_400))
        return " ".join([f"{moment:%Y-%m-%d}"] * day + [f"{moment:%H:%M}"] * hour)

    def _amount(self, number: Decimal, bare: str) -> str:
        if "%" in bare:
            number *= 100
        if not any(sign in bare for sign in "0#?"):
            return f"{float(number):.15g}"  # as General; more digits are noise of binary fractions
        decimals = _DECIMALS.search(bare)
        places = Decimal(1).scaleb(-len(decimals.group(1)) if decimals else 0)
        number = number.quantize(places, rounding=ROUND_HALF_UP)
        text = f"{number:,f}" if "," in bare else f"{number:f}"
        money = _CURRENCY.search(self.code)
        sign = next(filter(None, money.groups()), "") if money else ""
        return f"{'-' if text.startswith('-') else ''}{sign}{text.lstrip('-')}{'%' if '%' in bare else ''}"


def formats_of_styles(root: Any, from_1904: bool) -> list[NumberFormat]:
    """The format of each style that a cell can name, from the styles of a workbook."""
    own = {each.get("numFmtId", ""): each.get("formatCode", "") for each in root.iterfind("{*}numFmts/{*}numFmt")}
    formats = []
    for style in root.iterfind("{*}cellXfs/{*}xf"):
        number = style.get("numFmtId", "0")
        code = own.get(number) or _BUILT_IN.get(int(number) if number.isdigit() else 0, "")
        formats.append(NumberFormat(code.partition(";")[0][:200], from_1904))
    return formats
