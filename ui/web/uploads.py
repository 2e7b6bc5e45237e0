"""Where the page sends files to."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qa.work.uploads import Uploads


def upload_route(uploads: Uploads) -> Route:
    """`POST /library/files?name=..` with the file as its body; its key comes back as text."""

    async def receive(request: Request) -> Response:
        if int(request.headers.get("content-length") or 0) > uploads.most_bytes:
            return _too_large(uploads)
        try:
            key = await uploads.receive(request.query_params.get("name", ""), request.stream())
        except ClientDisconnect:
            return PlainTextResponse("The file did not come whole.", 400)
        except OSError as error:
            return PlainTextResponse(f"It could not be kept ({error.strerror}). Make room on the disk.", 507)
        return _too_large(uploads) if key is None else PlainTextResponse(key)

    return Route("/library/files", receive, methods=["POST"])


def _too_large(uploads: Uploads) -> Response:
    most = uploads.most_bytes // 1_000_000
    return PlainTextResponse(f"It is larger than {most} MB. Split it, or raise ARTICLE_QA_MAX_FILE_MB.", 413)
