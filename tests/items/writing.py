"""Somebody who writes questions: the fields of a form for each kind, and the presses of its buttons."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

from starlette.testclient import TestClient

from tests.web.world import csrf_of

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 280 180"><rect width="280" height="180"/></svg>'
CHOICE = {
    "kind": "choice",
    "skill": "SEC-02",
    "stem": "Votre voisine envoie un lien par message. Que faites-vous ?",
    "option-0-text": "Je lui demande avant",
    "option-0-key": "on",
    "option-1-text": "J'appuie sur le lien",
    "option-1-reveals": "croit qu'un nom connu prouve qui écrit",
    "option-2-text": "Je réponds avec mon code",
    "option-2-reveals": "donne un code à qui le demande",
}
FORMS: dict[str, dict[str, str]] = {
    "choice": CHOICE,
    "choices": CHOICE
    | {"kind": "choices", "stem": "Quels gestes sont prudents ? Choisissez-en deux.", "option-1-key": "on"},
    "order": {
        "kind": "order",
        "skill": "MEL-07",
        "stem": "Mettez dans l'ordre pour envoyer un plan.",
        "option-0-text": "écrire l'adresse",
        "option-1-text": "choisir le plan",
        "option-2-text": "envoyer",
        "orders": "2 1 3",
        "confusion-0-first": "2",
        "confusion-0-second": "0",
        "confusion-0-reveals": "envoie avant d'écrire l'adresse",
    },
    "match": {
        "kind": "match",
        "skill": "GES-04",
        "stem": "Qu'est-ce qui va avec quoi ?",
        "option-0-text": "le cadenas",
        "option-0-target": "1",
        "option-1-text": "la loupe",
        "option-1-target": "0",
        "target-0-text": "chercher",
        "target-1-text": "protéger",
        "target-2-text": "jeter",
        "confusion-0-first": "1",
        "confusion-0-second": "2",
        "confusion-0-reveals": "confond chercher et jeter",
    },
    "text": {
        "kind": "text",
        "skill": "ORD-04",
        "stem": "Recopiez cette adresse : marie@exemple.fr",
        "accept": "marie@exemple.fr",
        "mistake-0-how": "lacks",
        "mistake-0-text": "@",
        "mistake-0-reveals": "ne trouve pas la touche @",
        "mistake-1-how": "contains",
        "mistake-1-text": "www.",
        "mistake-1-reveals": "confond adresse de site et de courriel",
    },
    "observed": {
        "kind": "observed",
        "skill": "GES-02",
        "stem": "Demandez de monter le son du téléphone.",
        "look_for": "trouve les boutons\nappuie sur le bon",
    },
}


class Author:
    """A trainer at the form."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.csrf = csrf_of(client)
        self.key = str(uuid.uuid4())

    def press(
        self,
        fields: dict[str, str],
        *,
        action: str = "keep",
        path: str = "/items/new",
        files: dict[str, Any] | None = None,
        **more: str,
    ) -> Any:
        data = {"csrf": self.csrf, "key": self.key, "action": action} | fields | more
        return self.client.post(path, data=data, files=files or {"none_file": ("", b"")})

    def write(self, fields: dict[str, str], **how: Any) -> str:
        """The code of the question that this makes."""
        self.key = str(uuid.uuid4())
        reply = self.press(fields, **how)
        assert reply.status_code == 303, reply.text
        return reply.headers["location"].removeprefix("/items/")

    def form(self, code: str) -> dict[str, str]:
        """What stands in the form of a question that is changed."""
        page = self.client.get(f"/items/{code}/edit")
        assert page.status_code == 200, page.text
        return fields_in(page.text)

    def change(self, code: str, **changed: str) -> Any:
        return self.press(self.form(code) | changed, path=f"/items/{code}/edit")


def fields_in(page: str) -> dict[str, str]:
    """What a browser would send back of the form on this page, without its buttons."""
    body = page[page.index('<form method="post" enctype') :]
    body = body[: body.index("</form>")]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", body):
        attributes = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        kind = attributes.get("type")
        if kind == "file" or (kind == "checkbox" and " checked" not in tag):
            continue
        found[attributes["name"]] = attributes.get("value", "")
    for name, inside in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', body, re.DOTALL):
        found[name] = html.unescape(inside)
    for name, inside in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        first = re.search(r'<option value="([^"]*)"', inside)
        assert first, name
        found[name] = html.unescape((chosen or first)[1])
    return found
