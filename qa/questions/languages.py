"""Whether a question is in another language than English, by its letters or its small words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from qa.text.tokenization import FUNCTION_WORDS

_LEAST = 2  # small words of a language that tell it


@dataclass(frozen=True, slots=True)
class Language:
    """Its name for people, and its ISO 639-1 codes; of a script, those of the languages that are written in it."""

    name: str
    codes: frozenset[str]


_SCRIPTS = tuple(
    (re.compile(f"[{letters}]"), Language(name, frozenset(codes.split())))
    for letters, name, codes in (
        ("\u3040-\u30ff", "Japanese", "ja"),
        ("\uac00-\ud7af", "Korean", "ko"),
        ("\u4e00-\u9fff", "Chinese or Japanese", "zh ja"),
        ("\u0400-\u04ff", "a language in Cyrillic letters", "ru uk bg sr mk be kk mn"),
        ("\u0600-\u06ff", "a language in Arabic letters", "ar fa ur"),
        ("\u0590-\u05ff", "Hebrew", "he"),
        ("\u0370-\u03ff", "Greek", "el"),
        ("\u0900-\u097f", "Hindi or a language in its letters", "hi mr ne"),
        ("\u0e00-\u0e7f", "Thai", "th"),
    )
)
_SMALL_WORDS = {
    Language("German", frozenset({"de"})): (
        "wer wen wem wessen wie wo wann warum welche welcher welches wieviele viele der das den dem des ein "
        "eine einen einem ist sind war waren wird werden wurde wurden hat haben hatte im am zum zur von vom "
        "mit für und oder nicht auf aus bei nach über unter"
    ),
    Language("French", frozenset({"fr"})): (
        "qui que quoi quel quelle quels quelles quand où comment pourquoi combien est sont était étaient sera "
        "le la les un une des du de au aux et ou dans sur pour avec par ne pas ce cette ces il elle t-il "
        "t-elle a-t-il y"
    ),
    Language("Spanish", frozenset({"es"})): (
        "quién quiénes qué cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas por es son era fue "
        "fueron será el la los las un una de del al y o en con para su sus ha han"
    ),
    Language("Italian", frozenset({"it"})): (
        "chi che cosa quale quali quando dove come perché quanto quanta quanti quante è sono era fu sarà il "
        "lo la gli le un una di del della dei delle al alla nel nella e o con per ha hanno"
    ),
    Language("Portuguese", frozenset({"pt"})): (
        "quem que qual quais quando onde como porquê quanto quantos quantas é são era foi foram será o os um "
        "uma do da dos das ao em na nos nas e ou com para por"
    ),
    Language("Dutch", frozenset({"nl"})): (
        "wie wat welke welk wanneer waar waarom hoe hoeveel is zijn waren wordt werd de het een van voor met "
        "naar bij en niet op uit heeft hebben"
    ),
    Language("Polish", frozenset({"pl"})): (
        "kto kogo co jaki jaka jakie który która które kiedy gdzie jak dlaczego ile jest są był była było "
        "były będzie w we na z ze do od dla i oraz nie czy o"
    ),
    Language("Danish, Norwegian or Swedish", frozenset({"da", "no", "nb", "nn", "sv"})): (
        "hvem hvad hva hvilken hvilke når hvor hvordan hvorfor hvornår mange er var blev ble den det de en et "
        "og eller i på til fra med av af for som ikke vem vad vilken vilka när var hur varför många är och "
        "att inte ett"
    ),
}


@cache
def _words(language: Language) -> frozenset[str]:
    return frozenset(_SMALL_WORDS[language].split()) - FUNCTION_WORDS


def foreign_language(question: str) -> Language | None:
    """The language of a question that is plainly not English: most of its letters are of another script, or it has
    small words of that language, at least two and more than of English.
    """
    if "¿" in question or "¡" in question:
        return next(each for each in _SMALL_WORDS if "es" in each.codes)
    letters = [letter for letter in question if letter.isalpha()]
    for script, language in _SCRIPTS:
        if 2 * sum(bool(script.match(letter)) for letter in letters) > len(letters):
            return language
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", question.casefold())
    english = sum(word in FUNCTION_WORDS for word in words)
    best = max(_SMALL_WORDS, key=lambda each: sum(word in _words(each) for word in words))
    count = sum(word in _words(best) for word in words)
    return best if count >= _LEAST and count > english else None
