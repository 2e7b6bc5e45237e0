"""The direction of imports, and how light `import qa` is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import qa
import qa.errors

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
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_no_package_imports_one_above_it(package):
    found = {
        (path.relative_to(ROOT).as_posix(), name.partition(".")[0])
        for path in (ROOT / package).rglob("*.py")
        for name in imports(path)
    }
    assert len(found) > 3
    ours = {(path, name) for path, name in found if name in {*ALLOWED, "seeds", "training", "benchmarks", "tests"}}
    wrong = {(path, name) for path, name in ours if name != package and name not in ALLOWED[package]}
    assert wrong - EXCEPTIONS == set()


def loaded_by(statement):
    code = f"import sys; {statement}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_importing_qa_loads_no_model_no_index_and_no_web_server():
    assert loaded_by("import qa") & HEAVY == set()


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
