"""badges: issuers and keys, achievements, holders, credentials, requests"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "verification_count",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "format", "outcome", name=op.f("pk_verification_count")),
    )
    op.create_table(
        "holder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("link_digest", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("active_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_holder_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder")),
        sa.UniqueConstraint("account_id", name=op.f("uq_holder_account_id")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_holder_link_digest")),
    )
    op.create_index(op.f("ix_holder_active_at"), "holder", ["active_at"], unique=False)
    op.create_table(
        "issuer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("base_url", sa.String(length=300), nullable=False),
        sa.Column("did", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_issuer_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer")),
        sa.UniqueConstraint("did", name=op.f("uq_issuer_did")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_issuer_organisation_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_issuer_slug")),
    )
    op.create_table(
        "achievement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("mediator", "volunteer", "learner", name="audience", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("proposal", sa.String(length=60), nullable=True),
        sa.Column("draft", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_achievement_issuer_id_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement")),
        sa.UniqueConstraint("issuer_id", "slug", name=op.f("uq_achievement_issuer_id_slug")),
    )
    op.create_table(
        "attested",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_attested_holder_id_holder"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["seen_by"], ["account.id"], name=op.f("fk_attested_seen_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attested")),
    )
    op.create_index(op.f("ix_attested_holder_id"), "attested", ["holder_id"], unique=False)
    op.create_index(op.f("ix_attested_seen_by"), "attested", ["seen_by"], unique=False)
    op.create_table(
        "holder_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("details", JSON, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_holder_event_holder_id_holder"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_event")),
    )
    op.create_index(op.f("ix_holder_event_holder_id"), "holder_event", ["holder_id"], unique=False)
    op.create_table(
        "issuer_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("details", JSON, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_issuer_event_account_id_account")),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_issuer_event_issuer_id_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_event")),
    )
    op.create_index(op.f("ix_issuer_event_account_id"), "issuer_event", ["account_id"], unique=False)
    op.create_index("ix_issuer_event_issuer_id_happened_at", "issuer_event", ["issuer_id", "happened_at"], unique=False)
    op.create_table(
        "issuer_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "algorithm", sa.Enum("ed25519", "rsa", name="keyalgorithm", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum("active", "retired", "compromised", name="keystate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_issuer_key_issuer_id_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer_key")),
    )
    op.create_index(op.f("ix_issuer_key_issuer_id"), "issuer_key", ["issuer_id"], unique=False)
    op.create_index(
        "uq_issuer_key_active",
        "issuer_key",
        ["issuer_id", "algorithm"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "issuer_member",
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_issuer_member_issuer_id_issuer")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_issuer_member_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("issuer_id", "organisation_id", name=op.f("pk_issuer_member")),
    )
    op.create_index(op.f("ix_issuer_member_organisation_id"), "issuer_member", ["organisation_id"], unique=False)
    op.create_table(
        "jury_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("achievements", JSON, nullable=False),
        sa.Column("named_by", sa.Uuid(), nullable=True),
        sa.Column("named_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_jury_member_account_id_account")),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_jury_member_issuer_id_issuer")),
        sa.ForeignKeyConstraint(["named_by"], ["account.id"], name=op.f("fk_jury_member_named_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_member")),
        sa.UniqueConstraint("issuer_id", "account_id", name=op.f("uq_jury_member_issuer_id_account_id")),
    )
    op.create_index(op.f("ix_jury_member_account_id"), "jury_member", ["account_id"], unique=False)
    op.create_index(op.f("ix_jury_member_named_by"), "jury_member", ["named_by"], unique=False)
    op.create_table(
        "status_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "of", sa.Enum("credentials", "endorsements", name="listof", native_enum=False, length=40), nullable=False
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.String(length=40), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_status_list_issuer_id_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_list")),
        sa.UniqueConstraint("issuer_id", "number", name=op.f("uq_status_list_issuer_id_number")),
    )
    op.create_index(op.f("ix_status_list_valid_until"), "status_list", ["valid_until"], unique=False)
    op.create_table(
        "achievement_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievement.id"], name=op.f("fk_achievement_version_achievement_id_achievement")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["account.id"], name=op.f("fk_achievement_version_published_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement_version")),
        sa.UniqueConstraint("achievement_id", "number", name=op.f("uq_achievement_version_achievement_id_number")),
    )
    op.create_index(op.f("ix_achievement_version_published_by"), "achievement_version", ["published_by"], unique=False)
    op.create_table(
        "burnt_place",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("list_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["status_list.id"], name=op.f("fk_burnt_place_list_id_status_list")),
        sa.PrimaryKeyConstraint("list_id", "list_index", name=op.f("pk_burnt_place")),
    )
    op.create_table(
        "achievement_picture",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("svg", sa.Text(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["achievement_version.id"],
            name=op.f("fk_achievement_picture_version_id_achievement_version"),
        ),
        sa.PrimaryKeyConstraint("version_id", "level", name=op.f("pk_achievement_picture")),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(length=100), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("jwt", sa.Text(), nullable=True),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("revocation", sa.String(length=20), nullable=False),
        sa.Column("superseded_by_id", sa.Uuid(), nullable=True),
        sa.Column("hosted_token", sa.String(length=64), nullable=True),
        sa.Column("hosted", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("revoked_at IS NOT NULL OR revocation = ''", name=op.f("ck_credential_revoked_with_a_date")),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_credential_holder_id_holder"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_credential_issued_by_account")),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_credential_issuer_id_issuer")),
        sa.ForeignKeyConstraint(["key_id"], ["issuer_key.id"], name=op.f("fk_credential_key_id_issuer_key")),
        sa.ForeignKeyConstraint(["list_id"], ["status_list.id"], name=op.f("fk_credential_list_id_status_list")),
        sa.ForeignKeyConstraint(["revoked_by"], ["account.id"], name=op.f("fk_credential_revoked_by_account")),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"], ["credential.id"], name=op.f("fk_credential_superseded_by_id_credential")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["achievement_version.id"], name=op.f("fk_credential_version_id_achievement_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("hosted_token", name=op.f("uq_credential_hosted_token")),
        sa.UniqueConstraint("list_id", "list_index", name=op.f("uq_credential_list_id_list_index")),
        sa.UniqueConstraint("origin", name=op.f("uq_credential_origin")),
    )
    op.create_index(op.f("ix_credential_holder_id"), "credential", ["holder_id"], unique=False)
    op.create_index(op.f("ix_credential_issued_by"), "credential", ["issued_by"], unique=False)
    op.create_index("ix_credential_issuer_id_issued_at", "credential", ["issuer_id", "issued_at"], unique=False)
    op.create_index(op.f("ix_credential_key_id"), "credential", ["key_id"], unique=False)
    op.create_index(op.f("ix_credential_revoked_by"), "credential", ["revoked_by"], unique=False)
    op.create_index(op.f("ix_credential_superseded_by_id"), "credential", ["superseded_by_id"], unique=False)
    op.create_index(op.f("ix_credential_valid_until"), "credential", ["valid_until"], unique=False)
    op.create_index(op.f("ix_credential_version_id"), "credential", ["version_id"], unique=False)
    op.create_table(
        "holder_attempt",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_holder_attempt_attempt_id_attempt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_holder_attempt_holder_id_holder"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_holder_attempt")),
    )
    op.create_index(op.f("ix_holder_attempt_holder_id"), "holder_attempt", ["holder_id"], unique=False)
    op.create_table(
        "award_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("achievement_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("renews_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "gathering",
                "submitted",
                "returned",
                "granted",
                "refused",
                "appealed",
                "withdrawn",
                name="requeststate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("appealed_at", MOMENT, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["achievement_id"], ["achievement.id"], name=op.f("fk_award_request_achievement_id_achievement")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_award_request_holder_id_holder"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_award_request_issuer_id_issuer")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_award_request_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["renews_id"], ["credential.id"], name=op.f("fk_award_request_renews_id_credential")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["achievement_version.id"], name=op.f("fk_award_request_version_id_achievement_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_request")),
    )
    op.create_index(op.f("ix_award_request_achievement_id"), "award_request", ["achievement_id"], unique=False)
    op.create_index(op.f("ix_award_request_holder_id"), "award_request", ["holder_id"], unique=False)
    op.create_index(
        "ix_award_request_issuer_id_state_submitted_at",
        "award_request",
        ["issuer_id", "state", "submitted_at"],
        unique=False,
    )
    op.create_index(op.f("ix_award_request_organisation_id"), "award_request", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_award_request_renews_id"), "award_request", ["renews_id"], unique=False)
    op.create_index(op.f("ix_award_request_version_id"), "award_request", ["version_id"], unique=False)
    op.create_index(
        "uq_award_request_open",
        "award_request",
        ["holder_id", "achievement_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('gathering', 'submitted', 'returned', 'appealed')"),
        postgresql_where=sa.text("state IN ('gathering', 'submitted', 'returned', 'appealed')"),
    )
    op.create_table(
        "session_endorsement",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("endorsed_by", sa.Uuid(), nullable=False),
        sa.Column("endorsed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_endorsement_account_id_account")),
        sa.ForeignKeyConstraint(
            ["endorsed_by"], ["account.id"], name=op.f("fk_session_endorsement_endorsed_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_session_endorsement_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "account_id", "endorsed_by", name=op.f("pk_session_endorsement")),
    )
    op.create_index(op.f("ix_session_endorsement_account_id"), "session_endorsement", ["account_id"], unique=False)
    op.create_index(op.f("ix_session_endorsement_endorsed_by"), "session_endorsement", ["endorsed_by"], unique=False)
    op.create_table(
        "share_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("shows", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credential.id"],
            name=op.f("fk_share_link_credential_id_credential"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_share_link_holder_id_holder"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_share_link_token_digest")),
    )
    op.create_index(op.f("ix_share_link_credential_id"), "share_link", ["credential_id"], unique=False)
    op.create_index(op.f("ix_share_link_holder_id"), "share_link", ["holder_id"], unique=False)
    op.create_table(
        "endorsement_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["award_request.id"],
            name=op.f("fk_endorsement_invitation_request_id_award_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement_invitation")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_endorsement_invitation_token_digest")),
    )
    op.create_index(
        op.f("ix_endorsement_invitation_request_id"), "endorsement_invitation", ["request_id"], unique=False
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Enum("file", "link", "text", name="evidencekind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=60), nullable=False),
        sa.Column("is_piece", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["award_request.id"], name=op.f("fk_evidence_request_id_award_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_request_id"), "evidence", ["request_id"], unique=False)
    op.create_table(
        "jury_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("grant", "refuse", "ask", name="juryverdict", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("grid", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_jury_decision_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_jury_decision_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["award_request.id"],
            name=op.f("fk_jury_decision_request_id_award_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_decision")),
        sa.UniqueConstraint(
            "request_id", "account_id", "round", name=op.f("uq_jury_decision_request_id_account_id_round")
        ),
    )
    op.create_index(op.f("ix_jury_decision_account_id"), "jury_decision", ["account_id"], unique=False)
    op.create_index(op.f("ix_jury_decision_organisation_id"), "jury_decision", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_jury_decision_request_id"), "jury_decision", ["request_id"], unique=False)
    op.create_table(
        "endorsement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("endorser_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("given", "withdrawn", name="endorsementstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("credential_id", sa.Uuid(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("list_id", sa.Uuid(), nullable=True),
        sa.Column("list_index", sa.Integer(), nullable=True),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "endorser_id IS NULL OR endorser_id <> candidate_id", name=op.f("ck_endorsement_never_oneself")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["holder.id"], name=op.f("fk_endorsement_candidate_id_holder"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credential.id"],
            name=op.f("fk_endorsement_credential_id_credential"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["endorser_id"], ["holder.id"], name=op.f("fk_endorsement_endorser_id_holder"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["endorsement_invitation.id"],
            name=op.f("fk_endorsement_invitation_id_endorsement_invitation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["key_id"], ["issuer_key.id"], name=op.f("fk_endorsement_key_id_issuer_key")),
        sa.ForeignKeyConstraint(["list_id"], ["status_list.id"], name=op.f("fk_endorsement_list_id_status_list")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_endorsement_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["award_request.id"],
            name=op.f("fk_endorsement_request_id_award_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_endorsement_invitation_id")),
        sa.UniqueConstraint("list_id", "list_index", name=op.f("uq_endorsement_list_id_list_index")),
        sa.UniqueConstraint("request_id", "endorser_id", name=op.f("uq_endorsement_request_id_endorser_id")),
    )
    op.create_index(op.f("ix_endorsement_candidate_id"), "endorsement", ["candidate_id"], unique=False)
    op.create_index(op.f("ix_endorsement_credential_id"), "endorsement", ["credential_id"], unique=False)
    op.create_index(op.f("ix_endorsement_endorser_id"), "endorsement", ["endorser_id"], unique=False)
    op.create_index(op.f("ix_endorsement_key_id"), "endorsement", ["key_id"], unique=False)
    op.create_index(op.f("ix_endorsement_organisation_id"), "endorsement", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_endorsement_request_id"), "endorsement", ["request_id"], unique=False)
    op.create_table(
        "evidence_file",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_file_evidence_id_evidence"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_evidence_file")),
    )
    op.create_table(
        "holder_booking",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_holder_booking_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_holder_booking_holder_id_holder"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_holder_booking")),
    )
    op.create_index(op.f("ix_holder_booking_holder_id"), "holder_booking", ["holder_id"], unique=False)


def downgrade() -> None:
    op.drop_table("holder_booking")
    op.drop_table("evidence_file")
    op.drop_table("endorsement")
    op.drop_table("jury_decision")
    op.drop_table("evidence")
    op.drop_table("endorsement_invitation")
    op.drop_table("share_link")
    op.drop_table("session_endorsement")
    op.drop_table("award_request")
    op.drop_table("holder_attempt")
    op.drop_table("credential")
    op.drop_table("achievement_picture")
    op.drop_table("burnt_place")
    op.drop_table("achievement_version")
    op.drop_table("status_list")
    op.drop_table("jury_member")
    op.drop_table("issuer_member")
    op.drop_table("issuer_key")
    op.drop_table("issuer_event")
    op.drop_table("holder_event")
    op.drop_table("attested")
    op.drop_table("achievement")
    op.drop_table("issuer")
    op.drop_table("holder")
    op.drop_table("verification_count")
