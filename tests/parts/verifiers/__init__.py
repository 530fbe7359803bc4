"""Three verifiers of badges that others wrote, each asked about many cases in one process, without network.

| function | whose | reads |
|---|---|---|
| `verifier_core` | Digital Credentials Consortium | Data Integrity: badges, endorsements, status lists; baked 3.0 |
| `digital_bazaar` | Digital Bazaar | the same, and VC-JWT (its signature checked by Node.js) |
| `open_badges_2` | 1EdTech, `openbadges` 1.1.2 in an environment of its own | Open Badges 2.0: hosted, signed, baked |

Each takes a site, which is all of the web that there is, and cases; and gives a verdict on every case, or raises. Two
cases that need another page at the same address need another host: verifier-core remembers a DID for five seconds.
"""

import base64
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.parts import BUILD, ROOT, MissingPart, node

HERE = Path(__file__).parent
PATIENCE = 180.0
"""Seconds for all cases of one call: a library that hangs fails the tests rather than the day."""


@dataclass(frozen=True)
class Page:
    """What an address answers, where it is not a JSON document with status 200."""

    body: bytes
    kind: str = "application/json"
    status: int = 200


@dataclass(frozen=True)
class Case:
    """Something to verify.

    `what` is a document (a dictionary), a text (a compact JWS, a link) or the bytes of a baked PNG or SVG; `email`, who
    says to be the recipient, which Open Badges 2.0 alone asks.
    """

    name: str
    what: Mapping[str, Any] | str | bytes
    email: str | None = None


@dataclass(frozen=True)
class Verdict:
    """`why` says what was missing; `schema`, whether the JSON Schema agreed, or None where the site has none."""

    accepted: bool
    why: str
    schema: bool | None = None


Site = Mapping[str, Mapping[str, Any] | Page]


def verifier_core(site: Site, cases: Iterable[Case]) -> dict[str, Verdict]:
    """The verdicts of @digitalcredentials/verifier-core, by name of case."""
    return _asked([str(node.node()), str(HERE / "verifier_core.mjs")], site, cases)


def digital_bazaar(site: Site, cases: Iterable[Case]) -> dict[str, Verdict]:
    """The verdicts of @digitalbazaar/vc, by name of case."""
    return _asked([str(node.node()), str(HERE / "digital_bazaar.mjs")], site, cases)


def open_badges_2(site: Site, cases: Iterable[Case]) -> dict[str, Verdict]:
    """The verdicts of 1EdTech's `openbadges`, by name of case."""
    python = BUILD / "validator" / "bin" / "python"
    if not (BUILD / "validator" / ".ready").is_file():
        raise MissingPart("The tests need the Open Badges 2.0 validator: `make build/validator/.ready`.")
    # -I: neither the checkout nor a variable of this environment reaches that one. Its packages warn of their age.
    return _asked([str(python), "-I", "-W", "ignore", str(HERE / "open_badges_2.py")], site, cases)


def _asked(command: list[str], site: Site, cases: Iterable[Case]) -> dict[str, Verdict]:
    asked = list(cases)
    names = [case.name for case in asked]
    if len(set(names)) != len(names):
        raise ValueError("two cases have the same name")
    question = {"site": {url: _page(page) for url, page in site.items()}, "cases": [_case(case) for case in asked]}
    done = subprocess.run(
        command, cwd=ROOT, env=node.environment(), input=json.dumps(question), timeout=PATIENCE,
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or [answer["name"] for answer in answers] != names:
        raise RuntimeError(
            f"{Path(command[-1]).name} gave {len(answers)} of {len(names)} answers:\n{done.stderr[-4000:]}"
        )
    return {answer.pop("name"): Verdict(**answer) for answer in answers}


def _page(page: Mapping[str, Any] | Page) -> dict[str, Any]:
    whole = page if isinstance(page, Page) else Page(json.dumps(page).encode())
    return {"status": whole.status, "kind": whole.kind, "body": base64.b64encode(whole.body).decode()}


def _case(case: Case) -> dict[str, Any]:
    asked: dict[str, Any] = {"name": case.name}
    if isinstance(case.what, bytes):
        asked["file"] = base64.b64encode(case.what).decode()
    elif isinstance(case.what, str):
        asked["text"] = case.what
    else:
        asked["json"] = case.what
    return asked if case.email is None else {**asked, "email": case.email}
