"""Stems of terms in languages other than English, beside the English ones that every term has in the index."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

# Those of Snowball by ISO 639-1; languages without endings to cut, as Chinese, have none.
_SNOWBALL = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip


@lru_cache(maxsize=len(_SNOWBALL))
def _stemmer(language: str) -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(_SNOWBALL[language])).build()


def own_stems(terms: list[str], language: str | None) -> list[str]:
    """The stems of terms by the rules of a language, those that differ from their term; [] for English and others."""
    if language not in _SNOWBALL or not terms:
        return []
    stems = _stemmer(language).analyze(" ".join(terms))
    return [stem for term, stem in zip(terms, stems, strict=True) if stem != term]


def stems_of_any(terms: list[str], languages: Iterable[str]) -> list[str]:
    """The distinct stems of terms by the rules of each language."""
    found = (stem for language in sorted(languages) for stem in own_stems(terms, language))
    return list(dict.fromkeys(found))
