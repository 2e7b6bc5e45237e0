"""Sample articles, so that there is something to ask right after installation."""
