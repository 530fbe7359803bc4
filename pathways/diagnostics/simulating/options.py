"""What was asked on the command line, checked: what does not fit together is said in a sentence."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pathways.diagnostics.simulating.generators import GENERATORS, USUAL
from pathways.diagnostics.simulating.json_files import STANDARD
from pathways.diagnostics.simulating.policies import ENGINES, POLICIES
from pathways.diagnostics.simulating.stops import Stops, WrongStop, stops_of

MOST_LEARNERS: Final = 1_000_000
MOST_JOBS: Final = 256
MOST_SEED: Final = 2**63


class WrongOption(ValueError):
    """Options that contradict each other, or a value that none can have; the French sentence says what fits."""


@dataclass(frozen=True, slots=True)
class Options:
    """A command line. One of ``bank`` and ``diagnostic``, one of ``learners`` and ``generator``. ``stops``: ``None``
    for the rules of the diagnostic.
    """

    bank: Path | None
    diagnostic: str | None
    learners: Path | None
    generator: str
    count: int
    save_learners: str | None
    stops: Stops | None
    policy: str
    one_style: bool
    exposure: bool
    seed: int
    trace: str | None
    json: bool
    jobs: int


def options_of(given: argparse.Namespace) -> Options:
    """Return the options of a command line; raises :class:`WrongOption`."""
    if (given.bank is None) == (given.diagnostic is None):
        raise WrongOption("Donnez --bank BANQUE ou --diagnostic CODE, l'un des deux.")
    if (given.learners is None) == (given.generate is None):
        raise WrongOption("Donnez --learners PERSONNES ou --generate N, l'un des deux.")
    if given.save_learners is not None and given.generate is None:
        raise WrongOption("--save-learners garde des personnes inventées : il va avec --generate.")
    if given.policy not in POLICIES:
        raise WrongOption(f"--policy {given.policy[:40]} : attendu {_either(POLICIES)}.")
    if given.exposure and given.policy not in ENGINES:
        raise WrongOption(f"--exposure varie le choix du moteur : il va avec --policy {_either(ENGINES)}.")
    count, generator = _people(given.generate)
    read = {"--bank": given.bank, "--learners": given.learners}
    keep_apart(read, {"--save-learners": given.save_learners, "--trace": given.trace})
    try:
        stops = None if given.stop is None else stops_of(given.stop)
    except WrongStop as error:
        raise WrongOption(f"{error}.") from None
    return Options(
        bank=given.bank,
        diagnostic=given.diagnostic,
        learners=given.learners,
        generator=generator,
        count=count,
        save_learners=given.save_learners,
        stops=stops,
        policy=given.policy,
        one_style=given.one_style,
        exposure=given.exposure,
        seed=_whole("--seed", given.seed, 0, MOST_SEED),
        trace=given.trace,
        json=given.json,
        jobs=_whole("--jobs", given.jobs, 1, MOST_JOBS),
    )


def _people(generate: str | None) -> tuple[int, str]:
    """How many learners of which generator: ``200``, or ``200:B``."""
    if generate is None:
        return 0, USUAL
    number, colon, name = generate.partition(":")
    generator = name.strip().upper() if colon else USUAL
    if generator not in GENERATORS:
        raise WrongOption(f"--generate {generate[:40]} : attendu un générateur parmi {_either(GENERATORS)}.")
    return _whole("--generate", number, 1, MOST_LEARNERS), generator


def _whole(option: str, typed: str, least: int, most: int) -> int:
    try:
        number = int(typed) if len(typed) < 30 else -1
    except ValueError:
        number = -1
    if not least <= number <= most:
        raise WrongOption(f"{option} {typed[:40]} : attendu un nombre entier de {least} à {most}.")
    return number


def _either(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} ou {last}"


def keep_apart(read: Mapping[str, object], written: Mapping[str, str | None]) -> None:
    """Nothing is written over what is read, or over what is written too: option -> file, ``None`` or nothing where it
    is not given. Raises :class:`WrongOption`.
    """
    seen: dict[str, str] = {}
    for option, name in [*read.items(), *written.items()]:
        if not name:
            continue
        place = STANDARD if str(name) == STANDARD and option in written else os.path.realpath(str(name))
        special = place != STANDARD and Path(place).exists() and not Path(place).is_file()
        if place in seen and not special:
            raise WrongOption(f"{seen[place]} et {option} donnent le même fichier.")
        seen[place] = option
