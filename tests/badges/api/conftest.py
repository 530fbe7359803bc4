"""What the files of this folder ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pathways.app import create_app
from tests.badges.desks import Networks, with_desk
from tests.badges.issuing.networking import SIGNER


@pytest.fixture
def settings(settings):
    return replace(settings, badge_secret=SIGNER.wrapping.secret)


@pytest.fixture
def app(settings):
    app = with_desk(create_app(settings))
    yield app
    app.state.database.dispose()


@pytest.fixture
def scene(app, database) -> Networks:
    return Networks(app, database)
