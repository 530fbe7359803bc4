"""The fonts pages are drawn with in tests: a few faces from locked npm packages, and no other.

A browser falls back to whatever fonts a machine has, so a page can look right on one machine and show boxes
on the next. Here the choice is closed, and `coverage()` says which characters it can draw.
"""

import hashlib
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont

from tests.parts import BUILD, ROOT, MissingPart

FACES = (
    "noto-sans/400Regular/NotoSans_400Regular.ttf",
    "noto-sans/400Regular_Italic/NotoSans_400Regular_Italic.ttf",
    "noto-sans/700Bold/NotoSans_700Bold.ttf",
    "noto-naskh-arabic/400Regular/NotoNaskhArabic_400Regular.ttf",
    "noto-naskh-arabic/700Bold/NotoNaskhArabic_700Bold.ttf",
)
CLOSED = sys.platform == "linux"  # macOS asks its own catalogue of fonts: there the choice stays open
LATIN, ARABIC = "Noto Sans", "Noto Naskh Arabic"

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{folder}/cache</cachedir>
  <match target="pattern">
    <edit name="family" mode="append_last" binding="same">
      <string>{latin}</string><string>{arabic}</string>
    </edit>
  </match>
</fontconfig>
"""


def faces() -> list[Path]:
    """The font files."""
    found = [ROOT / "node_modules" / "@expo-google-fonts" / face for face in FACES]
    missing = [path.name for path in found if not path.is_file()]
    if missing:
        raise MissingPart(f"The test fonts are not there ({', '.join(missing)}): `make test` installs them.")
    return found


@cache
def configuration() -> Path:
    """A fontconfig file that names a folder with our faces only. Value of FONTCONFIG_FILE for the browser."""
    BUILD.mkdir(exist_ok=True)
    version = hashlib.sha256(_CONFIGURATION.encode())
    for face in faces():
        version.update(face.read_bytes())
    folder = BUILD / f"fonts-{version.hexdigest()[:12]}"
    written = folder / "fonts.conf"
    if not written.is_file():
        # Filled under another name, then moved: several test processes may do this at once, and one wins.
        draft = Path(tempfile.mkdtemp(dir=BUILD, prefix="filling-"))
        for face in faces():
            shutil.copy(face, draft)
        text = _CONFIGURATION.format(folder=escape(str(folder)), latin=LATIN, arabic=ARABIC)
        (draft / written.name).write_text(text, encoding="utf-8")
        try:
            draft.rename(folder)
        except OSError:
            shutil.rmtree(draft)
    return written


def shipped() -> list[Path]:
    """The fonts that are sent with pages, but for the few letters of the wall of languages."""
    static = ROOT / "pathways" / "web" / "static"
    found = sorted(path for path in static.glob("*.woff2") if not path.stem.endswith("-names"))
    if not found:
        raise MissingPart("No fonts are sent with pages: run `make pathways/web/static/fonts.css`.")
    return found


@cache
def coverage() -> frozenset[int]:
    """The code points that our faces can draw."""
    points: set[int] = set()
    for path in (*faces(), *shipped()):
        with TTFont(path, lazy=True) as font:
            points.update(font.getBestCmap() or {})
    return frozenset(points)
