"""Routes, uploads and who may come in."""
