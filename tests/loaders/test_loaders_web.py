"""Fetching and feeds, against servers on this machine; what is refused never gets a connection."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders import Document, fetch, parse, politeness, web
from qa.loaders.document import Version
from qa.loaders.feeds import Entries
from qa.loaders.web import is_public

TEXT = "The ferry to the outer islands will run twice a day from Monday, the harbour office said."
PAGE = f"""<html><head><meta property='og:type' content='article'><title>Ferry returns</title></head><body>
<article><p>{TEXT}</p><p>It had been away since the spring of that year.</p></article></body></html>"""
LOCAL = Settings(url_private=True, url_timeout=5)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


class Site(BaseHTTPRequestHandler):
    """Answers by path; `/to/<url>` redirects there."""

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif self.path.startswith("/code/"):
            self.send_error(int(self.path.removeprefix("/code/")))
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(50):
                if self.server.closing.wait(0.1):  # type: ignore[attr-defined]
                    return
                self.wfile.write(b"x")
                self.wfile.flush()
        elif self.path == "/part":
            self.send_response(206)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.encode())
        elif self.path == "/silent":
            self.server.closing.wait(5)  # type: ignore[attr-defined]
        elif self.path == "/drip":
            for _ in range(20):
                if self.server.closing.wait(0.1):  # type: ignore[attr-defined]
                    return
                self.wfile.write(b"H")
                self.wfile.flush()
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"short")
        else:
            self.answer()

    def answer(self) -> None:
        kinds = {"/image": "image/png", "/video": "video/mp4", "/script": "text/javascript", "/zip": "application/zip"}
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", kinds.get(self.path, "text/html; charset=utf-8"))
        if self.path == "/bomb":
            body = gzip.compress(bytes(3_000_000))
            self.send_header("Content-Encoding", "gzip")
        if self.path.startswith("/packed/"):
            packing = self.path.removeprefix("/packed/")
            for each in packing.split(","):
                body = {"gzip": gzip.compress, "deflate": zlib.compress, "raw": raw_deflate}.get(each, bytes)(body)
            self.send_header("Content-Encoding", packing.replace("raw", "deflate"))
        if self.path == "/large":
            self.send_header("Content-Length", "3000000")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.seen, server.closing = [], threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.closing.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def at(site: ThreadingHTTPServer, path: str) -> str:
    return f"http://127.0.0.1:{site.server_port}{path}"


def refusal(url: str, settings: Settings = LOCAL) -> LoadError:
    with pytest.raises(LoadError) as caught:
        fetch(url, settings)
    assert caught.value.source == url
    assert caught.value.reason.endswith(".")
    assert caught.value.remedy.endswith(".")
    return caught.value


def test_a_page_is_fetched_and_read(site: ThreadingHTTPServer) -> None:
    document = fetch(at(site, "/ferry"), LOCAL)
    assert (document.data, document.media_type) == (PAGE.encode(), "text/html; charset=utf-8")
    assert document.url == at(site, "/ferry")
    (article,) = parse(document, LOCAL)
    assert isinstance(article, Article)
    assert (article.title, article.source, article.url) == ("Ferry returns", at(site, "/ferry"), at(site, "/ferry"))
    headers = site.seen[0][1]  # type: ignore[attr-defined]
    assert headers["User-Agent"].startswith("article-qa/")
    assert headers["Host"] == f"127.0.0.1:{site.server_port}"
    assert "Cookie" not in headers


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw"])
def test_a_packed_page_is_unpacked(site: ThreadingHTTPServer, packing: str) -> None:
    assert fetch(at(site, f"/packed/{packing}"), LOCAL).data == PAGE.encode()


@pytest.mark.parametrize("packing", ["gzip,gzip", "br", "zstd", "gzip,br"])
def test_what_is_packed_twice_or_in_a_way_that_nobody_asked_for_is_refused(
    site: ThreadingHTTPServer, packing: str
) -> None:
    assert f"packed as {packing}, which was not asked for" in refusal(at(site, f"/packed/{packing}")).reason


def test_a_part_of_a_page_is_no_page(site: ThreadingHTTPServer) -> None:
    assert "the code 206" in refusal(at(site, "/part")).reason


def test_a_redirect_is_followed_and_remembered(site: ThreadingHTTPServer) -> None:
    document = fetch(at(site, "/to//to//ferry"), LOCAL)
    assert (document.origin, document.url) == (at(site, "/to//to//ferry"), at(site, "/ferry"))


def test_redirects_end(site: ThreadingHTTPServer) -> None:
    circle = at(site, "/to/" + at(site, "/to//ferry"))
    assert "redirects more than 1 times" in refusal(circle, Settings(url_private=True, url_redirects=1)).reason


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1",
        "fec0::1", "192.0.0.192", "192.88.99.1", "198.18.0.1", "2001::1", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_addresses_of_the_own_network(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_internet(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_private_addresses_are_refused_however_they_are_written(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it connected"))
    assert refusal(f"http://{host}:9/", Settings()).reason.endswith((
        "which is inside your own network or computer.", "or no connection.", "not a valid web address."
    ))  # fmt: skip


def test_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(web.socket, "getaddrinfo", lambda *_, **__: answers)
    assert "inside your own network" in refusal("http://news.example/", Settings()).reason


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/", "http://127.0.0.2/"]
)
def test_a_redirect_into_the_own_network_is_refused(
    site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    allowed = is_public
    monkeypatch.setattr(web, "is_public", lambda address: str(address) == "127.0.0.1" or allowed(address))
    reason = refusal(at(site, f"/to/{target}"), Settings(url_timeout=5)).reason
    assert "inside your own network" in reason


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://x.org/a", "javascript:alert(1)", "http://u:p@x.org/"])
def test_a_redirect_off_the_web_is_refused(site: ThreadingHTTPServer, target: str) -> None:
    assert refusal(at(site, f"/to/{target}")).reason


def test_the_checked_address_is_the_one_connected_to(
    site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that changes its answer between check and connection changes nothing."""
    answers = iter(["127.0.0.1", "10.0.0.1", "10.0.0.1"])
    resolve = socket.getaddrinfo

    def rebinding(host: str, *rest: object, **options: object) -> object:
        return resolve(next(answers) if host == "news.example" else host, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(web.socket, "getaddrinfo", rebinding)
    document = fetch(f"http://news.example:{site.server_port}/ferry", LOCAL)
    assert document.data == PAGE.encode()
    assert site.seen[0][1]["Host"] == f"news.example:{site.server_port}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/code/404", "The site answered with the code 404 (Not Found)."),
        ("/code/403", "The site answered with the code 403 (Forbidden)."),
        ("/code/503", "The site answered with the code 503 (Service Unavailable)."),
        ("/image", "It answers with image/png, which is no article."),
        ("/video", "It answers with video/mp4, which is no article."),
        ("/script", "It answers with text/javascript, which is no article."),
        ("/zip", "It answers with application/zip, which is no article."),
        ("/cut", "The connection failed or broke off."),
    ],
)
def test_answers_that_are_no_article(site: ThreadingHTTPServer, path: str, reason: str) -> None:
    assert refusal(at(site, path)).reason == reason


