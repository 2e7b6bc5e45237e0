"""What `embeddings` raises:

EmbeddingsError
├── ModelNotFound      no local folder, wheel or cache holds the model
├── ModelUnusable      the folder is there, but it is damaged or holds another kind of model
└── VectorIndexError   vectors of the wrong shape or type
"""

from __future__ import annotations


class EmbeddingsError(Exception):
    """The base of all errors of this package."""


class ModelNotFound(EmbeddingsError):
    """No local folder, wheel or cache holds the model."""


class ModelUnusable(EmbeddingsError):
    """The model's folder is damaged or holds another kind of model."""


class VectorIndexError(EmbeddingsError, ValueError):
    """Vectors of the wrong shape or type."""
