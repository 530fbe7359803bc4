"""Composing the criteria of a draft by forms: a tree of groups and criteria, each with the sentence that a candidate
reads; add, change, move, group, take away. Without a script.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.badges.candidacy import standing
from pathways.badges.criteria import editing, tree, wording
from pathways.badges.criteria.editing import GroupKind
from pathways.badges.criteria.nodes import AtLeast, Group, Leaf, Node
from pathways.badges.criteria.tree import CriteriaError
from pathways.badges.criteria.wording import Language, Line, Names
from pathways.badges.issuing import drafting, naming
from pathways.badges.models import Achievement
from pathways.badges.pages import achievement_forms as forms
from pathways.badges.pages import leaf_forms
from pathways.badges.pages.network_doors import Keeper, KeeperForm, Sent, own_network, page
from pathways.errors import Conflict, DomainError, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Short
from pathways.web.routing import Router
from pathways.workshops.forms import Filled

router = Router()
Place = Annotated[Short, Query()]
TREES = ("criteria", "renewal")
"""What is asked for the first time, and of whoever renews."""
GROUPS: Mapping[GroupKind, str] = {
    GroupKind.ALL: D_("tout ce qui suit"),
    GroupKind.ANY: D_("une de ces possibilités au moins"),
    GroupKind.AT_LEAST: D_("au moins un nombre de ces points"),
}
CANNOT = D_("Cela ne va pas ainsi : %(said)s")


@dataclass(frozen=True, slots=True)
class Branch:
    """A node as the page shows it."""

    place: str
    node: Node
    line: Line
    """What a candidate reads of it: of a group, its heading alone."""
    kind: str
    """Of a group, how many it asks for; of a criterion, which one."""
    n: int
    parts: tuple[Branch, ...]
    is_first: bool
    is_last: bool

    @property
    def is_group(self) -> bool:
        return isinstance(self.node, Group)


# --- the tree -------------------------------------------------------------------------------------------------


@router.get("/network/achievements/{achievement_id}/criteria")
def criteria(
    request: Request, member: Keeper, achievement_id: uuid.UUID, db: ReadDB, of: Place = "criteria"
) -> Response:
    return _tree(request, db, member, achievement_id, _known(of))


@router.post("/network/achievements/{achievement_id}/criteria")
def step(request: Request, member: KeeperForm, achievement_id: uuid.UUID, db: DB, sent: Sent) -> Response:
    """One step on the node at ``at``: ``up``, ``down``, ``remove``, ``regroup``, ``enclose``, ``release``."""
    of = _known(sent.get("of") or "criteria")
    if sent.get("act") == "add":
        at, kind = sent.get("at"), sent.get("kind")
        return RedirectResponse(f"/network/achievements/{achievement_id}/criteria/leaf?{_query(of, at, kind)}", 303)
    try:
        node = _node(drafting.draft_of(db, member, achievement_id), of)
        _keep(db, member, achievement_id, of, _stepped(node, sent), sent)
    except (Conflict, Invalid) as error:
        return _tree(request, db, member, achievement_id, of, refused=error)
    return RedirectResponse(f"/network/achievements/{achievement_id}/criteria?of={of}#tree", 303)


# --- one criterion --------------------------------------------------------------------------------------------


@router.get("/network/achievements/{achievement_id}/criteria/leaf")
def leaf(
    request: Request,
    member: Keeper,
    achievement_id: uuid.UUID,
    db: ReadDB,
    of: Place = "criteria",
    at: Place = "",
    kind: Place = "",
    framework: Place = "",
) -> Response:
    """The criterion at ``at``; with ``kind``, a new one for the group there. ``framework``: choose in another one."""
    return _leaf(request, db, member, achievement_id, _Asked(_known(of), at, kind, framework))


@router.post("/network/achievements/{achievement_id}/criteria/leaf")
def keep_leaf(request: Request, member: KeeperForm, achievement_id: uuid.UUID, db: DB, sent: Sent) -> Response:
    """``action=see``: only show the sentence; ``action=framework``: choose in another framework."""
    of = _known(sent.get("of") or "criteria")
    asked = _Asked(of, sent.get("at"), sent.get("new"), sent.get("framework"))
    if sent.get("action") == "framework":
        sent = _without_skills(sent)
    if sent.get("action") in {"see", "framework"}:
        return _leaf(request, db, member, achievement_id, asked, filled=sent)
    try:
        node = _node(drafting.draft_of(db, member, achievement_id), of)
        before = _at(node, asked.at)
        kind = asked.new if asked.new in leaf_forms.KINDS else _kind(before)
        made = leaf_forms.leaf_of(sent, kind, before if isinstance(before, Leaf) and not asked.new else None)
        _keep(db, member, achievement_id, of, _placed(node, asked, made), sent)
    except (Conflict, Invalid) as error:
        return _leaf(request, db, member, achievement_id, asked, filled=sent, refused=error)
    return RedirectResponse(f"/network/achievements/{achievement_id}/criteria?of={of}#tree", 303)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which criterion of which tree; ``new``: the kind of one that is not there yet."""

    of: str
    at: str
    new: str
    framework: str


