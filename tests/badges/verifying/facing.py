"""The application with the pages and the API of verification, whether or not it has them yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from pathways.badges.api import verify as verify_api
from pathways.badges.pages import verify as verify_pages
from pathways.badges.verifying.verifier import Verifier
from pathways.badges.verifying.workers import Pool
from tests.badges.verifying import making
from tests.badges.verifying.making import as_json


@contextmanager
def verifying(app: FastAPI, *, known: bool = True, pool: Pool | None = None) -> Iterator[FastAPI]:
    """``known``: what the invented network serves is what this server serves itself."""
    paths = {context.path for context in iter_route_contexts(app.routes)}
    if "/verify" not in paths:
        app.include_router(verify_pages.router, include_in_schema=False)
    if "/api/v1/verifications" not in paths:
        app.include_router(verify_api.router, prefix="/api/v1")

    def local(url: str) -> bytes | None:
        found = making.served().get(url)
        return None if found is None or not known else as_json(found)

    settings = app.state.settings
    app.state.verifier = Verifier(settings, local, pool=pool or Pool(size=1))
    app.state.verifier._own = ("badges.example.org", None)
    yield app
    if pool is None:
        app.state.verifier.close()
