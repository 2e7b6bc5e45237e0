"""Lines that are as costly as can be for one regular expression, made of the expression itself."""

import re
from itertools import product
from re import _constants as codes
from re import _parser

LETTERS = {
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_DIGIT: "1",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_WORD: ".",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_SPACE: "a",
}
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
AS_FEW_CHARACTERS = 6


def hostile_units(pattern):
    """Short texts whose repetition is costly for `pattern`: its characters, pairs of them, and its beginnings."""
    tree = _parser.parse(pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1"))
    letters = list(dict.fromkeys([*_letters(tree), "a", " "]))
    few = sorted(letters, key=lambda letter: letter.isalnum())[:AS_FEW_CHARACTERS]
    few += ["a", "A", "1", " "]
    pairs = ["".join(pair) for pair in product(dict.fromkeys(few), repeat=2)]
    return [unit for unit in dict.fromkeys([*letters, *pairs, *_beginnings(tree)]) if unit]


def _letters(tree):
    """One character for each place of a pattern, in order."""
    for code, given in tree:
        if code is codes.LITERAL:
            yield chr(given)
        elif code is codes.NOT_LITERAL or code is codes.ANY:
            yield "a"
        elif code is codes.IN:
            yield _one_of(given)
        else:
            for inner in _inner(code, given):
                yield from _letters(inner)


def _inner(code, given):
    """The patterns within one element of a pattern; of alternatives all."""
    if code in REPEATS:
        return [given[2]]
    if code is codes.SUBPATTERN:
        return [given[3]]
    if code is codes.BRANCH:
        return given[1]
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [given[1]]
    if code is codes.ATOMIC_GROUP:
        return [given]
    return []


def _one_of(members):
    """A character of a set."""
    if members[0][0] is codes.NEGATE:
        expression = InSet(members[1:])
        return next((letter for letter in "a. 1-\n\x01é€" if letter not in expression), "")
    code, given = members[0]
    return LETTERS[given] if code is codes.CATEGORY else chr(given if code is codes.LITERAL else given[0])


class InSet:
    """The members of a set of characters."""

    def __init__(self, members):
        self.members = members

    def __contains__(self, letter):
        return any(self._has(code, given, letter) for code, given in self.members)

    def _has(self, code, given, letter):
        if code is codes.LITERAL:
            return ord(letter) == given
        if code is codes.RANGE:
            return given[0] <= ord(letter) <= given[1]
        if code is codes.CATEGORY:
            name = {"WORD": r"\w", "DIGIT": r"\d", "SPACE": r"\s"}[str(given).rpartition("_")[2]]
            return bool(re.match(name, letter)) != ("NOT" in str(given))
        return False


def _beginnings(tree):
    """What the pattern matches up to each of its elements, nested ones too, the longest last."""
    found, before = [], ""
    for code, given in tree:
        if code is codes.ASSERT or code is codes.ASSERT_NOT or code is codes.AT:
            continue
        if code is codes.BRANCH:
            ends = [_beginnings(branch) for branch in given[1]]
            found += [before + end for branch in ends for end in branch[:-1]]
            whole = [branch[-1] for branch in ends if branch]
            found += [before + end for end in whole]
            before += whole[0] if whole else ""
            continue
        inner = _inner(code, given)
        ends = _beginnings(inner[0]) if inner else list(_letters([(code, given)]))
        if code in REPEATS and ends:
            ends[-1] = ends[-1] * max(given[0], 1)
        found += [before + end for end in ends]
        before += ends[-1] if ends else ""
    return [*found, before] if found and found[-1] != before else found
