"""Approve today's OpenAPI document: ``.venv/bin/python -m tests.approved.renew``, then read the difference."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from pathways.app import create_app
from pathways.settings import Settings

APPROVED = Path(__file__).parent / "openapi.json"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/x.sqlite3", data=Path(folder), secret=b"x" * 32))
        APPROVED.write_text(json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        app.state.database.dispose()


if __name__ == "__main__":
    main()
