"""Texts of one byte a character that name no encoding: told by the letters that each language has, or not told."""

from __future__ import annotations

import re

MOST_ACCENTED = 0.3  # of the bytes of a text in Latin letters; in others nearly all are beyond ASCII

_MARKS = frozenset("‘’‚“”„–—…•€£§°»«©®´¡¿\xa0")
# Signs whose bytes are letters in other encodings: they count only where no letter can stand.
_SIGNS = re.compile(
    r"(?<![^\W\d_])[½¼¾±×÷·¢¥†‡‰ªº](?![^\W\d_])|(?<=\d)[¹²³ªº](?![^\W_])|(?<=\b[mk]m)[²³](?!\w)|(?<=\d m)[²³](?!\w)|"
    r"(?<=\w)™(?!\w)|(?<=\d[.)] )[ªº]|µ(?=[mglsAVWF]\b)|(?<!\w)¶"
)
# What no text has: a capital behind a small letter, a sign of money or rights before a letter, an open quote behind it.
_MISSHAPEN = re.compile(
    r"[a-zß-öø-ÿąćčďęěğıłľńňőřśšşťůűźžżа-яё][A-ZÀ-ÖØ-ÞĄĆČĎĘĚĞİŁĽŃŇŐŘŚŠŞŤŮŰŹŽŻА-ЯЁ]|[£©®§](?=[^\W\d_])|"
    r"[^\W\d_][‘“„¡¿©€£](?=[^\w]|$)|(?<!\w)[’”](?=[^\W\d_])(?<!\s’)"
)
_WESTERN = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "àâçèéêëîïôùûüœæ",
        "äöüßé",
        "áéíóúñüç",
        "ãõáéíóúâêôçà",
        "àèéìíòóù",
        "åäöøæéü",
        "àâèéêëïîôóöüùûáí",
        "õäöü",
    )
)
_ALL_WESTERN = frozenset().union(*_WESTERN)
_CENTRAL = tuple(
    frozenset(letters + letters.upper())
    for letters in "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű čćđšž ăâîşţ äöüß".split()
)
_TURKISH = (frozenset("çğıöşüâîûÇĞİÖŞÜÂÎÛ"),)
_CYRILLIC = (
    frozenset(map(chr, [*range(0x410, 0x450), 0x401, 0x451])),
    frozenset(map(chr, [*range(0x410, 0x450), *map(ord, "ІіЇїЄєҐґ")])),
)
_MARKS_OF_RUSSIAN = _MARKS | {"№", "─"}
_LATIN = (("cp1250", _CENTRAL), ("iso8859-2", _CENTRAL), ("cp1254", _TURKISH), ("mac_roman", _WESTERN))
_MOSTLY = (("cp1251", _CYRILLIC), ("koi8-u", _CYRILLIC), ("iso8859-5", _CYRILLIC), ("cp866", _CYRILLIC))


def told_encoding(sample: bytes) -> str | None:
    """The encoding in which all letters are of one language and stand as letters do; "" where two would fit.

    `None` where no encoding of one byte a character that is known here fits.
    """
    if sum(byte > 0x7F for byte in sample) > MOST_ACCENTED * len(sample):
        # Hebrew and Arabic, which have no capitals, would be Cyrillic letters of one size.
        found = {text: each for text, each in _fitting(sample, _MOSTLY).items() if _has_both_sizes(text)}
        return next(iter(found.values())) if len(found) == 1 else None
    if _fits(text := _decoded(sample, "cp1252"), _WESTERN) and not _looks_hungarian(text):
        return "cp1252"
    found = _fitting(sample, _LATIN)
    if _fits(text, (_ALL_WESTERN,)) and not _looks_hungarian(text):
        found.setdefault(text, "cp1252")
    return next(iter(found.values())) if len(found) == 1 else "" if found else None


def _has_both_sizes(text: str) -> bool:
    return 0 < sum(map(str.isupper, text)) < sum(map(str.islower, text))


def _fitting(sample: bytes, candidates: tuple[tuple[str, tuple[frozenset[str], ...]], ...]) -> dict[str, str]:
    """The encodings that fit, by the texts that they give."""
    found: dict[str, str] = {}
    for encoding, alphabets in candidates:
        text = _decoded(sample, encoding)
        if _fits(text, alphabets):
            found.setdefault(text, encoding)
    return found


def _decoded(sample: bytes, encoding: str) -> str:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _fits(text: str, alphabets: tuple[frozenset[str], ...]) -> bool:
    if not text or _MISSHAPEN.search(text):
        return False
    high = {character for character in _SIGNS.sub("", text) if character > "\x7f"} - _MARKS_OF_RUSSIAN
    return any(high <= alphabet for alphabet in alphabets)


def _looks_hungarian(text: str) -> bool:
    """Whether õ or û stands beside ö or ü and without what else is in texts that have them in windows-1252."""
    letters = set(text.lower())
    return bool(letters & {"õ", "û"}) and bool(letters & {"ö", "ü"}) and not letters & set("äãçèêàôîë")
