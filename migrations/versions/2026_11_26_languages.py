"""languages: who reviewed a translation, who lent a voice, what is known of fairness"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ITEM_TRANSLATION_RULES = {
    "verifier_did_not_translate": "verifier_id IS NULL OR verifier_id <> translator_id",
    "verifier_did_not_review": "verifier_id IS NULL OR verifier_id <> reviewer_id",
    "served_or_waiting": "NOT (is_current AND is_waiting)",
}


def _add(table: str, *columns: sa.Column, **filled: tuple) -> None:
    """Add columns; ``filled`` ones (type, value) are NOT NULL and hold that value in the rows that are there."""
    with op.batch_alter_table(table) as batch_op:
        for column in columns:
            batch_op.add_column(column)
        for name, (kind, value) in filled.items():
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=value))
    if filled:
        with op.batch_alter_table(table) as batch_op:
            for name, (kind, _) in filled.items():
                batch_op.alter_column(name, existing_type=kind, server_default=None)


def upgrade() -> None:
    op.create_table(
        "served_content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_served_content")),
    )
    op.create_table(
        "item_fairness",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("translation_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.Integer(), nullable=False),
        sa.Column("focal", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=10), nullable=False),
        sa.Column("delta", sa.Double(), nullable=True),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("computed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_fairness_item_id_item")),
        sa.PrimaryKeyConstraint("item_id", "language", name=op.f("pk_item_fairness")),
    )
    op.create_table(
        "unlinked_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unlinked_attempt")),
    )
    with op.batch_alter_table("unlinked_attempt") as batch_op:
        batch_op.create_index(batch_op.f("ix_unlinked_attempt_framework"), ["framework"], unique=False)
    op.create_table(
        "voice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("diagnostic_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("consent", sa.String(length=20), nullable=False),
        sa.Column("consented_at", MOMENT, nullable=True),
        sa.Column("licence", sa.String(length=60), nullable=False),
        sa.Column("credit", sa.String(length=60), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["diagnostic_id"], ["diagnostic.id"], name=op.f("fk_voice_diagnostic_id_diagnostic")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_voice_made_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_voice_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_voice_link_digest")),
    )
    with op.batch_alter_table("voice") as batch_op:
        batch_op.create_index(batch_op.f("ix_voice_diagnostic_id"), ["diagnostic_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voice_organisation_id"), ["organisation_id"], unique=False)
    op.create_table(
        "unclear_sentence",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("segment", sa.String(length=80), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["item_revision.id"], name=op.f("fk_unclear_sentence_revision_id_item_revision")
        ),
        sa.PrimaryKeyConstraint("revision_id", "language", "segment", name=op.f("pk_unclear_sentence")),
    )
    _add("answer", sa.Column("translation_id", sa.Uuid(), nullable=True))
    _add("attempt", unclear=(JSON, sa.text("'[]'")))
    _add("organisation", reviews_shipped=(sa.Boolean(), sa.false()))
    op.execute("UPDATE organisation SET reviews_shipped = (SELECT count(*) = 1 FROM organisation)")
    _add("referential", readers=(sa.String(length=10), "beginners"))
    _item_translations()
    _recordings()
    op.create_table(
        "translation_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("translation_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_translation_event_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_translation_event_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["translation_id"],
            ["item_translation.id"],
            name=op.f("fk_translation_event_translation_id_item_translation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation_event")),
    )
    with op.batch_alter_table("translation_event") as batch_op:
        batch_op.create_index(batch_op.f("ix_translation_event_translation_id"), ["translation_id"], unique=False)


def _item_translations() -> None:
    _add(
        "item_translation",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("verifier_id", sa.Uuid(), nullable=True),
        origin=(sa.String(length=40), "file"),
        is_waiting=(sa.Boolean(), sa.false()),
    )
    op.execute("UPDATE item_translation SET origin = 'person' WHERE translator_id IS NOT NULL")
    op.execute(
        "UPDATE item_translation SET organisation_id = (SELECT item.organisation_id FROM item JOIN item_revision"
        " ON item_revision.item_id = item.id WHERE item_revision.id = item_translation.revision_id)"
    )
    _refingerprint()
    with op.batch_alter_table("item_translation") as batch_op:
        for name, rule in ITEM_TRANSLATION_RULES.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_item_translation_{name}"), rule)
        batch_op.create_index("ix_item_translation_language_state", ["language", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_translation_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_item_translation_organisation_id_organisation"), "organisation", ["organisation_id"], ["id"]
        )


def _refingerprint() -> None:
    """A fingerprint was of the state and the texts; now it is of the texts alone. Where the same texts stand there in
    several states, all but one keep theirs with a mark, since a published diagnostic may name them.
    """
    connection = op.get_bind()
    seen = set()
    for row in list(_translations(connection)):
        fingerprint = _fingerprint(row.segments)
        if (row.revision_id, row.language, fingerprint) in seen:
            fingerprint = f"{row.id.hex}{fingerprint}"[:64]
        seen.add((row.revision_id, row.language, fingerprint))
        connection.execute(sa.update(_TRANSLATION).where(_TRANSLATION.c.id == row.id).values(fingerprint=fingerprint))


_TRANSLATION = sa.table(
    "item_translation",
    sa.column("id", sa.Uuid()),
    sa.column("revision_id", sa.Uuid()),
    sa.column("language", sa.String()),
    sa.column("fingerprint", sa.String()),
    sa.column("segments", JSON),
    sa.column("is_current", sa.Boolean()),
)


def _translations(connection: sa.Connection) -> Iterator[sa.Row]:
    """The current ones first: they keep the plain fingerprint."""
    query = sa.select(_TRANSLATION).order_by(_TRANSLATION.c.is_current.desc(), _TRANSLATION.c.id)
    yield from connection.execute(query)


def _fingerprint(segments: dict[str, str]) -> str:
    """As ``referentials.documents.fingerprint_of`` was on the day of this migration."""
    canonical = json.dumps(segments, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _recordings() -> None:
    _add(
        "recording",
        sa.Column("voice_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        text=(sa.Text(), ""),
        seconds=(sa.Double(), "0"),
        origin=(sa.String(length=40), "file"),
        reason=(sa.String(length=300), ""),
    )
    with op.batch_alter_table("recording") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_recording_language_text_fingerprint"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_recording_language_text_fingerprint_sha256"), ["language", "text_fingerprint", "sha256"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_recording_reviewer_is_another"), "reviewer_id IS NULL OR reviewer_id <> made_by"
        )
        batch_op.create_index(batch_op.f("ix_recording_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_recording_voice_id"), ["voice_id"], unique=False)


def downgrade() -> None:
    op.drop_table("translation_event")
    with op.batch_alter_table("recording") as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_voice_id"))
        batch_op.drop_index(batch_op.f("ix_recording_sha256"))
        batch_op.drop_constraint(batch_op.f("ck_recording_reviewer_is_another"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_recording_language_text_fingerprint_sha256"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_recording_language_text_fingerprint"), ["language", "text_fingerprint"]
        )
        for name in ("voice_id", "made_by", "reviewer_id", "reviewed_at", "text", "seconds", "origin", "reason"):
            batch_op.drop_column(name)
    with op.batch_alter_table("item_translation") as batch_op:
        for name in ITEM_TRANSLATION_RULES:
            batch_op.drop_constraint(batch_op.f(f"ck_item_translation_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_item_translation_organisation_id_organisation"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_item_translation_organisation_id"))
        batch_op.drop_index("ix_item_translation_language_state")
        for name in ("organisation_id", "reviewed_at", "verifier_id", "origin", "is_waiting"):
            batch_op.drop_column(name)
    for table, name in (
        ("referential", "readers"),
        ("organisation", "reviews_shipped"),
        ("attempt", "unclear"),
        ("answer", "translation_id"),
    ):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(name)
    for table in ("unclear_sentence", "voice", "unlinked_attempt", "item_fairness", "served_content"):
        op.drop_table(table)