# --- inside ---------------------------------------------------------------------------------------------------


def _known(of: str) -> str:
    if of not in TREES:
        raise NotFound(D_("Ces critères n'existent pas."))
    return of


def _query(of: str, at: str, kind: str) -> str:
    """Of an address; what is not one of ours names nothing."""
    known = kind if kind in leaf_forms.KINDS else leaf_forms.KINDS[0]
    place = at if all(one.isascii() and one.isdigit() for one in at.split(".")) else ""
    return f"of={of}&at={place}&kind={known}"


def _node(found: Achievement, of: str) -> Node:
    """The tree of the draft. Raises :class:`NotFound` for a renewal that there is not."""
    data = found.draft["criteria"] if of == "criteria" else (found.draft.get("renewal") or {}).get("criteria")
    if data is None:
        raise NotFound(D_("Ce badge n'a pas de renouvellement."))
    return tree.parse(data)


def _keep(db: Session, member: Member, achievement_id: uuid.UUID, of: str, node: Node, sent: Filled) -> None:
    data: dict[str, Any] = {"criteria": tree.as_data(node)}
    if of == "renewal":
        kept = drafting.draft_of(db, member, achievement_id).draft["renewal"]
        data = {"renewal": {**kept, **data}}
    with db.begin_nested():
        drafting.change(db, member, achievement_id, data, version=sent.number("version_read", 0))


def _without_skills(sent: Filled) -> Filled:
    """What stands in a form without what names another framework's micro-skills and version."""
    kept = {name: values for name, values in sent.fields.items() if not name.startswith("mastery.")}
    return Filled({name: values for name, values in kept.items() if name not in {"skills", "version"}})


def _at(node: Node, place: str) -> Node:
    return _edited(lambda: editing.at(node, place))


def _kind(node: Node) -> str:
    if isinstance(node, Group):
        raise Invalid(D_("Ce critère n'est plus là. Relisez la liste."))
    return leaf_forms.kind_of(node)


def _placed(node: Node, asked: _Asked, made: Leaf) -> Node:
    if asked.new:
        return _edited(lambda: editing.added(node, asked.at, made))
    return _edited(lambda: editing.replaced(node, asked.at, made))


def _stepped(node: Node, sent: Filled) -> Node:
    at, act = sent.get("at"), sent.get("act")
    kind, n = sent.choice("kind", GroupKind, GroupKind.ALL), sent.number("n", 1)
    sent.refuse()
    steps: Mapping[str, Callable[[], Node]] = {
        "up": lambda: editing.moved(node, at, -1),
        "down": lambda: editing.moved(node, at, 1),
        "remove": lambda: editing.removed(node, at),
        "regroup": lambda: editing.regrouped(node, at, kind, n),
        "enclose": lambda: editing.enclosed(node, at, kind),
        "release": lambda: editing.released(node, at),
    }
    if act not in steps:
        raise Invalid(D_("Choisissez dans la liste."))
    return _edited(steps[act])


