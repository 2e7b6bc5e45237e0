"""JSON, Markdown and links: the forms in which answers, conversations and filters travel."""
