"""Long work on the library: how far it is, and how it is stopped."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from qa.api.documented import JOB, JOBS, PROBLEMS
from qa.api.hosts import outer_path
from qa.api.problems import Problem, problem_of
from qa.api.services import EDITORS, Serving
from qa.serialization.answers import report_to_dict
from qa.serialization.fields import JsonObject
from qa.work.jobs import Job, JobQueue

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=PROBLEMS)

JOB_FORMAT, JOBS_FORMAT = "article-qa/job/1", "article-qa/jobs/1"


@router.get("", dependencies=EDITORS, responses=JOBS)
def list_jobs(services: Serving) -> Response:
    """The jobs that wait or are being done, and the last ones that have ended, oldest first."""
    return JSONResponse({"format": JOBS_FORMAT, "jobs": [job_to_dict(each) for each in services.jobs.listed()]})


@router.get("/{job_id}", dependencies=EDITORS, responses=JOB)
def get_job(job_id: str, request: Request, services: Serving) -> Response:
    """How far a job is; `report` says what it did once it is `done`."""
    return job_response(_found(services.jobs, job_id), request)


@router.delete("/{job_id}", dependencies=EDITORS, responses=JOB)
def stop_job(job_id: str, request: Request, services: Serving) -> Response:
    """Stop a job between two articles; what it has stored stays."""
    job = _found(services.jobs, job_id)
    services.jobs.stop(job.key)
    return job_response(job, request)


def _found(jobs: JobQueue, job_id: str) -> Job:
    found = next((each for each in jobs.listed() if each.key == job_id), None)
    if found is None:
        raise Problem(404, "job-not-found", "No job has this number, or it ended long ago.")
    return found


def job_response(job: Job, request: Request, status: int = 200) -> JSONResponse:
    """A job, and where it can be looked at again."""
    return JSONResponse(job_to_dict(job), status, {"Location": outer_path(request.scope, f"/v1/jobs/{job.key}")})


def job_to_dict(job: Job) -> JsonObject:
    """The JSON form of a job, `article-qa/job/1`."""
    steps = [each for each in (job.read, job.encoded) if each is not None]
    failed = job.state == "failed"
    return {
        "format": JOB_FORMAT,
        "id": job.key,
        "kind": job.kind,
        "what": job.what,
        "state": job.state,
        "progress": [asdict(each) for each in steps],
        "report": report_to_dict(job.report) if job.state == "done" else None,
        "problem": problem_of(job.cause or RuntimeError()).to_dict() if failed else None,
    }
