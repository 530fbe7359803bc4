"""calibrations: parameters that answers speak for, and what a person decided on them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calibration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("diagnostic_code", sa.String(length=12), nullable=True),
        sa.Column("document", JSON, nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("comparison", JSON, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("proposed", "accepted", "refused", name="calibrationstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_calibration_decided_at")),
        sa.CheckConstraint("state != 'refused' OR reason != ''", name=op.f("ck_calibration_refused_why")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_calibration_decided_by_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["follows_id"], ["calibration.id"], name=op.f("fk_calibration_follows_id_calibration")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_calibration_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration")),
    )
    op.create_index("ix_calibration_framework_made_at", "calibration", ["framework", "made_at"], unique=False)


def downgrade() -> None:
    op.drop_table("calibration")
