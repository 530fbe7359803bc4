"""Published test vectors and schemas, as their authors published them. They are not ours to copy: they lie beside the
checkout, in ``../shared/vectors``, or where ``PATHWAYS_VECTORS`` says.

Where they are not, the tests that need them are skipped and say so in one line; in the whole check (``CI=true``) they
fail.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.parts import ROOT


def vectors(name: str) -> Path:
    """The folder of one set of vectors, ``rdf-canon`` for instance."""
    folder = Path(os.environ.get("PATHWAYS_VECTORS") or ROOT.parent / "shared" / "vectors") / name
    if not folder.is_dir():
        said = f"the published vectors {name} are not here: PATHWAYS_VECTORS names their folder"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    return folder
