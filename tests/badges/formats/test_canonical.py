"""What a document says, as text: the vectors of the W3C, and what a signature would not cover."""

import csv
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from pathways.badges.formats import canonical, documents
from pathways.badges.formats.canonical import Bounds
from pathways.badges.formats.errors import FormatError
from tests.badges.formats import samples
from tests.parts.vectors import vectors

BADGE = documents.achievement_credential(samples.badge())


def _manifest():
    with (vectors("rdf-canon") / "manifest.csv").open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if row["rdfc10"] == "TRUE"]


def test_every_graph_of_the_w3c_has_the_canonical_form_that_it_should():
    folder, rows = vectors("rdf-canon") / "rdfc10", _manifest()
    assert len(rows) > 60
    wrong = []
    for row in rows:
        given = (folder / f"{row['test']}-in.nq").read_text("utf-8")
        wanted = (folder / f"{row['test']}-rdfc10.nq").read_text("utf-8")
        if canonical.canonical_quads(given, row["hashAlgorithm"] or "SHA256") != wanted:
            wrong.append(f"{row['test']} {row['name']}")
    assert wrong == []


def test_the_order_of_members_and_lists_says_nothing():
    chance = random.Random(7)

    def shuffled(node):
        if isinstance(node, dict):
            return {
                key: node[key] if key == "@context" else shuffled(node[key])
                for key in chance.sample(list(node), len(node))
            }
        return chance.sample([shuffled(one) for one in node], len(node)) if isinstance(node, list) else node

    form = canonical.canonical(BADGE)
    assert all(canonical.canonical(shuffled(BADGE)) == form for _ in range(5))
    assert form.splitlines() == sorted(form.splitlines())


def test_the_expanded_document_says_the_same_as_the_document():
    found = canonical.examined(BADGE)
    assert (found.undefined, found.relative) == ((), ())
    assert canonical.canonical_quads(canonical.quads(found.nodes)) == canonical.canonical(BADGE)


def test_line_ends_inside_a_text_do_not_break_a_line_of_the_form():
    odd = 'a\nb\r\u2028\u2029\u0085\x0b\x0c\x1c\x00"\\é'
    document = {**BADGE, "name": odd}
    form = canonical.canonical(document)
    assert form.count("\n") == canonical.canonical(BADGE).count("\n")
    assert canonical.canonical_quads(form) == form


def _with(path, value):
    document = documents.achievement_credential(samples.badge())
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "undefined"),
    [
        (("colour",), "blue", ("colour",)),
        (("credentialSubject", "achievement", "difficulty"), 3, ("difficulty",)),
        (("evidence", 0, "sha256"), "00", ("sha256",)),
        (("type",), ["VerifiableCredential", "OpenBadgeCredential", "Medal"], ("Medal",)),
        (("credentialStatus", "type"), "StatusList2021Entry", ("StatusList2021Entry",)),
    ],
)
def test_a_term_or_type_that_no_context_defines_is_named(path, value, undefined):
    found = canonical.undefined_terms(_with(path, value))
    assert set(undefined) <= set(found)
    assert canonical.undefined_terms(BADGE) == ()


def test_a_text_that_looks_like_the_sentinel_is_a_text():
    assert canonical.undefined_terms(_with(("name",), "urn:undefined:colour")) == ()


@pytest.mark.parametrize(
    "given",
    [
        "badge/7",
        "#7",
        "?a=b",
        "//host/x",
        "",
        "www.example.org",
        "_:b7",
        "urn:a b",
        "urn:a><urn:b",
        'urn:a"',
        "urn:{a}",
    ],
)
def test_an_id_that_is_no_whole_iri_is_named(given):
    for path in (
        ("id",),
        ("issuer", "id"),
        ("credentialSubject", "achievement", "image", "id"),
        ("credentialStatus", "statusListCredential"),
    ):
        assert canonical.relative_ids(_with(path, given)), path
    assert canonical.relative_ids(BADGE) == ()


@pytest.mark.parametrize(
    "broken",
    [
        {"@context": "https://www.w3.org/ns/credentials/v2", "id": 7},
        {"@context": "https://www.w3.org/ns/credentials/v2", "type": {"a": 1}},
        {"@context": ["https://www.w3.org/ns/credentials/v2", None], "id": "urn:a:b"},
        {"@context": ["https://www.w3.org/ns/credentials/v2", {"id": "urn:a:b"}], "id": "urn:a:b"},
        {"@context": 7},
        {"@context": "https://www.w3.org/ns/credentials/v2", "name": "\ud800"},
    ],
)
def test_what_is_no_json_ld_is_refused_in_our_words(broken):
    with pytest.raises(FormatError):
        canonical.canonical_quads(canonical.quads(canonical.examined(broken).nodes))


def test_a_document_too_deep_for_the_interpreter_is_refused():
    deep = {"name": "x"}
    for _ in range(3000):
        deep = {"credentialSubject": deep}
    with pytest.raises(FormatError):
        canonical.examined({"@context": "https://www.w3.org/ns/credentials/v2", **deep})


def test_a_document_that_says_too_much_is_refused_before_the_work_grows():
    text = canonical.quads(BADGE)
    Bounds().check(text)
    with pytest.raises(FormatError) as refused:
        Bounds(quads=100).check(text)
    assert refused.value.code == "too-much"
    with pytest.raises(FormatError):
        Bounds(blank_nodes=10).check(text)


def test_several_threads_work_out_the_same(request):
    with ThreadPoolExecutor(4) as pool:
        forms = set(pool.map(lambda _: canonical.canonical(BADGE), range(12)))
    assert len(forms) == 1
