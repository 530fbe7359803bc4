"""choosing: what varies the questions of an attempt, and what its person met before"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("attempt") as table:
        table.add_column(sa.Column("seed", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("met", JSON, nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("attempt") as table:
        table.alter_column("met", existing_type=JSON, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("attempt") as table:
        table.drop_column("met")
        table.drop_column("seed")
