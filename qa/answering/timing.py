"""What a question says of time, brought to bear on passages: articles of the days asked for, or the newest. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qa.datatypes import Article, RetrievedPassage, Where
from qa.news.asked_dates import AskedDates, asked_range, timeless, wants_latest

TOLD_AFTER = timedelta(days=3)  # what happened on the last days of a period is told a little later
NEAR_ENOUGH = 0.5  # of the best passage's score, from which a newer passage is read for "the latest"


@dataclass(frozen=True, slots=True)
class Timing:
    """The days that a question asks for, if any, and whether it wants the newest answer."""

    period: AskedDates | None = None
    latest: bool = False

    @classmethod
    def of(cls, question: str, asked_on: date) -> Timing:
        """What a question says of time; "last week" counts from `asked_on`."""
        return cls(asked_range(question, asked_on), wants_latest(question))

    def __bool__(self) -> bool:
        return self.latest or self.period is not None

    def is_within(self, published: date) -> bool:
        """Whether an article of this day is of the days asked for, or told of them right after."""
        period = self.period
        if period is None:
            return True
        too_early = period.first is not None and published < period.first
        too_late = period.last is not None and published > period.last + TOLD_AFTER
        return not (too_early or too_late)

    def plain(self, question: str, article: Article) -> str:
        """The question as it is to be read for in this article: without the time that the article's own date says."""
        said = self.latest or (self.period is not None and article.published and self.is_within(article.published))
        return timeless(question, self.period) if said else question

    def where(self, given: Where | None) -> Where | None:
        """The filter for articles of the days asked for, within the `given` one; None if no days are."""
        if self.period is None:
            return None
        given = given or Where()
        first, last = self.period.first, self.period.last
        last = last + TOLD_AFTER if last else None
        return replace(
            given,
            published_from=max(filter(None, (given.published_from, first)), default=None),
            published_to=min(filter(None, (given.published_to, last)), default=None),
        )

    def features(self, article: Article, sentence: str, newest: Sequence[date]) -> dict[str, float]:
        """`period`: 1 for an article of the days asked for, -1 for one of others whose sentence does not name their
        year, else 0. `age`: for a question for the latest, the share of the dates of all articles, `newest` first,
        that are newer.
        """
        day = article.published
        return {"period": self._fits(day, sentence), "age": self._age(day, newest)}

    def _fits(self, day: date | None, sentence: str) -> float:
        if self.period is None or day is None:
            return 0.0
        if self.is_within(day):
            return 1.0
        years = {str(each.year) for each in (self.period.first, self.period.last) if each}
        return 0.0 if any(year in sentence for year in years) else -1.0

    def _age(self, day: date | None, newest: Sequence[date]) -> float:
        if not self.latest or len(newest) < 2:
            return 0.0
        if day is None:
            return 1.0
        return newest.index(day) / (len(newest) - 1)


ANY_TIME = Timing()


def to_read(
    passages: Sequence[RetrievedPassage],
    timing: Timing,
    within: Callable[[Where], Sequence[RetrievedPassage]],
    where: Where | None,
    count: int,
) -> list[RetrievedPassage]:
    """All passages, those first that are to be read: half by what the question says of time, half by their scores.

    `within` finds passages under a narrower filter.
    """
    wanted: list[RetrievedPassage] = []
    if narrower := timing.where(where):
        wanted += within(narrower)[: count // 2]
    if timing.latest and passages:
        near = [each for each in passages if each.score >= NEAR_ENOUGH * passages[0].score and each.article.published]
        wanted += sorted(near, key=_newest_first)[: count // 2]
    if not wanted:
        return list(passages)
    chosen = {each.passage.id: each for each in (*passages[: count - count // 2], *wanted)}
    rest = [each for each in passages if each.passage.id not in chosen]
    return [*chosen.values(), *rest]


def _newest_first(found: RetrievedPassage) -> tuple[int, float]:
    published = found.article.published
    return (-published.toordinal() if published else 0, -found.score)
