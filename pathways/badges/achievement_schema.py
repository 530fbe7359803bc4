"""The part of the JSON Schema of achievements that pydantic does not know: criteria, which ``criteria.tree`` reads. An
editor that follows it refuses most of what ``tree.parse`` refuses; how deep groups may be, for one, is for ``parse``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pathways.badges.criteria import fields, tree

Schema = dict[str, Any]

HERE: Schema = {"x-criteria": True}
"""Marks where criteria stand."""
CRITERION: Schema = {"$ref": "#/$defs/Criterion"}


def with_criteria(schema: Schema) -> Schema:
    """``schema`` with every marked place pointing to the definition of a criterion, which is added."""
    whole = _pointed(schema)
    whole["$defs"] = dict(sorted((whole.get("$defs", {}) | _definitions()).items()))
    return whole


def _pointed(value: Any) -> Any:
    if isinstance(value, list):
        return [_pointed(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() >= HERE.keys():
        return CRITERION
    return {key: _pointed(one) for key, one in value.items()}


def _definitions() -> dict[str, Schema]:
    kinds = _groups() | _leaves()
    said = "One group (all, any, at_least) or one leaf, with what it asks for."
    by = _object(
        {"holder": _one_or_more(_code(60)), "role": _one_or_more(_one_of(tree.Role)), "jury": {"type": "boolean"}}
    )
    return {
        "Criterion": {"description": said, "oneOf": [_object({name: one}, name) for name, one in kinds.items()]},
        "By": by | {"minProperties": 1, "description": "Who counts: holders of an achievement, roles, the jury."},
        "Both": _object({"fr": _words(), "en": _words()}, "fr", "en"),
    }


def _groups() -> dict[str, Schema]:
    of = {"type": "array", "items": CRITERION, "minItems": 1, "maxItems": tree.MOST_LEAVES}
    return {"all": of, "any": of, "at_least": _object({"n": _count(tree.MOST_LEAVES), "of": of}, "n", "of")}


def _leaves() -> dict[str, Schema]:
    months, by = _count(tree.MOST_MONTHS), {"$ref": "#/$defs/By"}
    skill = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9.-]{0,40}$"}
    themes = _one_or_more({"type": "string", "pattern": "^[a-z0-9]+([_-][a-z0-9]+)*$", "maxLength": 60})
    languages = _one_or_more({"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"})
    return {
        "profile": _profile(skill, months),
        "observation": _object(
            {
                "framework": skill,
                "skills": _several(skill),
                "sheets": _count(tree.MOST_PEOPLE),
                "by": by,
                "months": months,
            },
            *("framework", "skills", "by"),
        ),
        "endorsements": _object(
            {
                "n": _count(tree.MOST_PEOPLE),
                "by": by,
                "organisations": _count(tree.MOST_PEOPLE),
                "months": months,
            },
            *("n", "by"),
        ),
        "attendance": _object(
            {
                "hours": {"type": "number", "minimum": 0.25, "maximum": tree.MOST_HOURS, "multipleOf": 0.25},
                "themes": themes,
                "months": months,
            },
            "hours",
        ),
        "sessions": _object(
            {
                "n": _count(tree.MOST_SESSIONS),
                "themes": themes,
                "languages": languages,
                "kinds": _one_or_more(_one_of(tree.SessionKind)),
                "endorsed": _count(tree.MOST_SESSIONS),
                "months": months,
            },
            "n",
        ),
        "portfolio": _object(
            {"piece": _code(60), "asked": {"$ref": "#/$defs/Both"}, "jury": _count(tree.MOST_JURY)}, "piece", "asked"
        ),
        "achievement": _object({"slug": _code(60), "version": _count(tree.MOST_VERSIONS)}, "slug"),
        "attested": _object(
            {"kind": _one_of(tree.Outside), "code": _code(60), "title": {"$ref": "#/$defs/Both"}}, "kind"
        ),
    }


def _profile(skill: Schema, months: Schema) -> Schema:
    """Micro-skills with one mastery for all, or each with its own."""
    mastery = {"type": "number", "minimum": 0.5, "maximum": 0.99}
    each = {"type": "object", "propertyNames": skill, "additionalProperties": mastery, "minProperties": 1}
    whole = _object(
        {
            "framework": skill,
            "skills": {"oneOf": [_several(skill), each]},
            "mastery": mastery,
            "answers": {"type": "integer", "minimum": 0, "maximum": tree.MOST_ANSWERS},
            "version": {"type": "string", "pattern": "^[0-9]{1,6}(\\.[0-9]{1,6}){0,2}$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{12,64}$"},
            "months": months,
            "lower_bound": {"type": "boolean"},
        },
        *("framework", "skills"),
    )
    listed: Schema = {"properties": {"skills": {"type": "array"}}, "required": ["mastery"]}
    mapped: Schema = {"properties": {"skills": {"type": "object"}}, "not": {"required": ["mastery"]}}
    return whole | {"oneOf": [listed, mapped], "not": {"required": ["version", "fingerprint"]}}


def _object(properties: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _count(most: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": most}


def _code(longest: int) -> Schema:
    return {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": longest}


def _one_of(kind: type[StrEnum]) -> Schema:
    return {"enum": [one.value for one in kind]}


def _several(one: Schema) -> Schema:
    return {"type": "array", "items": one, "minItems": 1, "maxItems": fields.MOST_VALUES, "uniqueItems": True}


def _one_or_more(one: Schema) -> Schema:
    return {"anyOf": [one, _several(one)]}


def _words() -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": fields.LONGEST_TEXT, "pattern": "^[^<>]+$"}
