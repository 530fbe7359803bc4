"""What is written in two places says the same in both: models and migrations, texts and catalogues, code and schemas,
settings and their guide, the API and its document.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from pathways import content, i18n, messages, migrating
from pathways.app import create_app
from pathways.database import Database
from pathways.settings import Settings, resource
from pathways.tables import metadata
from pathways.web import pages
from pathways.web.problems import STATUS, TITLES
from tests.catalogues import placeholders, problems_of, texts_of
from tests.parts import postgres

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pathways"
APPROVED = Path(__file__).parent / "approved" / "openapi.json"
TRANSLATED = [code for code in i18n.languages() if code != i18n.SOURCE]


# --- migrations and models ---


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path):
    """A database in which nothing was made yet."""
    url = f"sqlite:///{tmp_path}/empty.sqlite3" if request.param == "sqlite" else postgres.new_database()
    database = Database(url)
    yield database
    database.dispose()
    if request.param == "postgresql":
        postgres.drop_database(url)


def differences(database: Database) -> list[Any]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        )
        return compare_metadata(context, metadata)


@pytest.mark.slow
def test_migrations_make_what_the_models_say(empty):
    assert migrating.migrate(empty) is True
    assert differences(empty) == []
    assert migrating.migrate(empty) is False


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(migrating.configuration()).get_heads()) == 1


@pytest.mark.slow
def test_down_and_up_again(empty):
    migrating.migrate(empty)
    for step in (command.downgrade, command.upgrade):
        with empty.engine.execution_options(writes=True).begin() as connection:
            config = migrating.configuration()
            config.attributes["connection"] = connection
            step(config, "-1" if step is command.downgrade else "head")
    assert differences(empty) == []
    with empty.engine.execution_options(writes=True).begin() as connection:
        config = migrating.configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(sa.inspect(empty.engine).get_table_names()) <= {"alembic_version"}


def test_no_column_asks_where_a_person_comes_from():
    forbidden = re.compile(r"nationalit|country|birth|gender|civilit|ethnic|religion|phone", re.IGNORECASE)
    found = [f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns]
    found.remove("place.phone")  # nobody's own
    assert [name for name in found if forbidden.search(name.split(".")[1])] == []


def test_no_enum_of_the_database_itself():
    """A value added to a native enum is a migration that nobody sees missing."""
    types = [column.type for table in metadata.sorted_tables for column in table.columns]
    assert all(not one.native_enum for one in types if isinstance(one, sa.Enum))


# --- templates ---


@pytest.mark.slow
def test_every_template_is_used_and_exists():
    there = {path.name for path in PACKAGE.rglob("*.html")}
    sources = [path.read_text("utf-8") for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")]]
    named = {name for text in sources for name in re.findall(r"""["']([a-z-]+\.html)["']""", text)}
    assert named - there == set(), "named, but not there"
    assert there - named == set(), "there, but never used"
    for name in there:
        pages.environment().get_template(name)


def test_every_static_file_is_used():
    there = {path.name for path in pages.STATIC.iterdir()}
    served = [PACKAGE / "workshops" / "pages" / "day.py"]  # a worker of the browser has an address of its own
    asking = [*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.css"), *served]
    text = "".join(path.read_text("utf-8") for path in asking)
    assert {name for name in there if name not in text} == set()


# --- catalogues ---


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_is_whole(code):
    assert problems_of(code) == []


@pytest.mark.parametrize("code", [one.code for one in i18n.desk_languages() if one.code != i18n.SOURCE])
def test_the_catalogue_of_the_desk_is_whole(code):
    assert problems_of(code, i18n.DESK) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_holds_what_the_interface_says_and_no_more(code, collected):
    for domain, texts in collected.items():
        if domain == i18n.DESK and not i18n.language(code).desk:
            assert not i18n.po_file(code, domain).exists()
            continue
        said = {message.id if isinstance(message.id, str) else message.id[0] for message in texts if message.id}
        held = {entry.msgid for entry in texts_of(code, domain)}
        assert said - held == set(), "run `make messages`, then translate"
        assert held - said == set(), "run `make messages`"


def test_no_text_has_a_lone_per_cent_sign(collected):
    for message in chain.from_iterable(collected.values()):
        for text in [message.id] if isinstance(message.id, str) else list(message.id):
            placeholders(text)  # raises for a sign that is neither a place nor doubled
            if "%(" in text:
                assert "%" not in re.sub(r"%\(\w+\)[sd]|%%", "", text), text


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_plural_rule_gives_a_form_for_every_number(code):
    catalogue = i18n.catalogue(code)
    for number in (0, 1, 2, 3, 5, 10, 11, 21, 100, 101, 102, 111, 1000):
        assert catalogue.ungettext("x", "y", number) in {"x", "y"}


def test_arabic_counts_as_arabic_does():
    """The two orders of the last forms that tools write differ at 11 and 100: the header must be ours."""
    rule = i18n.language("ar").plural
    assert rule in (resource("locales") / "ar" / "LC_MESSAGES" / "pathways.po").read_text("utf-8")
    assert "n%100>=11 ? 4 : 5" in rule


@pytest.mark.parametrize("code", TRANSLATED)
def test_collecting_again_changes_no_catalogue(code, collected, tmp_path, monkeypatch):
    """`make messages` on a finished state writes the same files."""
    for domain, texts in collected.items():
        path = i18n.po_file(code, domain)
        if not path.exists():
            continue
        copy = tmp_path / path.name
        copy.write_text(path.read_text("utf-8"), "utf-8")
        with monkeypatch.context() as patch:
            patch.setattr(i18n, "po_file", lambda _code, _domain, copy=copy: copy)
            every, waiting = messages.update(code, texts, domain)
        assert (copy.read_text("utf-8") == path.read_text("utf-8"), waiting) == (True, 0)
        assert every > 50


# --- settings, schemas, content ---


def test_every_setting_is_described_to_operators():
    named = set(re.findall(r"PATHWAYS_[A-Z_]+", (PACKAGE / "settings.py").read_text("utf-8")))
    guide = (ROOT / "docs" / "guides" / "exploitation.md").read_text("utf-8")
    assert {name for name in named if name not in guide} == set()
    others = set(re.findall(r"PATHWAYS_[A-Z_]+", guide)) - named - {"PATHWAYS_TEST_DATABASE_URL"}
    assert others == set(), "described, but not read"
    helped = (PACKAGE / "cli.py").read_text("utf-8")
    assert {name for name in named if name not in helped} == set()


def test_every_setting_reaches_the_containers():
    """What is in no list of ``compose.yaml`` is lost there without a word, however well it stands in ``.env``."""
    named = set(re.findall(r"PATHWAYS_[A-Z_]+", (PACKAGE / "settings.py").read_text("utf-8"))) - {"PATHWAYS_"}
    image = re.findall(r"PATHWAYS_[A-Z_]+(?==)", (ROOT / "Dockerfile").read_text("utf-8"))
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert named - {*image, *services["web"]["environment"]} == set()
    assert set(services["worker"]["environment"]) == set(services["web"]["environment"]) - {"PATHWAYS_PROCESSES"}


def test_the_schemas_are_those_that_the_command_writes(tmp_path):
    """Renew them with: pathways check --schema referentials/schema"""
    written = content.write_schemas(tmp_path)
    there = resource("referentials") / "schema"
    assert {path.name for path in there.iterdir()} == {Path(name).name for name in written}
    for path in there.iterdir():
        assert path.read_text("utf-8") == (tmp_path / path.name).read_text("utf-8"), path.name


def test_the_shipped_content_has_no_error(shipped):
    assert [str(finding) for finding in shipped.errors] == []


def test_the_shipped_content_is_what_the_issue_of_this_release_says(shipped):
    by_code = {folder.framework.code: (folder.framework, items) for folder, items in shipped.frameworks}
    framework, items = by_code["inclusion-numerique"]
    assert (len(framework.skills()), len(framework.strands())) == (95, 13)
    assert len(by_code["mediateur-numerique"][0].skills()) == 42
    asked = [item for item in items.items.values() if item.kind != "observed"]
    skills = {item.skill for item in asked}
    assert len(asked) >= 40
    assert len(skills) >= 20
    assert all(sum(item.skill == skill for item in asked) >= 2 for skill in skills)
    assert len({skill.split("-")[0] for skill in skills}) >= 5
    assert {item.kind for item in items.items.values()} >= {
        *("choice", "choices", "pictures", "zone", "order", "match", "text", "observed")
    }
    for language in ("en", "ar", "uk", "fa_AF"):
        whole = items.translations.get(language, {})
        stale = [one.code for one in asked if one.code not in whole or whole[one.code].of != one.text_fingerprint()]
        assert stale == [], language


# --- the API and its document ---


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("openapi")
    app = create_app(Settings(database_url=f"sqlite:///{folder}/x.sqlite3", data=folder, secret=b"x" * 32))
    return app.openapi()


def test_the_openapi_document_is_the_approved_one(document):
    """A change of the API is seen here. Approve it with: .venv/bin/python -m tests.approved.renew"""
    assert json.loads(json.dumps(document)) == json.loads(APPROVED.read_text("utf-8"))


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_has_a_summary_a_tag_and_the_shape_of_its_errors(document):
    for name, operation in operations(document):
        assert operation.get("summary"), name
        assert operation.get("tags"), name
        refused = operation["responses"]["422"]["content"]
        assert list(refused) == ["application/problem+json"], name
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_body_of_the_api_refuses_what_it_does_not_know(document):
    schemas = document["components"]["schemas"]
    for name, operation in operations(document):
        for body in operation.get("requestBody", {}).get("content", {}).values():
            text = json.dumps(body["schema"])
            for used in re.findall(r"#/components/schemas/(\w+)", text):
                assert schemas[used].get("additionalProperties") is False, f"{name}: {used}"


@pytest.mark.slow
def test_the_document_itself_is_served(client, document):
    served = client.get("/api/v1/openapi.json")
    assert served.status_code == 200
    assert served.json()["paths"].keys() == document["paths"].keys()


def test_every_kind_of_error_has_a_status_and_a_title():
    from pathways import errors

    kinds = {one.kind for one in _descendants(errors.DomainError)}
    assert kinds <= STATUS.keys()
    assert STATUS.keys() == TITLES.keys()


def _descendants(kind: type) -> list[type]:
    below = kind.__subclasses__()
    return [*below, *(further for one in below for further in _descendants(one))]
