"""Tags that people put on articles, in a small file beside the library, which no rebuild touches.

    article-qa/tags/1    sources: by source, the tags of the article that it holds

They belong to the sources of an article, not to its id: when a source has another text, that has the old one's tags.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from qa.datatypes import Where
from qa.errors import FormatError
from qa.files import held, write_atomically
from qa.loaders.article import one_line
from qa.storage.base import Sources

TAGS_FORMAT = "article-qa/tags/1"
LONGEST_TAG = 60  # characters
_NO_ARTICLE = "-"  # an id that none has: no ids at all would let every article through

Tags = dict[str, tuple[str, ...]]  # by source


class TagFile:
    """The tags of one library. All methods raise FormatError for a file that cannot be read."""

    def __init__(self, path: Path) -> None:
        """Keep them in the file `path`, made when it is first needed; its folder has to be there."""
        self._path = path

    def read(self) -> Tags:
        """The tags of each source that has any."""
        try:
            return _from_json(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, RecursionError) as error:
            raise FormatError(f"{self._path}: cannot be read ({error}). Delete it to begin anew.") from error

    def change(self, given: Mapping[str, Collection[str]], taken: Mapping[str, Collection[str]] | None = None) -> None:
        """Put tags on sources, and take tags off them. Raises LibraryBusy where another process is writing."""
        with held(self._path):
            tags = self.read()
            for source, names in given.items():
                tags[source] = (*tags.get(source, ()), *_new(tags.get(source, ()), map(tag_of, names)))
            for source, names in (taken or {}).items():
                gone = {tag_of(each).casefold() for each in names}
                tags[source] = tuple(each for each in tags.get(source, ()) if each.casefold() not in gone)
            kept = {source: names for source, names in sorted(tags.items()) if names}
            write_atomically(self._path, json.dumps({"format": TAGS_FORMAT, "sources": kept}).encode(), mode=0o600)


def tag_of(text: str) -> str:
    """A tag on one line. Raises FormatError for an empty or overlong one."""
    tag = one_line(text)
    if not tag or len(tag) > LONGEST_TAG:
        raise FormatError(f"{text[:80]!r} is no tag: a tag has 1 to {LONGEST_TAG} characters.")
    return tag


def _from_json(values: object) -> Tags:
    """The tags by source. Raises ValueError for anything else."""
    if not isinstance(values, dict) or values.get("format") != TAGS_FORMAT or not isinstance(values["sources"], dict):
        raise ValueError(f"it is not {TAGS_FORMAT}")
    found = values["sources"]
    if not all(isinstance(names, list) and all(isinstance(each, str) for each in names) for names in found.values()):
        raise ValueError("what it says of a source is no list of tags")
    return {source: tuple(names) for source, names in found.items()}


def _new(known: Collection[str], names: Iterable[str]) -> list[str]:
    """The names that are not known yet, in any case, each once."""
    found = {each.casefold(): each for each in reversed(list(names))}
    there = {each.casefold() for each in known}
    return [each for key, each in reversed(found.items()) if key not in there]


def tags_of_articles(tags: Tags, sources: Sources, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The tags of these articles, by id; those without any are left out."""
    found = {}
    for article_id, holders in sources.holders_of(ids).items():
        names = [tag for source in holders for tag in tags.get(source, ())]
        if names:
            found[article_id] = tuple(_new((), names))
    return found


def tag_counts(tags: Tags, sources: Sources) -> dict[str, int]:
    """Every tag that an article has, and how many have it, most first."""
    articles: dict[str, set[str]] = {}
    spelling: dict[str, str] = {}
    for source, record in sources.records(tags.keys()).items():
        for tag in tags[source]:
            articles.setdefault(spelling.setdefault(tag.casefold(), tag), set()).add(record.article_id)
    counts = Counter({tag: len(ids) for tag, ids in articles.items()})
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0].casefold())))


def without_tags(where: Where, tags: Tags, sources: Sources) -> Where:
    """The same filter with the ids of the articles that have one of its tags in place of the tags."""
    wanted = {each.casefold() for each in where.tags}
    tagged = [source for source, names in tags.items() if wanted & {each.casefold() for each in names}]
    ids = {record.article_id for record in sources.records(tagged).values()}
    among = ids.intersection(where.article_ids) if where.article_ids else ids
    return replace(where, tags=(), article_ids=tuple(sorted(among)) or (_NO_ARTICLE,))
