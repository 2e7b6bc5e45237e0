"""Questions that stay: asked again when articles come in, and told of only when a new one says something new.

    from qa import Assistant
    from qa.watchlist import Watchlist, look_again

    with Assistant.open("~/news") as assistant:
        watchlist = Watchlist.beside(assistant.library)
        watchlist.add(assistant.ask("How much will the tram cost?"), assistant.library)
        for news in look_again(watchlist, assistant.ask, assistant.library):
            print(news.answer.question, news.answer.text)

The second call in a row finds nothing: what is told once is known.
"""

from __future__ import annotations

from qa.watchlist.check import look_again
from qa.watchlist.store import News, WatchedQuestion, Watchlist

__all__ = ["News", "WatchedQuestion", "Watchlist", "look_again"]
