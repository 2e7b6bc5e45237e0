"""The trained files that ship with the project."""

from pathlib import Path

WEIGHTS = Path(__file__).parent
