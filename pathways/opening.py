"""Opening the database of the settings for a command, and saying in a sentence why it cannot be opened."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pathways.errors import SettingsError
from pathways.settings import Settings

if TYPE_CHECKING:
    from pathways.database import Database


class opened:  # noqa: N801 - read as a verb: with opened(settings) as database
    """The database of the settings, closed afterwards; what prevents its opening is said in a sentence."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> Database:
        from sqlalchemy import exc  # noqa: PLC0415 - `pathways --help` must not load it

        from pathways.database import Database  # noqa: PLC0415 - same

        try:
            if self._settings.database_url.startswith("sqlite"):
                self._settings.data.mkdir(parents=True, exist_ok=True)
                _keep_private(self._settings.database_url)
            self._opened = Database(self._settings.database_url)
            with self._opened.engine.connect():
                pass
        except OSError as error:
            raise SettingsError(
                f"Le dossier {self._settings.data} ne peut pas être écrit ({error.strerror})."
            ) from error
        except (exc.DBAPIError, exc.ArgumentError, exc.NoSuchModuleError, ImportError) as error:
            first = str(getattr(error, "orig", None) or error).strip().splitlines()[0].rstrip(".")
            raise SettingsError(f"La base de données ne s'ouvre pas : {first}.") from error
        return self._opened

    def __exit__(self, *_: object) -> None:
        self._opened.dispose()


def _keep_private(url: str) -> None:
    """The file of an SQLite database is its owner's alone from the start: SQLite itself would let everybody on this
    machine read it. The files beside it take their mode from it.
    """
    path = Path(url.removeprefix("sqlite:///").partition("?")[0])
    if url.startswith("sqlite:///") and path.name and path.name != ":memory:":
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
        if path.stat().st_mode & 0o007:
            with suppress(PermissionError):  # it is somebody else's, who decides
                path.chmod(path.stat().st_mode & 0o770)
