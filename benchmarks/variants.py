"""Settings given on the command line of a benchmark, to be compared with those in force."""

from __future__ import annotations

from qa.config import PREFIX, Settings


def settings_of(text: str) -> Settings:
    """The settings in "SETTING=VALUE SETTING=VALUE", the others at their defaults."""
    given = dict(each.split("=", 1) for each in text.split())
    return Settings.resolve({f"{PREFIX}{name.upper()}": value for name, value in given.items()})
