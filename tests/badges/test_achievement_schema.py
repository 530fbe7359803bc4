"""The JSON Schema of achievements: the one that the model writes, and of one mind with those who read the files."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml
from hypothesis import given

from pathways.badges.achievement_documents import AchievementDocument
from pathways.badges.criteria import tree
from pathways.settings import resource
from tests.badges.criteria.people import trees

ROOT = resource("referentials")
SCHEMA = json.loads((ROOT / "schema/achievement.schema.json").read_text("utf-8"))
FILES = sorted(ROOT.glob("*/achievements/*.yaml"))
CRITERION = jsonschema.Draft202012Validator(
    {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "$ref": "#/$defs/Criterion"}
)
BY = {"role": "anyone"}
WRONG = {
    "two kinds": {"all": [], "any": []},
    "empty group": {"all": []},
    "unknown kind": {"exam": {}},
    "no mastery": {"profile": {"framework": "m", "skills": ["A-1"]}},
    "mastery twice": {"profile": {"framework": "m", "skills": {"A-1": 0.8}, "mastery": 0.8}},
    "mastery of one": {"profile": {"framework": "m", "skills": {"A-1": 1}}},
    "both instruments": {
        "profile": {"framework": "m", "skills": {"A-1": 0.8}, "version": "1", "fingerprint": "0" * 12}
    },
    "nobody": {"endorsements": {"n": 2, "by": {}}},
    "unknown role": {"endorsements": {"n": 2, "by": {"role": "king"}}},
    "none": {"endorsements": {"n": 0, "by": BY}},
    "no people": {"observation": {"framework": "m", "skills": ["A-1"]}},
    "a third of an hour": {"attendance": {"hours": 0.33}},
    "unknown session": {"sessions": {"n": 1, "kinds": ["boat"]}},
    "one language": {"portfolio": {"piece": "x", "asked": {"fr": "Un récit"}}},
    "no slug": {"achievement": {"version": 2}},
    "unknown outside": {"attested": {"kind": "king"}},
    "a key more": {"sessions": {"n": 1, "colour": "blue"}},
}


def test_it_is_the_one_that_the_model_writes():
    """Renew it with: pathways check --schema referentials/schema"""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert head | AchievementDocument.model_json_schema() == SCHEMA


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_file_keeps_to_it(path):
    document = yaml.safe_load(path.read_text("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    document["status"] = "adopted"
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


@given(trees())
def test_an_editor_accepts_what_the_reader_of_criteria_accepts(data):
    tree.parse(data)
    CRITERION.validate(data)


@pytest.mark.parametrize("case", WRONG)
def test_an_editor_refuses_what_the_reader_of_criteria_refuses(case):
    with pytest.raises(tree.CriteriaError):
        tree.parse(WRONG[case])
    assert not CRITERION.is_valid(WRONG[case])
