"""Our own verifier, asked as the others are: what it needs of the web comes from the site."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from pathways.badges.verifying import judging
from pathways.badges.verifying.plain_json import Unreadable
from pathways.badges.verifying.reading import Read, read
from pathways.badges.verifying.sources import Unavailable
from pathways.badges.verifying.verdict import Overall
from tests.parts.verifiers import Case, Page, Site, Verdict

MISSING = Unavailable("not-found")


def ours(site: Site, cases: Iterable[Case]) -> dict[str, Verdict]:
    """The verdicts of pathways.badges.verifying, by name of case: accepted is what it calls valid, and nothing less."""
    return {case.name: _verdict(site, case) for case in cases}


def _verdict(site: Site, case: Case) -> Verdict:
    try:
        found = read(_handed_in(case))
    except Unreadable as why:
        return Verdict(accepted=False, why=why.code)
    verdict = judging.judge(found, _brought(site, found), datetime.now(UTC), email=case.email or "")
    why = "; ".join(f"{one.code} {one.state}: {one.reason}" for one in verdict.findings if one.state != "yes")
    return Verdict(verdict.overall is Overall.VALID, why)


def _handed_in(case: Case) -> bytes:
    if isinstance(case.what, bytes):
        return case.what
    return (case.what if isinstance(case.what, str) else json.dumps(case.what)).encode()


def _brought(site: Site, found: Read) -> dict[str, bytes | Unavailable]:
    """What the verifier asks for, until it asks for no more."""
    documents: dict[str, bytes | Unavailable] = {}
    while wanted := judging.needs(found, documents):
        documents |= {url: _answer(site.get(url)) for url in wanted}
    return documents


def _answer(page: Mapping[str, object] | Page | None) -> bytes | Unavailable:
    if page is None:
        return MISSING
    if not isinstance(page, Page):
        return json.dumps(page).encode()
    return page.body if page.status == 200 else Unavailable("gone" if page.status == 410 else "refused")
