"""What a refusal is like, whatever was refused."""

from __future__ import annotations

import re
from typing import Any

TRACES = re.compile(r"Traceback|File &#34;|File \"|sqlalchemy|psycopg|sqlite3|pydantic|line \d+, in ", re.IGNORECASE)


def wrong_with(reply: Any, *, api: bool, must_refuse: bool = True) -> str:
    """What is not right about a refusal; empty if nothing."""
    if reply.status_code >= 500:
        return f"{reply.status_code}"
    if must_refuse and reply.status_code < 400:
        return f"{reply.status_code}: taken"
    if TRACES.search(reply.text):
        return f"{reply.status_code}: a trace of the machine: {reply.text[:200]}"
    if reply.status_code < 400:
        return ""
    if reply.request.url.path.startswith("/ims/"):
        return "" if reply.json()["imsx_codeMajor"] == "failure" else f"{reply.status_code}: {reply.text[:100]}"
    if api:
        return not_a_problem(reply)
    if not reply.headers["content-type"].startswith("text/html") or "<h1" not in reply.text:
        return f"{reply.status_code}: no page: {reply.text[:100]}"
    return ""


def not_a_problem(reply: Any) -> str:
    """What an error lacks to be a problem document (RFC 9457); empty if nothing."""
    if reply.headers["content-type"] != "application/problem+json":
        return f"{reply.status_code}: {reply.headers['content-type']}"
    body = reply.json()
    if {"type", "title", "status", "detail", "instance"} - body.keys() or body["status"] != reply.status_code:
        return f"{reply.status_code}: {body}"
    return "" if body["type"].startswith("urn:pathways:problem:") and body["title"] else f"{body}"
