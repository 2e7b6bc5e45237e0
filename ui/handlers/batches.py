"""Many questions at once: a table in, answers as a table out, in turn with what visitors ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from qa.batch import BatchAnswer, BatchQuestion, answer_batch
from qa.batch.questions import questions_of
from qa.batch.tables import require_openpyxl, writer_for
from qa.datatypes import Answer, Where
from qa.errors import Cancelled, FormatError
from qa.work import uploads
from qa.work.questions import FairQueue
from ui.handlers.errors import error_html, errors_as_html
from ui.render.batches import batches_html
from ui.state.batches import Batch, Batches
from ui.state.inputs import text
from ui.web.uploads import own_key

if TYPE_CHECKING:
    from qa.assistant import Assistant

_TYPES = {
    "csv": "text/csv",
    "md": "text/markdown",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class BatchHandlers:
    """Tables of questions. Every method may run in several threads at once, and takes whatever is sent."""

    def __init__(self, assistant: Assistant, line: FairQueue, sent: uploads.Uploads, owner: str = "") -> None:
        """Those of one person, whose name is that of the `owner`; `sent` are the files of everybody."""
        self.assistant = assistant
        self.line = line
        self.sent = sent
        self.owner = owner
        self.batches = Batches(self._answers)
        self._forms = tuple(each for each in _TYPES if _can_write(each))

    @errors_as_html
    def ask_batch(self, given: Any) -> str:
        """Begin to answer the table that was sent under a key; what is wrong with it, or ""."""
        given = given if isinstance(given, dict) else {}
        taken = self.sent.take([own_key(text(given.get("file")), self.owner)])
        if not taken:
            return error_html("The file did not come. Choose it again.")
        try:
            data = taken[0].path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            return error_html("This file is not UTF-8. Save it as CSV UTF-8.")
        finally:
            uploads.delete(taken)
        self.batches.begin(Batch(taken[0].name, questions_of(data)))
        return ""

    @errors_as_html
    def batches_now(self, _: Any = None) -> str:
        """What is being asked, and what was."""
        return batches_html(self.batches.listed(), self._forms)

    @errors_as_html
    def stop_batch(self, key: Any) -> str:
        """Ask no more of it."""
        self.batches.stop(text(key))
        return ""

    @errors_as_html
    def close_batch(self, key: Any) -> str:
        """Take an ended one off the page, and its answers with it."""
        self.batches.close(text(key))
        return ""

    def table(self, request: Request) -> Response:
        """`KEY.csv`, `.xlsx` or `.md`: the answers so far."""
        key, _, form = request.path_params["name"].rpartition(".")
        batch = self.batches.find(key)
        if batch is None or form not in self._forms:
            return PlainTextResponse("These answers are not there (any more).", 404)
        name = f"{Path(batch.name).stem.encode('ascii', 'ignore').decode() or 'questions'} answers.{form}"
        safe = "".join(each if each.isalnum() or each in " .-_" else "_" for each in name)
        answers = writer_for(Path(name))(list(batch.answers))
        headers = {"Content-Disposition": f'attachment; filename="{safe}"'}
        return Response(answers, media_type=_TYPES[form], headers=headers)

    def _answers(self, batch: Batch, questions: Iterable[BatchQuestion]) -> Iterator[BatchAnswer]:
        def give_up(*_: object) -> None:
            if batch.state == "stopping":
                raise Cancelled

        def ask(question: str, *, where: Where | None = None) -> Answer:
            give_up()
            with self.line.held(batch):
                give_up()
                return self.assistant.ask(question, where=where, on_passages=give_up)

        yield from answer_batch(ask, questions)


def _can_write(form: str) -> bool:
    if form == "xlsx":
        try:
            require_openpyxl()
        except FormatError:
            return False
    return True
