"""Languages: what a browser's wish means, and that no reader ever gets another reader's language."""

from __future__ import annotations

import asyncio
import random
from datetime import date

import httpx2 as httpx
import pytest

from pathways import i18n

NEGOTIATED: list[tuple[str | None, str | None]] = [
    (None, None),
    ("", None),
    ("*", None),
    ("fr", "fr"),
    ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
    ("FR-ca", "fr"),
    ("ar", "ar"),
    ("ar-MA", "ar"),
    ("ary", "ar"),
    ("arz-EG", "ar"),
    ("fa-AF", "fa_AF"),
    ("fa", "fa_AF"),
    ("prs-AF", "fa_AF"),
    ("prs", "fa_AF"),
    ("uk-UA,ru;q=0.9", "uk"),
    ("ru", "ru"),
    ("ru-KZ,en;q=0.8", "ru"),
    ("uk", "uk"),
    ("be,uk;q=0.5", "uk"),
    ("ps-AF", "ps"),
    ("pbt", "ps"),
    ("pbu-PK,ur;q=0.8", "ps"),
    ("ti-ER", "ti"),
    ("tig", "ti"),
    ("am,ti;q=0.4", "ti"),
    ("tr-TR,tr;q=0.9,en-US;q=0.8", "tr"),
    ("bn-BD", "bn"),
    ("bn-IN", "bn"),
    ("ht", "ht"),
    ("ht-HT,fr;q=0.9", "ht"),
    ("zh-CN", None),
    ("kmr", None),
    ("fuf", None),
    ("en;q=0.1,uk;q=0.9", "uk"),
    ("en;q=0.5,uk;q=0.5", "en"),
    ("xx,yy;q=0.9,en;q=0.1", "en"),
    ("en;q=0,ar;q=0.1", "ar"),
    ("en;q=abc,ar;q=0.1", "ar"),
    ("en;q=2,ar;q=0.1", "ar"),
    ("en;q=-1,ar", "ar"),
    ("en;q=nan,uk;q=inf,ar;q=0.3", "ar"),
    ("en;level=1,ar;q=0.2", "ar"),
    (",,;;,=,ar", "ar"),
    ("ar_MA", "ar"),
    ("ar-" + "x-" * 4000, "ar"),
    ("xx," * 19 + "ar", "ar"),
    ("xx," * 20 + "ar", None),
    ("x" * 8000 + ",ar", None),
    ("\x00\xff,ar", "ar"),
]


@pytest.mark.parametrize("number", range(len(NEGOTIATED)))
def test_what_a_browser_wishes(number):
    header, expected = NEGOTIATED[number]
    assert i18n.negotiated(header) == expected, header[:60] if header else header


def test_among_the_languages_of_a_diagnostic():
    assert i18n.negotiated("ar,uk;q=0.5", among=["fr", "uk"]) == "uk"
    assert i18n.negotiated("ar", among=["fr"]) is None


@pytest.mark.slow
def test_the_order_of_wishes(client, published):
    """The address, then the cookie, then the browser, then French."""

    def language(path: str, **headers: str) -> str:
        return client.get(path, headers=headers).headers["content-language"]

    assert language("/") == "fr"
    wish = {"Accept-Language": "uk"}
    assert language("/", **wish) == "uk"
    assert language("/", **wish, Cookie="language=ar") == "ar"
    assert language("/?lang=en", **wish, Cookie="language=ar") == "en"
    assert language("/?lang=xx", **wish, Cookie="language=ar") == "ar"
    assert language("/", Cookie="language=xx") == "fr"
    assert language(f"/q/{published}/ar", **wish) == "ar"


def test_a_page_says_how_it_is_read(client):
    page = client.get("/", headers={"Accept-Language": "fa-AF"})
    assert '<html lang="fa-AF" dir="rtl"' in page.text
    assert {"Accept-Language", "Cookie"} <= {one.strip() for one in page.headers["vary"].split(",")}


def test_the_registry_is_whole():
    import re

    for code, language in i18n.languages().items():
        assert re.fullmatch(r"[a-z]{2,3}(_[A-Z][A-Za-z]+)?", code)
        assert language.tag == code.replace("_", "-")
        assert language.dir == ("rtl" if code in {"ar", "fa_AF", "ps"} else "ltr")
        assert language.plural.startswith("nplurals=")
        assert all(one in i18n.languages() for one in language.fallback)
        assert i18n.recognised(language.tag) == code
    names = [name for one in i18n.languages().values() for name in (one.tag, *one.aliases)]
    assert len({name.casefold() for name in names}) == len(names), "one name, one language"


def test_dates_have_the_digits_of_french_forms():
    for code in i18n.languages():
        said = i18n.say_date(date(2026, 12, 3), code)
        assert "2026" in said
        assert "3" in said


def test_fallbacks_of_two_languages_never_grow_into_each_other():
    for code in i18n.languages():
        i18n.catalogue(code)
    text = "Il faut se connecter."
    said = {code: i18n.gettext(text, code) for code in i18n.languages()}
    assert said["fr"] == text
    assert len(set(said.values())) == len(said)
    assert {code: i18n.gettext(text, code) for code in reversed(list(i18n.languages()))} == said


@pytest.mark.slow
def test_two_hundred_readers_at_once_each_get_their_own_language(app):
    """Sync endpoints, error pages, problem documents: in no order, on one loop and many threads."""
    paths = ["/", "/resume", "/confidentialite", "/nothing", "/api/v1/nothing", "/api/v1/me", "/q/ZZZZZ"]
    readers = [(code, path) for code in i18n.languages() for path in paths for _ in range(6)]
    random.Random(7).shuffle(readers)
    assert len(readers) >= 200

    async def all_at_once() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await asyncio.gather(
                *(client.get(path, headers={"Accept-Language": i18n.language(code).tag}) for code, path in readers)
            )

    for (code, path), reply in zip(readers, asyncio.run(all_at_once()), strict=True):
        assert reply.headers["content-language"] == i18n.language(code).tag, path
        if not path.startswith("/api/"):
            assert f'<html lang="{i18n.language(code).tag}"' in reply.text, path
