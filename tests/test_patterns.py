"""No regular expression of the project costs more than its text is long, whatever that text is.

Every one is run in the way in which it is called, over lines that are made of itself.
"""

import ast
import functools
import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from effort import cpu_seconds
from hostile_lines import hostile_units

import embeddings
import qa
import ui

CALLS = {"sub", "subn", "split", "findall", "finditer", "search", "match", "fullmatch"}
EVERYWHERE = CALLS - {"match", "fullmatch"}  # those that begin at every character
CHARACTERS = 4_000
SUSPICIOUS_SECONDS = 0.004
# Made of words that are escaped, or of a fixed list of them, where they are used.
MADE_WHEN_USED = {
    "qa.answering.definitions",
    "qa.answering.evidence",
    "qa.answering.units",
    "qa.evaluation.dataset",
    "qa.loaders.page_dates",
    "qa.news.speaker_names",
    "qa.questions.operators",
    "qa.questions.parts",
    "qa.storage.milvus.generations",
}


@functools.cache
def sources():
    """The modules of the project, each with its syntax tree."""
    found = [embeddings, qa, ui]
    for package in (qa, ui, embeddings):
        names = [each.name for each in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
        found += [importlib.import_module(name) for name in names if not name.endswith("__main__")]
    return {module: ast.parse(Path(module.__file__).read_text("utf-8")) for module in found}


def held(value):
    """The compiled patterns in a constant of a module."""
    value = getattr(value, "pattern", None) if type(value).__name__ == "Form" else value
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from held(list(value.values()))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from held(each)


def calls_of(name, tree):
    """How a pattern, or each one of several, is called by this name; as `finditer` where that is not plain."""
    names = {name}
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.comprehension)) and name in ast.unparse(node.iter):
            names |= {inner.id for inner in ast.walk(node.target) if isinstance(inner, ast.Name)}
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return {each.attr for each in attributes if ast.unparse(each.value) in names and each.attr in CALLS} or {"finditer"}


def patterns_at_hand(module, tree):
    """Patterns that are given as they are called: `re.sub("...", ...)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"re.{call}" for call in CALLS}:
            flags = [word.value for word in node.keywords if word.arg == "flags"]
            flags += [each for each in node.args[2:] if ast.unparse(each).startswith("re.")]
            try:
                written = eval(ast.unparse(node.args[0]), vars(module))
            except NameError:
                assert module.__name__ in MADE_WHEN_USED, f"{module.__name__}: {ast.unparse(node)}"
                continue
            yield re.compile(written, *(eval(ast.unparse(flag), vars(module)) for flag in flags)), node.func.attr


@functools.cache
def patterns():
    """Every pattern of the project with the ways in which it is called, by module."""
    found = {}
    for module, tree in sources().items():
        for name, value in vars(module).items():
            for pattern in held(value):
                found.setdefault(pattern, set()).update(calls_of(name, tree))
        for pattern, call in patterns_at_hand(module, tree):
            found.setdefault(pattern, set()).add(call)
    return found


def run(pattern, call, line):
    if call in EVERYWHERE:
        for _ in pattern.finditer(line):
            pass
    else:
        getattr(pattern, call)(line)


def line_of(unit, length, pattern):
    line = unit * max(length // len(unit), 1) + "\0\n\0"
    return line.encode() if isinstance(pattern.pattern, bytes) else line


def costly_lines(pattern, calls):
    """Units whose repetition costs more than its length, or much for a few characters, with how the pattern is called.

    More than its length: a line of four times the characters takes eight times the time or more.
    """
    for call in {"finditer" if call in EVERYWHERE else call for call in calls}:
        for unit in hostile_units(pattern):
            if any(
                cpu_seconds(run, pattern, call, line_of(unit, few, pattern), times=1) > 0.01 for few in (16, 24, 96)
            ):
                yield call, unit
                return
            quarter, whole = (line_of(unit, length, pattern) for length in (CHARACTERS // 4, CHARACTERS))
            if cpu_seconds(run, pattern, call, quarter, times=1) > SUSPICIOUS_SECONDS / 4 or (
                cpu_seconds(run, pattern, call, whole, times=1) > SUSPICIOUS_SECONDS
            ):
                once = cpu_seconds(run, pattern, call, quarter)
                if once > 0.1 or cpu_seconds(run, pattern, call, whole) > 8 * once:
                    yield call, unit


@pytest.mark.parametrize(
    ("written", "call"),
    [
        (r"a+$", "search"),
        (r"\s+x", "sub"),
        (r"(?:a+)+b", "match"),
        (r"\w*-\w*=", "finditer"),
        (r"<!--.*?-->", "split"),
        (r"\bsaid (?:\w+ ){0,}\bX", "search"),
        (r"(?:[A-Z][\w.]{0,30} ?){1,5}:", "match"),
    ],
)
def test_what_is_worse_than_linear_is_found(written, call):
    assert next(costly_lines(re.compile(written), {call}))


@pytest.mark.parametrize(
    ("written", "call"),
    [(r"a+", "search"), (r"(?<!\s)\s+x", "sub"), (r"[^<>]*>", "match"), (r"\w+$", "match"), (r"a*$", "fullmatch")],
)
def test_what_is_linear_is_not(written, call):
    assert list(costly_lines(re.compile(written), {call})) == []


def test_every_pattern_is_collected():
    written = {pattern.pattern for pattern in patterns()}
    assert r"</?[a-zA-Z][^<>]*>" in "".join(map(str, written))
    assert len(written) > 300


def test_patterns_are_compiled_once_where_a_test_can_see_them():
    """Within functions nothing is compiled but what is made when it is used, and the constants of two modules."""
    inside = set()
    for module, tree in sources().items():
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            if "re.compile(" in ast.unparse(function):
                inside.add(f"{module.__name__}.{function.name}")
    assert inside == {
        "qa.answering.definitions._patterns",
        "qa.news.asked_dates._compiled",
        "qa.news.forms._compiled",
        "qa.storage.milvus.generations.others",
    }


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: ascii(pattern.pattern)[:60])
def test_no_pattern_is_worse_than_linear(pattern):
    assert list(costly_lines(pattern, patterns()[pattern])) == []
