"""What goes wrong is logged, and nothing of anybody with it."""

from __future__ import annotations

import logging

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from pathways.people import service

SECRET = "a-link-that-opens-an-account"


def test_an_unforeseen_error_names_the_route_and_not_the_address(client, monkeypatch, caplog):
    def fail(*_args, **_named):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(service, "link_by_token", fail)
    with caplog.at_level(logging.ERROR):
        assert client.get(f"/reset/{SECRET}").status_code == 500
    assert "/reset/{token}" in caplog.text
    assert SECRET not in caplog.text


def test_an_error_of_the_database_does_not_tell_the_values(db):
    with pytest.raises(DBAPIError) as caught:
        db.execute(sa.text("SELECT no_such_column WHERE :secret = :secret"), {"secret": SECRET})
    assert SECRET not in str(caught.value)
