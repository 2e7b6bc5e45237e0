"""What one visitor has before him, and what waits or works in the background."""
