"""Where the page sends files to."""

from __future__ import annotations

import hmac
import secrets

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qa.accounts.identity import Identity
from qa.work.uploads import Uploads

UPLOADS = "/library/files"
_SECRET = secrets.token_bytes(32)  # for as long as the files are kept: the life of the server


def upload_route(uploads: Uploads) -> Route:
    """`POST /library/files?name=..` with the file as its body; its key comes back as text."""

    async def receive(request: Request) -> Response:
        identity: Identity = request.scope["identity"]
        if int(request.headers.get("content-length") or 0) > uploads.most_bytes:
            return _too_large(uploads)
        try:
            key = await uploads.receive(request.query_params.get("name", ""), request.stream())
        except ClientDisconnect:
            return PlainTextResponse("The file did not come whole.", 400)
        except OSError as error:
            return PlainTextResponse(f"It could not be kept ({error.strerror}). Make room on the disk.", 507)
        return _too_large(uploads) if key is None else PlainTextResponse(handed_out(key, identity.name))

    return Route(UPLOADS, receive, methods=["POST"])


def handed_out(key: str, name: str) -> str:
    """The key of a file as its sender gets it, good for nobody else; the local person has no need of that."""
    return f"{key}.{_mark(key, name)}" if name else key


def own_key(given: str, name: str) -> str:
    """The key that `handed_out` gave to this person; "" for that of somebody else."""
    key, _, mark = given.partition(".")
    if not name:
        return given
    return key if hmac.compare_digest(mark.encode("utf-8", "replace"), _mark(key, name).encode()) else ""


def _mark(key: str, name: str) -> str:
    return hmac.new(_SECRET, f"{key} {name}".encode("utf-8", "replace"), "sha256").hexdigest()


def _too_large(uploads: Uploads) -> Response:
    most = uploads.most_bytes // 1_000_000
    return PlainTextResponse(f"It is larger than {most} MB. Split it, or raise ARTICLE_QA_MAX_FILE_MB.", 413)