@pytest.mark.parametrize("path", ["/large", "/bomb"])
def test_a_large_answer_is_refused(site: ThreadingHTTPServer, path: str) -> None:
    assert refusal(at(site, path), Settings(url_private=True, max_file_mb=1)).reason == (
        "It is larger than the limit of 1 MB."
    )


@pytest.mark.parametrize("path", ["/slow", "/silent", "/drip"])
def test_the_deadline_holds_for_the_whole_download(site: ThreadingHTTPServer, path: str) -> None:
    reason = refusal(at(site, path), Settings(url_private=True, url_timeout=0.4)).reason
    assert reason == "It did not answer completely within 0.4 seconds."


def test_nobody_listens_and_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refusal(f"http://127.0.0.1:{port}/").reason == "The server refuses the connection."

    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(web.socket, "getaddrinfo", unknown)
    assert refusal("http://news.example/").reason == "There is no server named news.example, or no connection."


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://", "It leads to an address that is not on the web (http)."),
        ("http://x.org:port/", "This is not a valid web address."),
        ("https://x.org:99999/", "This is not a valid web address."),
        ("http://user:secret@x.org/", "The address holds a user name or password."),
    ],
)
def test_addresses_that_are_none(url: str, reason: str) -> None:
    assert refusal(url).reason == reason


