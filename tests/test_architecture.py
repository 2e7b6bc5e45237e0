"""The direction of imports, and how light `import qa` is."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import qa
import qa.errors
from qa.datatypes import Answer, Reason
from qa.serialization.answers import answer_to_dict

ROOT = Path(__file__).parent.parent
# What each package may import of the others; `qa.cli.commands` starts the chat: the one place that looks upwards.
ALLOWED = {"embeddings": set(), "qa": {"embeddings"}, "ui": {"qa"}}
EXCEPTIONS = {("qa/cli/commands.py", "ui")}
HEAVY = {
    "torch",
    "faiss",
    "gradio",
    "tantivy",
    "transformers",
    "sentence_transformers",
    "numpy",
    "trafilatura",
    "sklearn",
    "watchfiles",
    "pymilvus",
    "grpc",
    "fastapi",
    "uvicorn",
}


# The rooms, top to bottom. A module may import what stands below its own room, or beside it in the same one.
ROOMS = (
    ("qa.cli",),
    ("ui",),
    ("qa.api",),
    ("qa.backup", "qa.evaluation", "qa.batch", "qa.watchlist", "qa.guide"),
    ("qa.conversations", "qa.assistant"),
    ("qa.work",),
    ("qa.samples",),
    ("qa.library",),
    ("qa.quotecheck",),
    ("qa.answering", "qa.ingestion"),
    ("qa.news",),
    ("qa.storage", "qa.serialization"),
    ("qa.loaders", "qa.passages", "qa.questions"),
    ("qa.accounts",),
    (
        *("qa.config", "qa.machine", "qa.text", "qa.logistic", "qa.files", "qa.logs", "qa.processes", "qa.sqlite"),
        "qa.weights",
    ),
    ("qa.datatypes", "qa.errors"),
    ("embeddings",),
)
ENTRANCES = {"qa", "qa.__main__"}  # they hand on what is below, without being in a room


def dotted(path):
    name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    return name.removesuffix(".__init__")


FILES = {dotted(path): path for package in ALLOWED for path in (ROOT / package).rglob("*.py")}


def imports(source):
    """Every import, late and type-only ones too, of a module by its own name where it is one of ours."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in FILES else node.module for name in names)


def room_of(module):
    """Its floor from the top, and its name."""
    for floor, rooms in enumerate(ROOMS):
        for room in rooms:
            if module == room or module.startswith(f"{room}."):
                return floor, room
    raise AssertionError(f"{module} is in no room")


def runs_back(module, imported):
    """Whether an import leads up, or to another room of the same floor."""
    floor, room = room_of(module)
    other_floor, other_room = room_of(imported)
    return other_floor < floor or (other_floor == floor and room != other_room)


ARROWS = {
    (module, imported)
    for module, path in FILES.items()
    for imported in imports(path.read_text(encoding="utf-8"))
    if imported in FILES and imported != module
}


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_no_package_imports_one_above_it(package):
    found = {
        (path.relative_to(ROOT).as_posix(), name.partition(".")[0])
        for path in (ROOT / package).rglob("*.py")
        for name in imports(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 3
    ours = {(path, name) for path, name in found if name in {*ALLOWED, "seeds", "training", "benchmarks", "tests"}}
    wrong = {(path, name) for path, name in ours if name != package and name not in ALLOWED[package]}
    assert wrong - EXCEPTIONS == set()


def test_imports_run_down_from_room_to_room():
    assert len(ARROWS) > 500
    wrong = {arrow for arrow in ARROWS if not ENTRANCES & set(arrow) and runs_back(*arrow)}
    assert wrong == set()


def test_a_line_that_runs_back_up_would_be_seen():
    (late,) = imports("def f():\n    from qa import library\n")
    (type_only,) = imports("if TYPE_CHECKING:\n    from qa.assistant import Assistant\n")
    assert (late, type_only) == ("qa.library", "qa.assistant")
    assert runs_back("qa.storage.local.store", late)
    assert runs_back("qa.answering.builder", type_only)
    assert runs_back("qa.loaders.text", "qa.questions.followup")
    assert not runs_back("qa.library", "qa.loaders.text")
    assert not runs_back("qa.loaders.text", "qa.loaders.article")


def test_no_files_import_one_another_in_a_circle():
    """Files that nothing imports are taken away again and again: what is left goes round in circles."""
    left = {(module, imported) for module, imported in ARROWS if not ENTRANCES & {module, imported}}
    while True:
        imported = {each for _, each in left}
        ends = {module for module, _ in left} - imported
        if not ends:
            break
        left = {(module, each) for module, each in left if module not in ends}
    assert left == set()


def loaded_by(statement):
    code = f"import sys; {statement}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_importing_qa_loads_no_model_no_index_and_no_web_server():
    assert loaded_by("import qa") & HEAVY == set()


@pytest.mark.parametrize("command", [["list"], ["verify", "{saved}"], ["--help"], ["ask", "--help"]])
def test_what_asks_nothing_loads_no_model_no_index_and_no_news(command, tmp_path):
    saved = tmp_path / "saved.json"
    answer = Answer("Who?", "", 0.0, (), (), Reason.NO_ARTICLES)
    saved.write_text(json.dumps(answer_to_dict(answer)), encoding="utf-8")
    given = [each.format(saved=saved) for each in command]
    loaded = loaded_by(f"import contextlib, qa.cli\nwith contextlib.suppress(SystemExit): qa.cli.main({given})\n")
    assert "typer" in loaded
    assert loaded & (HEAVY | {"sentencex", "dateparser", "httpx", "lxml"}) == set()


def test_the_check_would_see_a_heavy_import():
    assert loaded_by("import qa, numpy") & HEAVY == {"numpy"}


def test_all_is_what_the_package_offers():
    assert all(getattr(qa, name) is not None for name in qa.__all__)
    assert dir(qa) == sorted(qa.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        qa.nonsense  # noqa: B018


def test_the_error_tree_is_drawn_whole():
    classes = [
        each for each in vars(qa.errors).values() if isinstance(each, type) and issubclass(each, qa.errors.QAError)
    ]
    assert len(classes) >= 9
    assert all(each.__name__ in qa.errors.__doc__ for each in classes)


def test_every_error_of_embeddings_becomes_one_of_ours():
    import embeddings.errors

    foreign = [
        each for each in vars(embeddings.errors).values() if isinstance(each, type) and issubclass(each, Exception)
    ]
    assert len(foreign) >= 4
    for each in foreign:
        with pytest.raises(qa.errors.ModelError, match="the remedy"), qa.errors.as_model_error():
            raise each("the remedy")


def test_no_error_of_ours_is_defined_outside_of_the_tree():
    """By name, so that modules need not be imported: whoever inherits from an error of the tree belongs into it."""
    tree = {name for name, each in vars(qa.errors).items() if isinstance(each, type) and issubclass(each, Exception)}
    elsewhere = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for package in ("qa", "ui")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "errors.py" or path.parent.name == "handlers"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and {ast.unparse(base).rpartition(".")[2] for base in node.bases} & tree
    ]
    assert elsewhere == []
