"""How things look: pure functions from values to HTML."""
