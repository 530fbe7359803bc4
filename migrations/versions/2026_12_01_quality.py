"""quality: extra questions, what was foretold of them, and how that came out"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("attempt", sa.Column("extra", JSON, nullable=True))
    op.add_column("answer", sa.Column("predicted", JSON, nullable=True))
    op.create_table(
        "prediction_count",
        sa.Column("diagnostic_id", sa.Uuid(), nullable=False),
        sa.Column("decile", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("predicted", sa.Double(), nullable=False),
        sa.Column("log_loss", sa.Double(), nullable=False),
        sa.Column("log_loss_squares", sa.Double(), nullable=False),
        sa.Column("brier", sa.Double(), nullable=False),
        sa.Column("brier_squares", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["diagnostic_id"],
            ["diagnostic.id"],
            name=op.f("fk_prediction_count_diagnostic_id_diagnostic"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("diagnostic_id", "decile", name=op.f("pk_prediction_count")),
    )


def downgrade() -> None:
    op.drop_table("prediction_count")
    op.drop_column("answer", "predicted")
    op.drop_column("attempt", "extra")