def _edited(edit: Callable[[], Node]) -> Node:
    """Raises :class:`Invalid` with the sentence of what cannot be so."""
    try:
        return edit()
    except CriteriaError as error:
        raise Invalid(CANNOT, said=error.sentence) from error


def _tree(
    request: Request,
    db: Session,
    member: Member,
    achievement_id: uuid.UUID,
    of: str,
    *,
    refused: DomainError | None = None,
) -> Response:
    found = drafting.draft_of(db, member, achievement_id)
    node, language = _node(found, of), standing.words_in(i18n.current().code)
    names = naming.names_for(db, [node], language)
    return page(
        request,
        "network-criteria.html",
        network=own_network(db, member),
        achievement=found,
        definition=drafting.checked(found.draft),
        of=of,
        branch=_branch(node, "", language, names),
        whole=wording.needed(node, language, names),
        spoken_in=language,
        kinds=forms.BEGINNINGS,
        groups=GROUPS,
        refused=refused,
    )


def _branch(
    node: Node, place: str, language: Language, names: Names, *, is_first: bool = True, is_last: bool = True
) -> Branch:
    line = wording.needed(node, language, names)
    if not isinstance(node, Group):
        return Branch(place, node, line, leaf_forms.kind_of(node), 0, (), is_first, is_last)
    last = len(node.of) - 1
    parts = tuple(
        _branch(
            one,
            f"{place}.{index}" if place else str(index),
            language,
            names,
            is_first=index == 0,
            is_last=index == last,
        )
        for index, one in enumerate(node.of)
    )
    n = node.n if isinstance(node, AtLeast) else 1
    return Branch(place, node, line, editing.kind_of(node).value, n, parts, is_first, is_last)


def _leaf(
    request: Request,
    db: Session,
    member: Member,
    achievement_id: uuid.UUID,
    asked: _Asked,
    *,
    filled: Filled | None = None,
    refused: DomainError | None = None,
) -> Response:
    found, issuer = drafting.draft_of(db, member, achievement_id), own_network(db, member)
    here = _at(_node(found, asked.of), asked.at)
    kind = asked.new if asked.new in leaf_forms.KINDS else _kind(here)
    standing_leaf = None if asked.new or isinstance(here, Group) else here
    offered = leaf_forms.choices(db, issuer, naming=standing_leaf)
    usual = standing_leaf or forms.usual_leaf(kind, found.audience, offered.first_skill)
    filled = filled if filled is not None else leaf_forms.filled_with(usual)
    framework = asked.framework if asked.framework in offered.frameworks else filled.get("framework")
    language = standing.words_in(i18n.current().code)
    return page(
        request,
        "network-leaf.html",
        network=issuer,
        achievement=found,
        of=asked.of,
        at=asked.at,
        new=asked.new,
        kind=kind,
        kinds=forms.BEGINNINGS,
        version=filled.get("version_read") or found.version,
        sentence_said=_sentence(db, filled, kind, standing_leaf, language) if not refused else None,
        spoken_in=language,
        choices=offered,
        framework=offered.frameworks.get(framework),
        masteries=leaf_forms.masteries(filled) if kind == "profile" else (),
        words=leaf_forms,
        filled=filled,
        refused=refused,
    )


def _sentence(db: Session, filled: Filled, kind: str, before: Leaf | None, language: Language) -> Line | None:
    """What a candidate would read of what stands in the form; nothing while it means nothing."""
    try:
        node = leaf_forms.leaf_of(Filled(dict(filled.fields)), kind, before)
    except Invalid:
        return None
    return wording.needed(node, language, naming.names_for(db, [node], language))
