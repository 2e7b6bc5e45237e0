"""What made a library's passages and vectors: those of another encoder or chunking do not compare with them."""

from __future__ import annotations

import json

from embeddings.encoder import Encoder
from qa.config import Settings
from qa.errors import FingerprintMismatch, as_model_error
from qa.passages import chunking


def fingerprint(encoder: Encoder, settings: Settings) -> str:
    """The fingerprint of what this encoder and these settings make, as JSON with sorted keys. Raises ModelError."""
    with as_model_error():
        name = encoder.name
    return json.dumps(
        {
            "chunking": chunking.VERSION,
            "encoder": name,
            "overlap_words": settings.overlap_words,
            "passage_words": settings.passage_words,
        },
        sort_keys=True,
    )


def check(recorded: str | None, current: str, location: str) -> None:
    """Raise `FingerprintMismatch` that names every difference; a library that records nothing fits everything."""
    if recorded is None or recorded == current:
        return
    was, now = json.loads(recorded), json.loads(current)
    differences = [
        f"{key} was {was.get(key)!r} and is now {now.get(key)!r}"
        for key in sorted({*was, *now})
        if was.get(key) != now.get(key)
    ]
    raise FingerprintMismatch(
        f"The library at {location} was made with other settings: {'; '.join(differences)}. Use the former settings, "
        f"or make it anew with: article-qa rebuild --library '{location}'"
    )


def encoder_name(recorded: str | None) -> str | None:
    """The name of the encoder in a fingerprint; None where nothing is recorded."""
    return None if recorded is None else str(json.loads(recorded)["encoder"])
