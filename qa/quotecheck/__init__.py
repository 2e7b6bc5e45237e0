"""Whether what a text has in quotation marks stands in the articles, word for word."""
