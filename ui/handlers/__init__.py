"""What happens when a visitor does something: Gradio free functions over the session."""
