"""Long tests on served instances: one after the other, so that they do not slow each other down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slow.instance import Instance

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("slow")


@pytest.fixture
def instance(database_url: str, published: str, tmp_path: Path) -> Iterator[Instance]:
    """A served instance with the demonstration's diagnostic: one process on SQLite, two on PostgreSQL."""
    instance = Instance(tmp_path / "instance", database_url, code=published)
    with instance:
        yield instance
