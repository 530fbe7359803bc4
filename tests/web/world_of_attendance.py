"""What requests about attendance carry."""

from __future__ import annotations

import uuid
from typing import Any

JSON_BODIES: dict[str, Any] = {
    "POST /api/v1/attendance/sync": {"device": "phone", "now": "2026-12-03T14:00:00Z", "items": []},
}
FORMS: dict[str, dict[str, str]] = {
    "/sessions/{session_id}/attendance": {"key": str(uuid.UUID(int=21)), "walk_ins": "1", "count_was": "[0, {}]#"},
    "/attendance/columns": {"columns": "date", "keep_months": "24", "version": "0"},
}
