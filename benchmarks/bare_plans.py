"""What plans are measured against: one FastAPI endpoint that reads the same body, and answers bytes that are there."""

import os
from pathlib import Path

from fastapi import FastAPI, Response

from pathways.learning.schemas import WhatIfIn
from pathways.settings import Settings
from pathways.web.server import end_with_parent, listening_socket, run

ANSWER = "BENCHMARK_ANSWER"
"""Names the file with the bytes of the answer."""


def application() -> FastAPI:
    """The application of a web process (uvicorn calls this)."""
    end_with_parent()
    answer = Path(os.environ[ANSWER]).read_bytes()
    app = FastAPI()

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {}

    @app.post("/api/v1/plans")
    def plans(body: WhatIfIn) -> Response:
        del body
        return Response(answer, media_type="application/json")

    return app


if __name__ == "__main__":
    settings = Settings.from_environment()
    run(settings, listening_socket(settings), processes=settings.processes, factory="benchmarks.bare_plans:application")
