"""What is believed of a reverse proxy's headers, and of nobody else's."""

import asyncio

import pytest
from starlette.requests import HTTPConnection

from qa.accounts.access import AccountAccess, ReadOnly
from qa.accounts.admission import Admission, Choices
from qa.accounts.identity import Identity, Role
from qa.accounts.proxies import Forwarded, Proxies
from qa.accounts.users import Accounts
from qa.errors import SettingError

PROXIES = Proxies.of(["10.0.0.0/24"], "X-Forwarded-User", "/qa")


def seen(peer, headers, path="/", proxies=PROXIES):
    """The request as what stands behind the middleware sees it."""
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (peer, 1), "headers": raw, "path": path, "scheme": "http", "method": "GET"}
    asyncio.run(Forwarded(app, proxies)(scope, None, None))
    return HTTPConnection(scopes[0])


FORWARDED = {
    "Host": "inside:8000",
    "X-Forwarded-For": "203.0.113.9, 10.0.0.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "news.example",
    "X-Forwarded-User": "ida",
}


def test_a_trusted_proxy_tells_who_and_where_from():
    request = seen("10.0.0.5", FORWARDED)
    assert (request.client.host, request.url.scheme, request.headers["host"]) == (
        "203.0.113.9", "https", "news.example")  # fmt: skip
    assert request.headers["x-forwarded-user"] == "ida"


def test_the_same_headers_of_anybody_else_are_taken_off():
    request = seen("10.0.1.5", FORWARDED)
    assert (request.client.host, request.url.scheme) == ("10.0.1.5", "http")
    assert dict(request.headers) == {"host": "inside:8000"}


def test_a_chain_ends_at_the_first_that_is_no_proxy_so_that_nobody_can_lengthen_it():
    assert PROXIES.client_of("10.0.0.5", "10.0.0.9, 198.51.100.4, 10.0.0.7") == "198.51.100.4"
    assert PROXIES.client_of("198.51.100.4", "1.2.3.4") == "198.51.100.4"


def test_an_address_of_version_4_within_one_of_6_is_the_same():
    assert PROXIES.trusts("::ffff:10.0.0.5")
    assert not PROXIES.trusts("::ffff:10.0.1.5")
    assert not PROXIES.trusts("no address")


@pytest.mark.parametrize("path", ["/article/x", "/qa/article/x", "/qa/qa/article/x"])
def test_the_root_path_is_taken_off_however_often_it_stands_there(path):
    assert seen("10.0.1.5", {}, path).scope["path"] == "/article/x"


def test_a_path_that_only_begins_alike_stays():
    assert seen("10.0.0.5", {}, "/qaa/x").scope["path"] == "/qaa/x"
    assert seen("10.0.0.5", {}, "/qa").scope["path"] == "/"


@pytest.mark.parametrize(
    "given",
    [(["0.0.0.0/0"],), (["::/0"],), (["10.0.0.1/24"],), (["nginx"],), ([], "X-User"), (["10.0.0.1"], "X User"),
     ([], "", "qa"), ([], "", "/qa/"), ([], "", "/../x")],
)  # fmt: skip
def test_what_would_believe_everybody_is_refused(given):
    with pytest.raises(SettingError):
        Proxies.of(*given)


@pytest.fixture
def access(tmp_path):
    return AccountAccess(Accounts(tmp_path / "accounts.db"), PROXIES)


def test_the_header_signs_in_from_the_proxy_and_from_nowhere_else(access):
    assert access.identify(seen("10.0.0.5", {"X-Forwarded-User": "Ida"})) == Identity("ida", Role.READER)
    assert access.identify(seen("10.0.1.5", {"X-Forwarded-User": "Ida"})) is None
    assert access.identify(seen("10.0.0.5", {"X-Forwarded-User": "../ida"})) is None
    assert access.identify(seen("10.0.0.5", {})) is None
    assert [user.name for user in access.accounts.listed()] == ["ida"]


def test_without_a_header_that_was_named_none_signs_in(tmp_path):
    access = AccountAccess(Accounts(tmp_path / "accounts.db"), Proxies.of(["10.0.0.5"]))
    proxied = seen("10.0.0.5", {"X-Forwarded-User": "ida"}, proxies=access.proxies)
    assert access.identify(proxied) is None


def test_a_wrong_token_is_not_passed_over_for_a_session(access):
    access.accounts.add("ida", Role.ADMIN, "correct horse battery")
    cookie = f"article_qa_session={access.accounts.begin_session('ida')}"
    assert access.identify(seen("192.0.2.1", {"Cookie": f"a=b; {cookie}"})) == Identity("ida", Role.ADMIN)
    assert access.identify(seen("192.0.2.1", {"Cookie": cookie, "Authorization": "Bearer aqa_x"})) is None


def test_read_only_lets_everybody_in_as_a_reader(access):
    access.accounts.add("ida", Role.ADMIN, "correct horse battery")
    cookie = f"article_qa_session={access.accounts.begin_session('ida')}"
    assert ReadOnly(access).identify(seen("192.0.2.1", {"Cookie": cookie})) == Identity("ida", Role.READER)
    assert ReadOnly(access).identify(seen("192.0.2.1", {})) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "news.example"])
def test_others_are_not_served_without_sign_in_unless_that_is_said(host, tmp_path):
    kept = tmp_path / "conversations.db"
    with pytest.raises(SettingError, match="user add"):
        Admission.at(kept).check_binding(host)
    Admission.at(kept, Choices(insecure_without_sign_in=True)).check_binding(host)
    Admission.at(kept, Choices(PROXIES)).check_binding(host)
    admission = Admission.at(kept)
    admission.accounts.add("ida", Role.ADMIN, "correct horse battery")
    admission.check_binding(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_this_machine_is_served_without_any_of_it(host, tmp_path):
    Admission.at(tmp_path / "conversations.db").check_binding(host)
    assert list(tmp_path.iterdir()) == []
