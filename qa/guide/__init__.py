"""What a library can be asked about: its newest articles, its main names, and questions that it surely answers."""

from qa.guide.guide import Guide, keep_guide, kept_guide, make_guide, newest_articles

__all__ = ["Guide", "keep_guide", "kept_guide", "make_guide", "newest_articles"]
