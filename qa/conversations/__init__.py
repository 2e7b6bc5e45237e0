"""What the chat keeps: conversations with their versions, and what was said about answers."""
