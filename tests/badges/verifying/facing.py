"""The application, whose verifier knows an invented network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from pathways.badges.verifying.verifier import Verifier
from pathways.badges.verifying.workers import Pool
from tests.badges.verifying import making
from tests.badges.verifying.making import as_json


@contextmanager
def verifying(app: FastAPI, *, known: bool = True, pool: Pool | None = None) -> Iterator[FastAPI]:
    """``known``: what the invented network serves is what this server serves itself."""

    def local(url: str) -> bytes | None:
        found = making.served().get(url)
        return None if found is None or not known else as_json(found)

    settings = app.state.settings
    app.state.verifier = Verifier(settings, local, pool=pool or Pool(size=1))
    app.state.verifier._own = ("badges.example.org", None)
    yield app
    if pool is None:
        app.state.verifier.close()
