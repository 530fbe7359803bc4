"""The Open Badges 2.0 validator of 1EdTech, in an environment of its own (build/validator) and without network.

Reads {"site": ..., "cases": [...]} on standard input, writes one JSON line per case. Run by the package around it,
which describes both; nothing of the checkout can be imported here.
"""

import base64
import importlib
import io
import json
import sys
import tempfile
from typing import Any

CONTEXT = "https://w3id.org/openbadges/v2"
MISSING = {"status": 404, "kind": "application/json", "body": base64.b64encode(b"{}").decode()}


def close_the_world(site: dict[str, Any]) -> None:
    """Everything that the `requests` library asks for is answered from the site.

    Before the validator is imported: it makes a session when it is.
    """
    adapters: Any = importlib.import_module("requests.adapters")
    responses: Any = importlib.import_module("urllib3.response")

    def from_site(self: Any, request: Any, **_: Any) -> Any:
        page = site.get(request.url.split("#")[0], MISSING)
        raw = responses.HTTPResponse(
            body=io.BytesIO(base64.b64decode(page["body"])),
            headers={"Content-Type": page["kind"]},
            status=page["status"],
            preload_content=False,
        )
        return self.build_response(request, raw)

    adapters.HTTPAdapter.send = from_site


def serve_the_context(site: dict[str, Any]) -> None:
    """The validator asks for its own context over HTTP, and has it within."""
    module: Any = importlib.import_module("openbadges.verifier.openbadges_context")
    text = json.dumps(module.OPENBADGES_CONTEXT_V2_DICT)
    site[CONTEXT] = {"status": 200, "kind": "application/ld+json", "body": base64.b64encode(text.encode()).decode()}


def judged(verify: Any, case: dict[str, Any]) -> dict[str, Any]:
    """The validator's report on one case; what it fails to read, it does not accept."""
    profile = {"email": case["email"]} if case.get("email") else None
    try:
        with tempfile.TemporaryFile() as file:
            report = verify(asked(case, file), recipient_profile=profile, use_cache=False)["report"]
    except Exception as failure:  # noqa: BLE001 - whatever a file makes the validator raise is its answer to it
        return {"accepted": False, "why": f"{type(failure).__name__}: {failure}"}
    errors = [message["result"] for message in report["messages"] if message["messageLevel"] == "ERROR"]
    return {"accepted": report["valid"], "why": "; ".join(str(error) for error in errors)}


def asked(case: dict[str, Any], file: Any) -> Any:
    """What the validator takes: the text of a document, a link, a JWS, or an open picture."""
    if "json" in case:
        return json.dumps(case["json"])
    if "text" in case:
        return case["text"]
    file.write(base64.b64decode(case["file"]))
    file.seek(0)
    return file


def main() -> None:
    """Answer every case."""
    question = json.load(sys.stdin)
    close_the_world(question["site"])
    serve_the_context(question["site"])
    verify = importlib.import_module("openbadges").verify
    for case in question["cases"]:
        sys.stdout.write(json.dumps({"name": case["name"], **judged(verify, case)}) + "\n")


if __name__ == "__main__":
    main()
