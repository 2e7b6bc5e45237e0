"""From articles to passages, and from passages to vectors, with the fingerprint of what made them."""
