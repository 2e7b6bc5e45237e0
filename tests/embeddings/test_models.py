"""From a model's name to its folder, without a network wherever that is possible."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from embeddings.errors import ModelNotFound
from embeddings.models import DEFAULT_MODEL, model_identity, quiet_loading, resolve_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def write_model(folder: Path, weights: bytes = b"weights") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty local cache of the hub, which itself is out of reach."""
    cache = tmp_path / "hub"
    cache.mkdir()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return cache


def write_snapshot(cache: Path, repository: str) -> Path:
    repo = cache / ("models--" + repository.replace("/", "--"))
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(COMMIT)
    return write_model(repo / "snapshots" / COMMIT)


@pytest.mark.parametrize("name", [DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"])
def test_the_packaged_model(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path / DEFAULT_MODEL)
    monkeypatch.chdir(tmp_path)  # a folder of the same name does not stand before it
    folder = resolve_model(name)
    assert (folder / "model.safetensors").stat().st_size > 90_000_000
    assert model_identity(name) == DEFAULT_MODEL


@pytest.mark.models
def test_the_packaged_weights_are_the_official_ones() -> None:
    with (resolve_model(DEFAULT_MODEL) / "model.safetensors").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    assert digest == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_model(tmp_path / "mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert resolve_model(str(folder)) == folder
    assert resolve_model("~/mine") == folder
    assert resolve_model("mine").resolve() == folder


@pytest.mark.parametrize("name", ["./nothing", "/nowhere/at/all", "~/nothing", "a/b/c", "C:\\models"])
def test_a_path_that_is_none_asks_nobody(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *a, **k: pytest.fail("asked the hub"))
    with pytest.raises(ModelNotFound, match=r"no such folder\. Give the folder"):
        resolve_model(name)


@pytest.mark.parametrize("left_out", ["config.json", "model.safetensors"])
def test_a_folder_without_a_model_says_what_is_missing(tmp_path: Path, left_out: str) -> None:
    folder = write_model(tmp_path / "mine")
    (folder / left_out).unlink()
    (folder / "pytorch_model.bin").write_bytes(b"could run code")
    with pytest.raises(ModelNotFound, match="safetensors"):
        resolve_model(str(folder))


@pytest.mark.parametrize(
    ("name", "repository"),
    [("someone/model", "someone/model"), ("paraphrase", "sentence-transformers/paraphrase"), ("bert", "bert")],
)
def test_the_local_cache(hub_cache: Path, name: str, repository: str) -> None:
    snapshot = write_snapshot(hub_cache, repository)
    assert resolve_model(name) == snapshot
    assert model_identity(name) == f"{name}@{COMMIT[:12]}"


def test_a_cache_with_half_a_model_counts_as_none(hub_cache: Path) -> None:
    (write_snapshot(hub_cache, "someone/model") / "model.safetensors").unlink()
    with pytest.raises(ModelNotFound, match="someone/model"):
        resolve_model("someone/model")


def test_the_hub_comes_last(hub_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = write_model(tmp_path / "fetched")
    asked: list[tuple[str, bool]] = []

    def snapshot_download(repository: str, *, local_files_only: bool = False, **options: list[str]) -> str:
        from huggingface_hub.errors import LocalEntryNotFoundError

        asked.append((repository, local_files_only))
        if local_files_only:
            raise LocalEntryNotFoundError("not here")
        assert "*.bin" not in options["allow_patterns"]
        return str(fetched)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    assert resolve_model("someone/model") == fetched
    assert asked == [("someone/model", True), ("someone/model", False)]


@pytest.mark.parametrize("name", ["someone/unknown", "unknown", "not a name", "", "a--b/..", "\x00"])
def test_nothing_found_names_the_model_and_the_remedy(hub_cache: Path, name: str) -> None:
    with pytest.raises(ModelNotFound, match=r"[Gg]ive (a|the) folder") as caught:
        resolve_model(name)
    assert repr(name) in str(caught.value)


def test_the_identity_of_a_folder_follows_its_weights(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "mine")
    before = model_identity(str(folder))
    assert before.startswith("mine@")
    assert model_identity(str(folder)) == before
    moved = tmp_path / "elsewhere" / "mine"
    shutil.copytree(folder, moved)
    assert model_identity(str(moved)) == before
    (folder / "model.safetensors").write_bytes(b"weightz")
    changed = model_identity(str(folder))
    assert changed != before
    (folder / "README.md").write_text("says nothing about vectors")
    assert model_identity(str(folder)) == changed


def test_quiet_loading_gives_back_what_it_took() -> None:
    from transformers.utils import logging

    logging.enable_progress_bar()
    logging.set_verbosity_info()
    try:
        with quiet_loading():
            assert not logging.is_progress_bar_enabled()
            assert logging.get_verbosity() == logging.ERROR
        assert logging.is_progress_bar_enabled()
        assert logging.get_verbosity() == logging.INFO
    finally:
        logging.set_verbosity_warning()
