"""modalities: what the questions of an attempt may not take of whoever answers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("attempt") as table:
        table.add_column(sa.Column("unusable", JSON, nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("attempt") as table:
        table.alter_column("unusable", existing_type=JSON, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("attempt") as table:
        table.drop_column("unusable")
