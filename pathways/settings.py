"""What an operator decides, read once from the environment. ``docs/guides/exploitation.md`` describes each setting."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pathways import sink
from pathways.errors import SettingsError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one process. Passed to ``create_app``; there is no module-level instance."""

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path = Path("data")
    url: str = "http://127.0.0.1:8000"
    database_url: str = "sqlite:///data/pathways.sqlite3"
    secret: bytes = b""
    badge_secret: bytes = b""
    """What the keys that sign badges are wrapped with; empty: ``secret``."""
    processes: int = 1
    mail_url: str = ""
    mail_from: str = ""
    proxies: str = ""
    translate_url: str = ""
    """A LibreTranslate server that the operator trusts with the texts of questions; empty: no machine translates."""
    sms_url: str = ""
    """A gateway for short messages (``pathways.sms``), or ``sink:`` and a folder; empty: none leaves."""
    sms_token: str = ""
    map_tiles: str = ""
    """Where the directory's maps take their ground from, with ``{z}``, ``{x}`` and ``{y}``; empty: they draw their own,
    and no page asks anybody else for anything."""
    private_webhooks: bool = False
    """Organisations may have addresses of the operator's own network called, and without encryption."""
    check_links: bool = False
    """The worker looks, once a week, whether the links of resources still lead somewhere."""
    verify_others: bool = False
    """Whoever has a badge of another issuer checked here has this server ask that issuer's site for keys and lists."""
    bookings_an_hour: int = 60
    """Seats that one network address may take: a full room of telephones, and no script that empties a calendar.
    0: nobody counts."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read ``PATHWAYS_*``; raises :class:`SettingsError` with one clear sentence."""
        env = os.environ if environment is None else environment
        host = env.get("PATHWAYS_HOST") or "127.0.0.1"
        port = _number(env, "PATHWAYS_PORT", default=8000, lowest=1, highest=65535)
        data = Path(env.get("PATHWAYS_DATA") or "data").absolute()
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
        url = (env.get("PATHWAYS_URL") or f"http://{f'[{shown}]' if ':' in shown else shown}:{port}").rstrip("/")
        if not _is_web_address(url):
            raise SettingsError(f"PATHWAYS_URL doit être une adresse http ou https complète, et non « {url} ».")
        database_url = env.get("PATHWAYS_DATABASE_URL") or f"sqlite:///{data / 'pathways.sqlite3'}"
        if database_url.startswith("postgresql://"):
            database_url = "postgresql+psycopg://" + database_url.removeprefix("postgresql://")
        translate_url = env.get("PATHWAYS_TRANSLATE_URL", "")
        if translate_url and not _is_web_address(translate_url):
            raise SettingsError(
                f"PATHWAYS_TRANSLATE_URL doit être une adresse http ou https, et non « {translate_url} »."
            )
        sms_url = sink.address(env.get("PATHWAYS_SMS_URL", ""), data)
        if sms_url and not sms_url.startswith(sink.SCHEME) and not _is_web_address(sms_url):
            raise SettingsError(f"PATHWAYS_SMS_URL doit être une adresse http ou https, et non « {sms_url} ».")
        mail_url = sink.address(env.get("PATHWAYS_MAIL_URL", ""), data)
        map_tiles = env.get("PATHWAYS_MAP_TILES", "")
        if map_tiles and not (_is_web_address(map_tiles) and all(one in map_tiles for one in ("{z}", "{x}", "{y}"))):
            raise SettingsError(
                "PATHWAYS_MAP_TILES doit être une adresse http ou https avec {z}, {x} et {y}, et non « "
                f"{map_tiles} »."
            )
        return cls(
            host=host,
            port=port,
            data=data,
            url=url,
            database_url=database_url,
            secret=env.get("PATHWAYS_SECRET", "").encode(),
            badge_secret=_badge_secret(env),
            processes=_number(env, "PATHWAYS_PROCESSES", default=1, lowest=1, highest=64),
            mail_url=mail_url,
            mail_from=env.get("PATHWAYS_MAIL_FROM")
            or ("pathways@localhost" if mail_url.startswith(sink.SCHEME) else ""),
            proxies=env.get("PATHWAYS_PROXIES", ""),
            translate_url=translate_url,
            map_tiles=map_tiles,
            sms_url=sms_url,
            sms_token=env.get("PATHWAYS_SMS_TOKEN", ""),
            private_webhooks=env.get("PATHWAYS_PRIVATE_WEBHOOKS", "") == "1",
            check_links=env.get("PATHWAYS_CHECK_LINKS", "") == "1",
            verify_others=env.get("PATHWAYS_VERIFY_OTHERS", "") == "1",
            bookings_an_hour=_number(env, "PATHWAYS_BOOKINGS_AN_HOUR", default=60, lowest=0, highest=1_000_000),
        )

    @property
    def wrapping_secret(self) -> bytes:
        """What wraps the keys of badges."""
        return self.badge_secret or self.secret

    @property
    def reachable_by_phones(self) -> bool:
        """Whether the address that QR codes carry can be opened from another device."""
        return (urlsplit(self.url).hostname or "") not in LOOPBACK

    @property
    def secure_cookies(self) -> bool:
        return self.url.startswith("https://")


def with_secret(settings: Settings) -> Settings:
    """The same settings with a secret: the given one, else the one kept in the data folder (made at first start)."""
    if settings.secret:
        if len(settings.secret) < 32:
            raise SettingsError("PATHWAYS_SECRET doit compter au moins 32 caractères.")
        return settings
    kept = settings.data / "secret"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return replace(settings, secret=kept.read_bytes().strip())
    except OSError as error:
        raise SettingsError(f"Le dossier {settings.data} ne peut pas être écrit ({error.strerror}).") from error


def resource(name: str) -> Path:
    """The folder ``referentials``, ``locales`` or ``migrations``: packaged with the wheel, else beside the package."""
    packaged = Path(__file__).parent / "data" / name
    return packaged if packaged.exists() else Path(__file__).parent.parent / name


def _badge_secret(env: Mapping[str, str]) -> bytes:
    secret = env.get("PATHWAYS_BADGE_SECRET", "").encode()
    if secret and len(secret) < 32:
        raise SettingsError("PATHWAYS_BADGE_SECRET doit compter au moins 32 caractères.")
    return secret


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _number(env: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise SettingsError(f"{name} doit être un nombre entre {lowest} et {highest}, et non « {text} ».")
    return int(text)
