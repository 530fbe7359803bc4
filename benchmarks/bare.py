"""What answers are measured against: one FastAPI endpoint, one INSERT and one UPDATE in one transaction.

It takes the same request as the learner's door and shares its doors to the database (the engine and its settings, one
writer at a time on SQLite, the bound on sessions), so that what differs is what an answer means.
"""

import os
import uuid
from collections.abc import Iterator
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header
from pydantic import BaseModel
from sqlalchemy.orm import Session

from pathways import ids
from pathways.database import WRITERS, Database
from pathways.settings import Settings
from pathways.web.server import end_with_parent, listening_socket, run

metadata = sa.MetaData()
bare_attempt = sa.Table(
    "bare_attempt",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("answered", sa.Integer, nullable=False),
)
bare_answer = sa.Table(
    "bare_answer",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("attempt_id", sa.ForeignKey("bare_attempt.id"), nullable=False, index=True),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("item", sa.String(64), nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
)


class Given(BaseModel):
    item: str
    outcome: str | None = None
    response: str | None = None


def application() -> FastAPI:
    """The application of a web process (uvicorn calls this)."""
    end_with_parent()
    database = Database(os.environ["PATHWAYS_DATABASE_URL"])
    app = FastAPI()

    def writing() -> Iterator[Session]:
        with database.begin() as db:
            yield db

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {}

    @app.post("/api/v1/attempts/{attempt_id}/answers")
    def answer(
        attempt_id: uuid.UUID,
        given: Given,
        db: Annotated[Session, Depends(writing, scope="function", max_concurrency=WRITERS)],
        key: Annotated[str, Header(alias="Idempotency-Key")],
    ) -> dict[str, str | None]:
        outcome = given.outcome or "answered"
        row = {"id": ids.new_id(), "attempt_id": attempt_id, "key": key, "item": given.item, "outcome": outcome}
        db.execute(sa.insert(bare_answer).values(row))
        db.execute(
            sa.update(bare_attempt).where(bare_attempt.c.id == attempt_id).values(answered=bare_attempt.c.answered + 1)
        )
        return {"item": None, "stopped": None}

    return app


if __name__ == "__main__":
    settings = Settings.from_environment()
    run(settings, listening_socket(settings), processes=settings.processes, factory="benchmarks.bare:application")
