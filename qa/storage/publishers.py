"""Publishers: the names and websites that are one, so that a filter on any of them lets the same articles through.

Articles of one website carry its name (`Example News`), its address as a name (`www.example.com`), or only their own
addresses. They belong together where the website, with what is below it, carries that one name and no other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

UPLOADS = "Uploads"  # a source to choose: everything that came as a file that was sent to the page
_UPLOADED = "upload:"
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+", re.IGNORECASE)
_LONG = 4  # letters from which a word of a name is looked for in an address

Publishing = tuple[str | None, str | None, int]  # publisher, host, and the number of articles that have both


class Publishers:
    """The publishers of a library, made of every pair of a publisher and a host with its number of articles."""

    def __init__(self, pairs: Iterable[Publishing]) -> None:
        self._pairs = sorted(pairs, key=lambda pair: (-pair[2], pair[0] or "", pair[1] or ""))
        self._names: dict[bytes, str] = {}  # the commonest spelling of each name
        for site, _, _ in self._pairs:
            if site and not _is_host(site):
                self._names.setdefault(_folded(site), site)

    def spellings(self, source: str) -> tuple[str, ...]:
        """All that a filter on this source has to look for: the source itself, first, and what is one with it."""
        if source.casefold() == UPLOADS.casefold():
            return source, _UPLOADED
        name = self._names.get(_folded(source)) or self._name_of_host.get(_as_host(source))
        if name is None:
            return (source, f"www.{_as_host(source)}") if _is_host(source) else (source,)
        hosts = [each for host in self._hosts_of_name[name] for each in (host, f"www.{host}")]
        return tuple(dict.fromkeys((source, name, *hosts)))

    def counts(self) -> dict[str, int]:
        """Every publisher, or website where articles name none, with how many a filter on it lets through.

        The most come first. A website that is one with a publisher, or below such a one, is not listed besides.
        """
        labels = [*self._names.values(), *dict.fromkeys(host for host in self._hosts if not self._is_joined(host))]
        by_name: dict[bytes, list[str]] = defaultdict(list)
        by_host: dict[str, list[str]] = defaultdict(list)
        for label in labels:
            for spelling in self.spellings(label):
                by_name[_folded(spelling)].append(label)
                by_host[_as_host(spelling)].append(label)
        counts: Counter[str] = Counter()
        for site, host, count in self._pairs:
            found = {label for above in _and_above(host or "") for label in by_host.get(above, ())}
            found.update(by_name.get(_folded(site), ()) if site else ())
            counts.update(dict.fromkeys(found, count))
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def _hosts(self) -> dict[str, Counter[str]]:
        """By website, how many of its articles carry which name, those below it among them; "" is none."""
        hosts: dict[str, Counter[str]] = {own: Counter() for pair in self._pairs for own in _websites(*pair[:2])}
        for site, host, count in self._pairs:
            name = self._names.get(_folded(site or ""), "")
            for above in {each for own in _websites(site, host) for each in _and_above(own)} & hosts.keys():
                hosts[above][name] += count
        return hosts

    @cached_property
    def _hosts_of_name(self) -> dict[str, list[str]]:
        """By name the websites that are one with it."""
        only: dict[str, list[str]] = {name: [] for name in self._names.values()}
        for host, carried in self._hosts.items():
            names = [name for name in carried if name]
            if len(names) == 1:
                only[names[0]].append(host)
        return {name: [host for host in hosts if self._is_one(name, host, hosts)] for name, hosts in only.items()}

    def _is_one(self, name: str, host: str, hosts: Sequence[str]) -> bool:
        """A name that looks like the address; else one that stands at this website alone, for most of its articles."""
        carried = self._hosts[host]
        return _resemble(name, host) or (len(hosts) == 1 and carried[name] >= carried[""])

    @cached_property
    def _name_of_host(self) -> dict[str, str]:
        """A part of a publisher's website, as news.example.org, is asked for as that part alone."""
        return {
            host: name
            for name, hosts in self._hosts_of_name.items()
            for host in hosts
            if not any(above != host and above in hosts for above in _and_above(host))
        }

    def _is_joined(self, host: str) -> bool:
        return any(above in self._name_of_host for above in _and_above(host))


def _websites(site: str | None, host: str | None) -> set[str]:
    """The addresses of a website that an article names: its own, and one that stands for the publisher's name."""
    return {_as_host(host or ""), _as_host(site or "") if _is_host(site or "") else ""} - {""}


def _resemble(name: str, host: str) -> bool:
    """Whether a publisher's name and an address share a word: `The Guardian` and `theguardian.com`."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    whole, labels = "".join(words), [label.replace("-", "") for label in host.split(".")[:-1]]
    return any(
        (len(label) >= _LONG - 1 and label in whole) or any(len(word) >= _LONG and word in label for word in words)
        for label in labels
    )


def _is_host(name: str) -> bool:
    return _HOST.fullmatch(name) is not None


def _as_host(name: str) -> str:
    return name.lower().removeprefix("www.")


def _folded(name: str) -> bytes:
    """What two spellings of a publisher have in common for SQLite, which knows the case of ASCII letters only."""
    return name.encode("utf-8", "surrogatepass").lower()


def _and_above(host: str) -> Iterator[str]:
    """`news.bbc.co.uk`, `bbc.co.uk`, `co.uk`, `uk`; without a leading `www`."""
    host = _as_host(host)
    while host:
        yield host
        _, _, host = host.partition(".")
