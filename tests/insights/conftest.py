"""A crowd in front of one diagnostic, on each database."""

from __future__ import annotations

import time

import pytest
from sqlalchemy.orm import Session

from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from tests.conftest import SECRET
from tests.insights.crowds import Crowd


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


@pytest.fixture
def crowd(db: Session) -> Crowd:
    return Crowd.new(db)
