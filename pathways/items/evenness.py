"""What only the whole bank shows: keys that give themselves away, questions that say nearly the same, micro-skills with
fewer than two parallel questions. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations

from pathways.items.documents import ItemDocument
from pathways.items.flaws import NEAR_DUPLICATE, overlap, tokens_of

Remark = tuple[str, str, str]
"""The item it is about (empty: the bank), a code, a sentence."""
FEWEST_KEYS = 12
"""With fewer questions of one shape, chance alone makes keys uneven."""
UNEVEN = {2: 6.63, 3: 9.21, 4: 11.34, 5: 13.28, 6: 15.09}
"""Chi-square that chance passes once in a hundred, by number of options (degrees of freedom: one less)."""
LONGEST_TOO_OFTEN = 0.5
"""Share of questions whose key is the longest option: with three or four options, chance gives a third or a quarter."""


def of_keys(items: Mapping[str, ItemDocument]) -> list[Remark]:
    """Keys whose position or length tells a test-wise person what is right."""
    single = [item for item in items.values() if item.kind in {"choice", "zone", "pictures"}]
    remarks = []
    for number, limit in UNEVEN.items():
        positions = Counter(_key(item) for item in single if len(item.options) == number)
        total = positions.total()
        expected = total / number
        if total >= FEWEST_KEYS and sum((positions[p] - expected) ** 2 for p in range(number)) / expected > limit:
            told = ", ".join(str(positions[place]) for place in range(number))
            said = f"les bonnes réponses tombent mal réparties sur les places (questions à {number} réponses : {told})"
            remarks.append(("", "key-position", said))
    written = [item for item in single if item.kind == "choice"]
    longest = [item for item in written if _key_is_longest(item)]
    if len(written) >= FEWEST_KEYS and len(longest) > LONGEST_TOO_OFTEN * len(written):
        said = f"la bonne réponse est la plus longue dans {len(longest)} questions sur {len(written)}"
        remarks.append(("", "key-length", said))
    return remarks


def of_parallels(items: Mapping[str, ItemDocument], skills: Iterable[str]) -> list[Remark]:
    """Near duplicates of different micro-skills, and micro-skills that cannot be asked twice."""
    every = list(items.values())
    words = {item.code: tokens_of(" ".join(item.segments().values())) for item in every}
    remarks = [
        (other.code, "near-duplicate", f"{one.code} et {other.code} sont presque la même question")
        for one, other in combinations(every, 2)
        if one.skill != other.skill and overlap(words[one.code], words[other.code]) > NEAR_DUPLICATE
    ]
    if not every:
        return remarks
    asked = Counter(item.skill for item in every if item.kind != "observed")
    observed = {item.skill for item in every if item.kind == "observed"}
    for skill in skills:
        if asked[skill] < 2 and skill not in observed:
            said = f"{skill} : {asked[skill]} question, il en faut deux parallèles ou une fiche d'observation"
            remarks.append(("", "too-few-items", said))
    return remarks


def _key(item: ItemDocument) -> int:
    return next(place for place, option in enumerate(item.options) if option.key)


def _key_is_longest(item: ItemDocument) -> bool:
    lengths = [len(option.text or "") for option in item.options]
    key = lengths[_key(item)]
    return key == max(lengths) and lengths.count(key) == 1
