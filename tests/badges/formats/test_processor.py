"""The processor gives what PyLD gives, for badges and for what becomes of them, and works a context out once."""

import copy
import random

import pytest
from pyld import jsonld
from pyld.context_resolver import ContextResolver

from pathways.badges.formats import canonical, documents, pinned, processor
from pathways.badges.formats.processor import ExpandedProcessor, Processor
from tests.badges.formats import samples

BADGE, ENDORSEMENT = (
    documents.achievement_credential(samples.badge()),
    documents.endorsement_credential(samples.endorsement()),
)
FRESH = Processor()
OPTIONS = {"base": None, "documentLoader": pinned.loader}
NQUADS = OPTIONS | {"format": "application/n-quads"}


def of_pyld(document):
    """Expanded nodes and N-Quads as PyLD gives them, nothing kept from one document to the next. None for what is
    no JSON-LD: of that, each stumbles over something of its own.
    """
    mine = OPTIONS | {"contextResolver": ContextResolver({}, pinned.loader)}
    try:
        nodes = jsonld.JsonLdProcessor().expand(document, mine)
        return nodes, jsonld.JsonLdProcessor().to_rdf(copy.deepcopy(nodes), NQUADS)
    except canonical._OF_NO_FORM:
        return None


def of_ours(document):
    try:
        nodes = FRESH.expand(document, OPTIONS)
        return nodes, ExpandedProcessor().to_rdf(copy.deepcopy(nodes), NQUADS)
    except canonical._OF_NO_FORM:
        return None


def places(node):
    """Every object and list of a document, without its contexts."""
    found = [node] if isinstance(node, dict | list) else []
    inside = (value for key, value in node.items() if key != "@context") if isinstance(node, dict) else node
    return found + [one for value in inside if isinstance(value, dict | list) for one in places(value)]


TERMS = ("id", "type", "@type", "@id", "@value", "@language", "@list", "@set", "@graph", "@included", "@reverse")
VALUES = (None, "", "x", "urn:x:y", "_:b0", 7, 0.5, True, [], {}, {"@value": "x"}, {"@list": ["x"]}, {"id": "_:b1"})


CONTEXTS = (
    pinned.VC2,
    pinned.OPEN_BADGES,
    pinned.VC1,
    [],
    None,
    {"x": "urn:x"},
    {"x": {"@id": "urn:x", "@context": {}}},
)


def changed(document, chance):
    """One to four members or values of it in other places, under other names, or other ones."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 4)):
        objects = [one for one in places(document) if isinstance(one, dict) and one]
        one, other = chance.choice(objects), chance.choice(objects)
        key = chance.choice(list(one))
        match chance.randrange(6):
            case 0:
                one[chance.choice([*other, *TERMS])] = one.pop(key)
            case 1:
                one[key] = copy.deepcopy(chance.choice(VALUES))
            case 2:
                one[chance.choice([*TERMS, *other])] = copy.deepcopy(chance.choice(VALUES))
            case 3:
                one[key] = copy.deepcopy(other)
            case 4:
                one[key] = [one[key], copy.deepcopy(chance.choice(list(other.values())))]
            case _:
                one["@context"] = copy.deepcopy(chance.choice(CONTEXTS))
    return document


def look_at(count, seed):
    """How many of ``count`` changed documents PyLD reads; ours says the same of each."""
    chance, read = random.Random(seed), 0
    for number in range(count):
        document = changed(chance.choice([BADGE, ENDORSEMENT]), chance)
        wanted = of_pyld(document)
        assert of_ours(document) == wanted, (seed, number)
        read += wanted is not None
    return read


@pytest.mark.parametrize("document", [BADGE, ENDORSEMENT])
def test_a_document_says_what_pyld_says_of_it(document):
    wanted = of_pyld(document)
    assert wanted is not None
    assert of_ours(document) == wanted
    assert of_ours(document) == wanted, "the second time, from what was kept"


def test_changed_documents_say_what_pyld_says_of_them():
    assert look_at(40, seed=1) > 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_five_hundred_changed_documents_say_what_pyld_says_of_them(seed):
    assert 100 < look_at(500, seed) < 450


def test_a_context_is_worked_out_once(monkeypatch):
    one = Processor()
    wanted = one.expand(BADGE, OPTIONS)
    monkeypatch.setattr(Processor, "_create_term_definition", None)
    assert one.expand(BADGE, OPTIONS) == wanted


def test_only_so_many_contexts_are_kept(monkeypatch):
    monkeypatch.setattr(processor, "MOST_CONTEXTS", 3)
    one = Processor()
    for _ in range(2):
        assert one.expand(BADGE, OPTIONS) == FRESH.expand(BADGE, OPTIONS)
    assert len(one._worked_out) == 3
