"""What bookings are measured against: one FastAPI endpoint, the same conditional UPDATE and one INSERT in one
transaction.

It takes the same request as the public door and shares its doors to the database (the engine and its settings, one
writer at a time on SQLite, the bound on sessions), so that what differs is what a booking means beyond its two rows.
"""

import os
import uuid
from collections.abc import Iterator
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy.orm import Session

from pathways import ids
from pathways.database import WRITERS, Database
from pathways.settings import Settings
from pathways.web.server import end_with_parent, listening_socket, run

metadata = sa.MetaData()
bare_session = sa.Table(
    "bare_session",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.String(12), unique=True, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("booked", sa.Integer, nullable=False),
    sa.CheckConstraint("booked <= capacity"),
)
bare_booking = sa.Table(
    "bare_booking",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("bare_session.id"), nullable=False, index=True),
    sa.Column("key", sa.Uuid, nullable=False, unique=True),
    sa.Column("party", sa.Integer, nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("label", sa.String(30), nullable=False),
)


class Given(BaseModel):
    party: int = 1
    language: str = "fr"
    label: str = ""


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

    @app.post("/api/v1/s/{code}/bookings", status_code=201)
    def book(
        code: str,
        given: Given,
        db: Annotated[Session, Depends(writing, scope="function", max_concurrency=WRITERS)],
        key: Annotated[uuid.UUID, Header(alias="Idempotency-Key")],
    ) -> dict[str, str]:
        c = bare_session.c
        fits = sa.and_(c.code == code, c.booked + given.party <= c.capacity)
        sold = db.execute(sa.update(bare_session).where(fits).values(booked=c.booked + given.party).returning(c.id))
        session_id = sold.scalar()
        if session_id is None:
            raise HTTPException(409)
        row = {"id": ids.random_id(), "session_id": session_id, "key": key, "party": given.party}
        db.execute(sa.insert(bare_booking).values(row | {"language": given.language, "label": given.label}))
        return {"id": str(row["id"])}

    return app


if __name__ == "__main__":
    settings = Settings.from_environment()
    run(settings, listening_socket(settings), processes=settings.processes, factory="benchmarks.bare_seats:application")
