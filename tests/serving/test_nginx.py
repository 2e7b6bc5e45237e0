"""Behind a real nginx that signs people in, under a path of its own; skipped where none is installed."""

import os
import shutil
import socket
import subprocess
import time

import httpx
import pytest
from serving_fakes import Browser, served_to

from qa.accounts.admission import Choices
from qa.accounts.identity import Role
from qa.accounts.proxies import Proxies

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
REQUIRED = os.environ.get("ARTICLE_QA_REQUIRE_NGINX")
pytestmark = pytest.mark.skipif(NGINX is None and not REQUIRED, reason="nginx is not installed")

CONFIGURATION = """
{user} daemon off; pid {folder}/pid; error_log stderr warn; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location /qa/ {{
            auth_basic "news"; auth_basic_user_file {folder}/people;
            proxy_pass http://{upstream};
            proxy_http_version 1.1; proxy_buffering off;
            proxy_set_header Host $http_host;
            proxy_set_header Authorization "";
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-User $remote_user;
        }}
    }}
}}
"""
QUESTION = "When does the first crossing leave?"


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """The chat, and the address at which nginx serves it."""
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "people").write_text("ida:{PLAIN}secret\nnils:{PLAIN}secret\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = "user root;" if os.geteuid() == 0 else ""  # so that its workers can read what is in the folder
    choices = Choices(Proxies.of(["127.0.0.1"], "X-Forwarded-User", "/qa"))
    with served_to(choices=choices) as chat:
        upstream = f"127.0.0.1:{httpx.URL(chat.url).port}"
        (folder / "conf").write_text(CONFIGURATION.format(user=user, folder=folder, port=port, upstream=upstream))
        process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "conf")])
        try:
            _wait_for(port)
            yield chat, f"http://127.0.0.1:{port}/qa"
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(port):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not answer")


def browser_of(address, name):
    browser = Browser(address)
    browser.http.auth = (name, "secret")
    return browser


def test_whom_nginx_has_signed_in_asks_under_the_path(proxied):
    chat, address = proxied
    ida, nils = browser_of(address, "ida"), browser_of(address, "nils")
    page = ida.http.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "/qa" in ida.config()["root"]
    assert 'data-role="1">Signed in as <a href="account">ida</a>' in ida.call("who")
    assert QUESTION in ida.ask(QUESTION)
    assert QUESTION not in nils.call("conversations", {})
    chat.admission.accounts.set_role("ida", Role.EDITOR)
    assert 'data-role="2"' in ida.call("who")


def test_every_address_of_the_page_stays_under_the_path(proxied):
    _, address = proxied
    ida = browser_of(address, "ida")
    page = ida.http.get("/", headers={"Accept": "text/html"}).text
    outside = [part.split('"')[0] for part in page.replace('src="', 'href="').split('href="')[1:]]
    outside = [each for each in outside if each.startswith("/") and not each.startswith(("/qa/", "//"))]
    assert outside == ["/manifest.json"]  # which Gradio names although there is none
    talk = ida.ask(QUESTION)
    assert 'href="/' not in talk
    assert ida.http.get(talk.split('href="')[2].split('"')[0]).status_code == 200


def test_nginx_does_not_let_a_stranger_say_who_they_are(proxied):
    _, address = proxied
    assert httpx.get(f"{address}/config").status_code == 401
    ida = browser_of(address, "ida")
    ida.http.headers["X-Forwarded-User"] = "nils"
    assert ">ida<" in ida.call("who")


def test_closed_addresses_stay_closed_under_the_path(proxied):
    _, address = proxied
    ida = browser_of(address, "ida")
    for path in ("/gradio_api/file=/etc/passwd", "/qa/gradio_api/file=/etc/passwd", "/qa/qa/gradio_api/upload"):
        assert ida.http.get(path).status_code == 404, path


def test_without_the_proxy_the_header_is_nothing(proxied):
    chat, _ = proxied
    other = httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2"))
    direct = other.get(f"{chat.url}config", headers={"X-Forwarded-User": "ida", "Host": "127.0.0.1"})
    assert direct.status_code == 401