# --- asking for what has changed, and leaving servers alone ---------------------------------------------------------


def answering(site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, code: int, **headers: str) -> None:
    """From now on the site answers everything but redirects like this."""

    def answer(self: Site) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(PAGE.encode())

    monkeypatch.setattr(Site, "answer", answer)


def asked(site: ThreadingHTTPServer) -> list[tuple[str | None, str | None]]:
    """The conditions of each request that came in."""
    seen = site.seen  # type: ignore[attr-defined]
    return [(headers.get("If-None-Match"), headers.get("If-Modified-Since")) for _, headers in seen]


def test_a_document_knows_what_its_server_calls_it(site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(site, monkeypatch, 200, ETag='W/"1"', Last_Modified="Mon, 06 Mar 2023 08:00:00 GMT")
    version = Version(at(site, "/ferry"), 'W/"1"', "Mon, 06 Mar 2023 08:00:00 GMT")
    assert fetch(at(site, "/to//ferry"), LOCAL).version == version
    monkeypatch.undo()
    assert fetch(at(site, "/ferry"), LOCAL).version is None


@pytest.mark.parametrize("etag", ["x" * 1001, "a\x7fb", "caf\xe9"])
def test_names_that_could_not_be_sent_back_are_not_kept(
    site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, etag: str
) -> None:
    answering(site, monkeypatch, 200, ETag=etag)
    assert fetch(at(site, "/ferry"), LOCAL).version is None


def test_only_the_address_that_gave_a_version_is_asked_with_it(
    site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(site, monkeypatch, 304)
    version = Version(at(site, "/ferry"), '"1"', "Mon, 06 Mar 2023 08:00:00 GMT")
    assert web.download_if_changed(at(site, "/to//ferry"), LOCAL, version) is None
    assert asked(site) == [(None, None), ('"1"', "Mon, 06 Mar 2023 08:00:00 GMT")]
    with pytest.raises(LoadError, match="code 304"):  # whoever did not ask has nothing to go on with
        web.download_if_changed(at(site, "/to//other"), LOCAL, version)
    assert asked(site)[2:] == [(None, None), (None, None)]


def test_what_has_changed_is_sent(site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(site, monkeypatch, 200, ETag='"2"')
    document = web.download_if_changed(at(site, "/ferry"), LOCAL, Version(at(site, "/ferry"), '"1"', None))
    assert document
    assert (document.data, document.version) == (PAGE.encode(), Version(at(site, "/ferry"), '"2"', None))
    assert asked(site) == [('"1"', None)]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("120", 120),
        ("999999999999", 86400),
        ("Mon, 06 Mar 2023 08:01:30 GMT", 90),  # the server's clock is what counts, not ours
        ("Mon, 06 Mar 2023 07:59:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_a_rest_that_a_server_asks_for(
    site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, given: str, seconds: float
) -> None:
    monkeypatch.setattr(politeness, "_resting", {})
    monkeypatch.setattr(Site, "date_time_string", lambda *_: "Mon, 06 Mar 2023 08:00:00 GMT")
    answering(site, monkeypatch, 503, Retry_After=given)
    assert refusal(at(site, "/ferry")).retry_after == seconds
    again = refusal(at(site, "/other"))
    assert len(asked(site)) == (1 if seconds else 2)
    assert again.retry_after == pytest.approx(seconds, abs=30)


def test_other_servers_are_not_left_alone_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    monkeypatch.setattr(politeness, "_resting", {})
    politeness.rest(httpx.URL("http://a.example:81/x"), httpx.Response(429, headers={"Retry-After": "60"}))
    for url in ("http://a.example/x", "http://b.example:81/x"):
        politeness.check_rest(httpx.URL(url), url)
    with pytest.raises(LoadError, match="a.example has asked to be left alone; 60 seconds of that are left"):
        politeness.check_rest(httpx.URL("http://a.example:81/y"), "http://a.example:81/y")


@pytest.mark.parametrize(
    ("path", "passing"),
    [
        ("/code/500", True),
        ("/code/429", True),
        ("/code/404", False),
        ("/code/403", False),
        ("/image", False),
        ("/cut", True),
    ],
)
def test_what_may_pass_is_told_from_what_may_not(site: ThreadingHTTPServer, path: str, passing: bool) -> None:
    assert (refusal(at(site, path)).retry_after is not None) == passing


# --- feeds -------------------------------------------------------------------------------------------------------

FULL = f"<p>{TEXT}</p>" * 6


def rss(*items: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Coast Courier</title>'
        f"<link>https://coast.example/</link><language>en-gb</language>{''.join(items)}</channel></rss>"
    ).encode()


def item(key: str, *, body: str = "", link: str = "") -> str:
    content = f"<content:encoded><![CDATA[{body}]]></content:encoded>" if body else ""
    return (
        f"<item><guid isPermaLink='false'>{key}</guid><title>Ferry &amp; bridge {key}</title>"
        "<pubDate>Thu, 09 Mar 2023 08:00:00 +0100</pubDate><author>desk@coast.example (Mara Lind)</author>"
        f"{f'<link>{link}</link>' if link else ''}<description>A teaser.</description>{content}</item>"
    )


def feed(data: bytes, name: str = "/n/news.xml", given: Settings = LOCAL) -> list[Article | Failure]:
    return list(parse(Document(name, data), given))


def test_full_entries_are_articles() -> None:
    (found,) = feed(rss(item("a1", body=FULL, link="/ferry")))
    assert isinstance(found, Article)
    assert (found.title, found.source) == ("Ferry & bridge a1", "/n/news.xml#a1")
    assert found.text == "\n\n".join([TEXT] * 6)
    assert (found.published, found.url) == (date(2023, 3, 9), "https://coast.example/ferry")
    assert (found.site, found.language, found.authors) == ("The Coast Courier", "en", ("Mara Lind",))


def test_an_atom_feed_under_any_name() -> None:
    data = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Courier</title><entry><id>urn:1</id><title>Ferry</title>'
        "<author><name>Bo Chu</name></author><published>2021-05-06T23:00:00-05:00</published>"
        "<updated>2022-01-01T00:00:00Z</updated>"
        f'<content type="html">{FULL.replace("<", "&lt;")}</content></entry></feed>'
    ).encode()
    (found,) = feed(data, "/n/feed.txt")
    assert isinstance(found, Article)
    assert (found.published, found.authors, found.source) == (date(2021, 5, 6), ("Bo Chu",), "/n/feed.txt#urn:1")


def test_a_teaser_leads_to_the_page(site: ThreadingHTTPServer) -> None:
    (found,) = feed(rss(item("a1", link=at(site, "/ferry"))))
    assert isinstance(found, Article)
    assert found.text == f"{TEXT}\n\nIt had been away since the spring of that year."
    assert (found.title, found.published) == ("Ferry & bridge a1", date(2023, 3, 9))
    assert (found.source, found.url) == ("/n/news.xml#a1", at(site, "/ferry"))


def test_broken_entries_cost_only_themselves(site: ThreadingHTTPServer) -> None:
    found = feed(
        rss(
            item("a1", body=FULL),
            item("a2", link=at(site, "/code/404")),
            item("a3"),
            "<item></item>",
            item("a5", link=at(site, "/image")),
            item("a6", body=FULL.replace("ferry", "boat")),
        )
    )
    assert [type(entry) for entry in found] == [Article, Failure, Failure, Failure, Failure, Article]
    assert [entry.source.partition("#")[2] for entry in found] == ["a1", "a2", "a3", "entry-4", "a5", "a6"]
    reasons = [entry.reason for entry in found if isinstance(entry, Failure)]
    assert reasons[0].endswith("could not be read. The site answered with the code 404 (Not Found).")
    assert reasons[1] == "The entry holds only a summary, and no link to its article."
    assert reasons[2] == "The entry has no text and no link."
    assert reasons[3].endswith("It answers with image/png, which is no article.")


def test_a_feed_cannot_reach_into_the_own_network(site: ThreadingHTTPServer) -> None:
    (found,) = feed(rss(item("a1", link=at(site, "/ferry"))), given=Settings())
    assert isinstance(found, Failure)
    assert "inside your own network" in found.reason
    assert site.seen == []  # type: ignore[attr-defined]


def test_a_feed_that_links_to_a_feed_is_not_followed(
    site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "PAGE", rss(item("b", link=at(site, "/ferry"))).decode())
    (found,) = feed(rss(item("a1", link=at(site, "/ferry"))))
    assert isinstance(found, Failure)
    assert len(site.seen) == 1  # type: ignore[attr-defined]


def test_entries_that_are_known_are_left_out_and_others_are_told_of(site: ThreadingHTTPServer) -> None:
    links = {key: at(site, path) for key, path in (("a1", "/ferry"), ("a2", "/code/404"), ("a3", "/code/500"))}
    document = Document(
        "/n/news.xml", rss(*(item(key, link=link) for key, link in links.items()), item("a4", body=FULL))
    )
    first = Entries()
    assert len(list(parse(document, LOCAL, first))) == 4
    assert (len(first.dealt_with), first.later, first.kept) == (2, True, set())  # what failed for now is not dealt with
    assert len(set(first.dealt_with)) == 2
    site.seen.clear()  # type: ignore[attr-defined]
    failure = Failure("/n/news.xml#a2", "It was not there.", "Look again.")

    def known(source: str, digest: str) -> bool | Failure:
        return failure if source.endswith("#a2") else digest in first.dealt_with

    second = Entries(known)
    found = list(parse(document, LOCAL, second))
    assert found[0] == failure
    assert [type(each) for each in found] == [Failure, Failure, Article]
    assert (second.kept, second.dealt_with, second.later) == ({"/n/news.xml#a1"}, [], True)
    assert [path for path, _ in site.seen] == ["/code/500"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new"),
    [("bridge", "tunnel"), ("A teaser.", "More."), ("/ferry", "/other"), ("09 Mar", "10 Mar"), ("Mara", "Kim")],
)
def test_an_entry_that_says_something_else_is_another(site: ThreadingHTTPServer, old: str, new: str) -> None:
    before, after, data = Entries(), Entries(), rss(item("a1", link=at(site, "/ferry")))
    assert old.encode() in data
    for entries, content in ((before, data), (after, data.replace(old.encode(), new.encode()))):
        assert len(list(parse(Document("/n/news.xml", content), LOCAL, entries))) == 1
    assert before.dealt_with != after.dealt_with


def test_what_others_say_of_an_entry_does_not_make_it_another(site: ThreadingHTTPServer) -> None:
    before, after, data = Entries(), Entries(), rss(item("a1", link=at(site, "/ferry")))
    counted = data.replace(
        b"</item>", b"<slash:comments xmlns:slash='http://purl.org/rss/1.0/modules/slash/'>7</slash:comments></item>"
    )
    assert counted != data
    for entries, content in ((before, data), (after, counted)):
        list(parse(Document("/n/news.xml", content), LOCAL, entries))
    assert before.dealt_with == after.dealt_with


def test_long_feeds_are_cut_and_say_so() -> None:
    items = [item(f"a{number}", body=FULL + f"<p>{number}</p>") for number in range(5)]
    found = feed(rss(*items), given=Settings(feed_entries=3))
    assert [type(entry) for entry in found] == [Article, Article, Article, Failure]
    assert isinstance(found[3], Failure)
    assert found[3].reason == "Its last 2 entries were left out; the limit is 3."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (rss(), "It is a feed without entries, or a damaged one."),
        (b"<rss><channel><item", "It is a feed without entries, or a damaged one."),
        (b"<rss><!-- <!ENTITY a 'b'> --></rss>", "The feed defines entities of its own, which is unsafe."),
    ],
)
def test_feeds_without_articles(data: bytes, reason: str) -> None:
    (found,) = feed(data)
    assert isinstance(found, Failure)
    assert found.reason == reason
