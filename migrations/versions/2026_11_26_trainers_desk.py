"""the trainer's desk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


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
        "journal_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_journal_entry_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_journal_entry_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_journal_entry_organisation_id_happened_at", ["organisation_id", "happened_at"], unique=False
        )

    op.create_table(
        "learner_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("sought", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_learner_file_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_file")),
    )
    with op.batch_alter_table("learner_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_learner_file_active_at"), ["active_at"], unique=False)
        batch_op.create_index("ix_learner_file_organisation_id_sought", ["organisation_id", "sought"], unique=False)

    op.create_table(
        "diagnostic_edit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("diagnostic_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("selection", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_diagnostic_edit_account_id_account")),
        sa.ForeignKeyConstraint(
            ["diagnostic_id"],
            ["diagnostic.id"],
            name=op.f("fk_diagnostic_edit_diagnostic_id_diagnostic"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnostic_edit")),
        sa.UniqueConstraint("diagnostic_id", "version", name=op.f("uq_diagnostic_edit_diagnostic_id_version")),
    )
    op.create_table(
        "diagnostic_share",
        sa.Column("diagnostic_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["diagnostic_id"], ["diagnostic.id"], name=op.f("fk_diagnostic_share_diagnostic_id_diagnostic")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_diagnostic_share_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("diagnostic_id", "organisation_id", name=op.f("pk_diagnostic_share")),
    )
    with op.batch_alter_table("diagnostic_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_diagnostic_share_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "item_figures",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("incorrect", sa.Integer(), nullable=False),
        sa.Column("dont_know", sa.Integer(), nullable=False),
        sa.Column("not_understood", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_figures_item_id_item")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_item_figures_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("item_id", "organisation_id", "language", name=op.f("pk_item_figures")),
    )
    op.create_table(
        "paper_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("diagnostic_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["diagnostic_id"], ["diagnostic.id"], name=op.f("fk_paper_form_diagnostic_id_diagnostic")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_paper_form_made_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_form")),
        sa.UniqueConstraint("code", name=op.f("uq_paper_form_code")),
    )
    with op.batch_alter_table("paper_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_form_diagnostic_id"), ["diagnostic_id"], unique=False)

    op.create_table(
        "reception",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("context", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("appointment", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reception_account_id_account")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_reception_attempt_id_attempt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reception_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reception")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_reception_attempt_id")),
    )
    with op.batch_alter_table("reception", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reception_organisation_id_started_at", ["organisation_id", "started_at"], unique=False
        )

    _add("answer", sa.Column("entered_by", sa.Uuid(), nullable=True))
    _add("answer", assisted=(sa.Boolean(), sa.false()))
    _add(
        "attempt",
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("longer_to", sa.Integer(), nullable=True),
        sa.Column("paper_form_id", sa.Uuid(), nullable=True),
        assisted=(sa.Boolean(), sa.false()),
        at_desk=(sa.Boolean(), sa.false()),
        counted=(sa.Boolean(), sa.false()),
    )
    with op.batch_alter_table("attempt") as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_file_id"), ["file_id"])
        batch_op.create_index(
            "ix_attempt_to_count",
            ["id"],
            sqlite_where=sa.text("counted = 0 AND stopped IS NOT NULL"),
            postgresql_where=sa.text("counted = false AND stopped IS NOT NULL"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_attempt_file_id_learner_file"), "learner_file", ["file_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_attempt_paper_form_id_paper_form"), "paper_form", ["paper_form_id"], ["id"]
        )
    _add(
        "diagnostic",
        sa.Column("situation", sa.String(length=64), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        shared_with_all=(sa.Boolean(), sa.false()),
    )
    with op.batch_alter_table("diagnostic") as batch_op:
        batch_op.create_foreign_key(
            batch_op.f("fk_diagnostic_follows_id_diagnostic"), "diagnostic", ["follows_id"], ["id"]
        )
    _add("item", sa.Column("organisation_id", sa.Uuid(), nullable=True), sought=(sa.Text(), ""))
    with op.batch_alter_table("item") as batch_op:
        batch_op.create_index(batch_op.f("ix_item_organisation_id"), ["organisation_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_item_organisation_id_organisation"), "organisation", ["organisation_id"], ["id"]
        )
    _add("item_revision", sa.Column("edited_by", sa.Uuid(), nullable=True))
    _add("micro_skill", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("micro_skill") as batch_op:
        batch_op.alter_column("referential_id", existing_type=sa.Uuid(), nullable=True)
    _add("organisation", languages=(JSON, "[]"), habits=(JSON, "{}"), version=(sa.Integer(), "1"))
    _add(
        "strand",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("framework", sa.String(length=64), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        version=(sa.Integer(), "1"),
    )
    with op.batch_alter_table("strand") as batch_op:
        batch_op.alter_column("referential_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.create_index(batch_op.f("ix_strand_organisation_id"), ["organisation_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_strand_organisation_id_organisation"), "organisation", ["organisation_id"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_strand_shipped_or_own"), "(referential_id IS NULL) <> (organisation_id IS NULL)"
        )


def downgrade() -> None:
    # What only this revision knows goes: nothing that is left may point at it.
    op.execute("DELETE FROM micro_skill WHERE referential_id IS NULL")
    op.execute("DELETE FROM strand WHERE referential_id IS NULL")
    with op.batch_alter_table("strand", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_strand_shipped_or_own"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_strand_organisation_id_organisation"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_strand_organisation_id"))
        batch_op.alter_column("referential_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("archived_at")
        batch_op.drop_column("version")
        batch_op.drop_column("framework")
        batch_op.drop_column("organisation_id")

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("version")
        batch_op.drop_column("habits")
        batch_op.drop_column("languages")

    with op.batch_alter_table("micro_skill", schema=None) as batch_op:
        batch_op.alter_column("referential_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("archived_at")

    with op.batch_alter_table("item_revision", schema=None) as batch_op:
        batch_op.drop_column("edited_by")

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_item_organisation_id_organisation"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_item_organisation_id"))
        batch_op.drop_column("sought")
        batch_op.drop_column("organisation_id")

    with op.batch_alter_table("diagnostic", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_diagnostic_follows_id_diagnostic"), type_="foreignkey")
        batch_op.drop_column("shared_with_all")
        batch_op.drop_column("follows_id")
        batch_op.drop_column("content")
        batch_op.drop_column("situation")

    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_attempt_file_id_learner_file"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_attempt_paper_form_id_paper_form"), type_="foreignkey")
        batch_op.drop_index("ix_attempt_to_count")
        batch_op.drop_index(batch_op.f("ix_attempt_file_id"))
        batch_op.drop_column("counted")
        batch_op.drop_column("paper_form_id")
        batch_op.drop_column("longer_to")
        batch_op.drop_column("at_desk")
        batch_op.drop_column("assisted")
        batch_op.drop_column("file_id")

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_column("assisted")
        batch_op.drop_column("entered_by")

    with op.batch_alter_table("reception", schema=None) as batch_op:
        batch_op.drop_index("ix_reception_organisation_id_started_at")

    op.drop_table("reception")
    with op.batch_alter_table("paper_form", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_form_diagnostic_id"))

    op.drop_table("paper_form")
    op.drop_table("item_figures")
    with op.batch_alter_table("diagnostic_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_diagnostic_share_organisation_id"))

    op.drop_table("diagnostic_share")
    op.drop_table("diagnostic_edit")
    with op.batch_alter_table("learner_file", schema=None) as batch_op:
        batch_op.drop_index("ix_learner_file_organisation_id_sought")
        batch_op.drop_index(batch_op.f("ix_learner_file_active_at"))

    op.drop_table("learner_file")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_entry_organisation_id_happened_at")

    op.drop_table("journal_entry")
