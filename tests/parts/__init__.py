"""Where the suite gets what it needs besides Python packages: PostgreSQL, Node.js, a Chromium and its fonts.

On Linux x86-64 all of it comes from locked packages (requirements/test.txt, package-lock.json), so that
results do not depend on the machine. Elsewhere the machine's own programs are used, and where one is lacking
the suite fails with the name of the command that installs it: it never skips in silence.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"


class MissingPart(RuntimeError):
    """A part of the suite is not on this machine; the message says how to get it."""
