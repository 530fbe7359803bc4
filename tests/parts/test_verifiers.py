"""The verifiers that others wrote: each is there, says yes and no, and sees nothing but the site that it is given.

The documents are made by hand, so that what our own code makes is not its own proof (that is tests/badges).
"""

import base64
import hashlib
import json
import re
import subprocess
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.parts import BUILD, ROOT, MissingPart, verifiers
from tests.parts.verifiers import Case, Page, digital_bazaar, open_badges_2, verifier_core

HOME = "https://badges.example.org/ob2"
CONTEXT = "https://w3id.org/openbadges/v2"
HOLDER = "holder@example.org"
SALT = "5f" * 16
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SENTINEL = {"id": "urn:uuid:00000000-0000-4000-8000-000000000000"}
HELD, REVOKED = (f"urn:uuid:{digit * 8}-1111-4111-8111-111111111111" for digit in "23")


def document(kind: str, place: str, /, **fields: Any) -> dict[str, Any]:
    return {"@context": CONTEXT, "type": kind, "id": place if ":" in place else f"{HOME}/{place}", **fields}


def assertion(place: str, /, **fields: Any) -> dict[str, Any]:
    digest = hashlib.sha256(f"{HOLDER}{SALT}".encode()).hexdigest()
    signed = {"type": "SignedBadge", "creator": f"{HOME}/key"}
    common = {
        "recipient": {"type": "email", "hashed": True, "salt": SALT, "identity": f"sha256${digest}"},
        "badge": f"{HOME}/class",
        "issuedOn": "2026-01-15T09:00:00+00:00",
        "verification": signed if place.startswith("urn:") else {"type": "HostedBadge"},
    }
    return document("Assertion", place, **{**common, **fields})


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def site(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    documents = [
        document(
            "Profile", "issuer", name="Hub", url="https://badges.example.org", email="badges@example.org",
            publicKey=[f"{HOME}/key"], revocationList=f"{HOME}/revoked",
            verification={"type": "VerificationObject", "startsWith": HOME, "allowedOrigins": "badges.example.org"},
        ),
        document("CryptographicKey", "key", owner=f"{HOME}/issuer",
                 publicKeyPem=key.public_key().public_bytes(*form).decode()),
        document("BadgeClass", "class", name="Accueillir", description="Accueillir une personne.",
                 image=f"{HOME}/picture.png", criteria={"narrative": "Deux séances."}, issuer=f"{HOME}/issuer"),
        document("RevocationList", "revoked", issuer=f"{HOME}/issuer", revokedAssertions=[SENTINEL, {"id": REVOKED}]),
        assertion("hosted"),
        assertion("ended", expires="2026-02-15T09:00:00+00:00"),
    ]  # fmt: skip
    return {page["id"]: page for page in documents} | {f"{HOME}/picture.png": Page(PIXEL, "image/png")}


def jws(key: rsa.RSAPrivateKey, payload: dict[str, Any]) -> str:
    head, body = (_b64(json.dumps(part).encode()) for part in ({"alg": "RS256"}, payload))
    return f"{head}.{body}.{_b64(key.sign(f'{head}.{body}'.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.slow
def test_the_validator_of_open_badges_2_says_yes_and_no(site, key):
    good, other = jws(key, assertion(HELD)), jws(key, assertion(HELD, issuedOn="2026-01-16T09:00:00+00:00"))
    spliced = ".".join([good.split(".")[0], other.split(".")[1], good.split(".")[2]])
    cases = [
        Case("hosted", f"{HOME}/hosted", HOLDER), Case("hosted, in hand", site[f"{HOME}/hosted"], HOLDER),
        Case("signed", good, HOLDER),
        Case("somebody else's", f"{HOME}/hosted", "other@example.org"), Case("ended", f"{HOME}/ended"),
        Case("not there", f"{HOME}/nothing"), Case("changed", spliced), Case("revoked", jws(key, assertion(REVOKED))),
        Case("by another", jws(rsa.generate_private_key(65537, 2048), assertion(HELD))), Case("no badge", "bonjour"),
    ]  # fmt: skip
    verdicts = open_badges_2(site, cases)
    assert [name for name, verdict in verdicts.items() if verdict.accepted] == ["hosted", "hosted, in hand", "signed"]
    assert "revoked" in verdicts["revoked"].why
    assert "Signature" in verdicts["changed"].why
    assert "Signature" in verdicts["by another"].why


@pytest.mark.parametrize("ask", [verifier_core, digital_bazaar])
def test_a_javascript_verifier_refuses_what_has_no_proof_and_what_is_no_badge(ask):
    bare = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": HELD,
        "type": ["VerifiableCredential"],
        "issuer": "did:web:badges.example.org",
        "credentialSubject": {"id": HELD},
    }
    verdicts = ask({}, [Case("bare", bare), Case("word", "bonjour"), Case("nothing", {}), Case("picture", PIXEL)])
    assert {name: verdict.accepted for name, verdict in verdicts.items()} == dict.fromkeys(verdicts, False)
    assert all(verdict.why for verdict in verdicts.values())


@pytest.mark.parametrize("ask", [verifier_core, digital_bazaar, open_badges_2])
def test_every_case_has_its_answer_or_the_call_fails(ask, monkeypatch):
    names = [f"case {number}" for number in range(5)]
    assert list(ask({}, [Case(name, "bonjour") for name in names])) == names
    with pytest.raises(ValueError, match="same name"):
        ask({}, [Case("one", "bonjour"), Case("one", "bonsoir")])
    monkeypatch.setattr(verifiers, "PATIENCE", 0.001)
    with pytest.raises(subprocess.TimeoutExpired):
        ask({}, [Case("one", "bonjour")])


def test_a_script_that_breaks_is_no_refusal(tmp_path, monkeypatch):
    (tmp_path / "verifier_core.mjs").write_text("throw new Error('no such library');", encoding="utf-8")
    monkeypatch.setattr(verifiers, "HERE", tmp_path)
    with pytest.raises(RuntimeError, match=r"0 of 1 answers(.|\n)*no such library"):
        verifier_core({}, [Case("one", "bonjour")])


def test_a_validator_that_is_not_there_is_said_not_skipped(tmp_path, monkeypatch):
    monkeypatch.setattr(verifiers, "BUILD", tmp_path)
    with pytest.raises(MissingPart, match="make build/validator"):
        open_badges_2({}, [Case("one", "bonjour")])


def test_the_validators_environment_is_its_own_and_is_the_locked_one():
    listed = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()), sep='\\n')"
    python = [BUILD / "validator" / "bin" / "python", "-I", "-c", listed]
    found = subprocess.run(python, check=True, capture_output=True, text=True).stdout.splitlines()
    lock = (ROOT / "requirements" / "validator.txt").read_text(encoding="utf-8")
    plain = re.findall(r"^([a-z0-9-]+==\S+) \\$", lock, flags=re.MULTILINE)
    assert {line.lower().replace("_", "-") for line in found} == set(plain)
