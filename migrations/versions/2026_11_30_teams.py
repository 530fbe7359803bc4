"""teams: the skills that an organisation looks at, its people, targets"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "team",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("diagnostic_id", sa.Uuid(), nullable=True),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["diagnostic_id"], ["diagnostic.id"], name=op.f("fk_team_diagnostic_id_diagnostic")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_team_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_team")),
    )
    op.create_index(op.f("ix_team_diagnostic_id"), "team", ["diagnostic_id"], unique=False)
    op.create_table(
        "team_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column(
            "standing",
            sa.Enum("volunteer", "employee", name="standing", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=False),
        sa.Column("link_number", sa.Integer(), nullable=False),
        sa.Column("link_expires_at", MOMENT, nullable=False),
        sa.Column(
            "sharing",
            sa.Enum("invited", "shared", "withheld", name="sharing", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("agreed", JSON, nullable=False),
        sa.Column("shows_badges", sa.Boolean(), nullable=False),
        sa.Column("consent_text", sa.String(length=64), nullable=False),
        sa.Column("consent_language", sa.String(length=10), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_team_member_holder_id_holder"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_team_member_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_team_member_link_digest")),
        sa.UniqueConstraint("organisation_id", "holder_id", name=op.f("uq_team_member_organisation_id_holder_id")),
    )
    op.create_index(op.f("ix_team_member_holder_id"), "team_member", ["holder_id"], unique=False)
    op.create_index(
        "ix_team_member_organisation_id_created_at", "team_member", ["organisation_id", "created_at"], unique=False
    )
    op.create_table(
        "team_target",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("wanted", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_team_target_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_target")),
        sa.UniqueConstraint("organisation_id", "post", name=op.f("uq_team_target_organisation_id_post")),
    )


def downgrade() -> None:
    op.drop_table("team_target")
    op.drop_table("team_member")
    op.drop_table("team")
