"""learning: goals, resources, pathways, referrals, tandems"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "goal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("learner", "mediator", "volunteer", name="goalaudience", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("picture", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("states", JSON, nullable=False),
        sa.Column("words", JSON, nullable=False),
        sa.Column("posts", JSON, nullable=False),
        sa.Column("weights", JSON, nullable=False),
        sa.Column("certification", sa.String(length=20), nullable=True),
        sa.Column("shared_with_all", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_goal_made_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_goal_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint(
            "organisation_id", "framework", "code", name=op.f("uq_goal_organisation_id_framework_code")
        ),
    )
    op.create_index(
        "uq_goal_shipped",
        "goal",
        ["framework", "code"],
        unique=True,
        sqlite_where=sa.text("organisation_id IS NULL"),
        postgresql_where=sa.text("organisation_id IS NULL"),
    )
    op.create_table(
        "path_terms",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("funder", sa.String(length=120), nullable=False),
        sa.Column("cents_an_hour", sa.Integer(), nullable=True),
        sa.Column("counts_own_work", sa.Boolean(), nullable=False),
        sa.Column("insertion_hours", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_path_terms_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_path_terms")),
    )
    op.create_table(
        "pathway_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("steps", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_pathway_template_made_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_pathway_template_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_template")),
    )
    op.create_index(op.f("ix_pathway_template_organisation_id"), "pathway_template", ["organisation_id"], unique=False)
    op.create_table(
        "resource",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "page",
                "video",
                "exercise",
                "help",
                "exchange",
                "event",
                name="resourcekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("summaries", JSON, nullable=False),
        sa.Column("states", JSON, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("teaches", JSON, nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("subtitles", JSON, nullable=False),
        sa.Column("wordless", sa.Boolean(), nullable=False),
        sa.Column(
            "reading", sa.Enum("none", "little", "easy", name="reading", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "device", sa.Enum("any", "phone", "computer", name="device", native_enum=False, length=40), nullable=False
        ),
        sa.Column("is_online", sa.Boolean(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("cost_cents", sa.Integer(), nullable=False),
        sa.Column("licence", sa.String(length=60), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("sheet", JSON, nullable=False),
        sa.Column("sheets", JSON, nullable=False),
        sa.Column("practice", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column(
            "link_state",
            sa.Enum("unknown", "there", "moved", "lost", name="linkstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("link_looked_at", MOMENT, nullable=True),
        sa.Column("link_failures", sa.Integer(), nullable=False),
        sa.Column("shared_with_all", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_resource_takes_time")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_resource_made_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_resource_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_resource_place_id_place"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint(
            "organisation_id", "framework", "code", name=op.f("uq_resource_organisation_id_framework_code")
        ),
    )
    op.create_index("ix_resource_framework", "resource", ["framework"], unique=False)
    op.create_index(op.f("ix_resource_place_id"), "resource", ["place_id"], unique=False)
    op.create_index(
        "uq_resource_shipped",
        "resource",
        ["framework", "code"],
        unique=True,
        sqlite_where=sa.text("organisation_id IS NULL"),
        postgresql_where=sa.text("organisation_id IS NULL"),
    )
    op.create_table(
        "exchange_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("languages", "generations", name="exchangekind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("gives", JSON, nullable=False),
        sa.Column("seeks", JSON, nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("reads_in", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("consented_at", MOMENT, nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_exchange_request_attempt_id_attempt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["learner_file.id"], name=op.f("fk_exchange_request_file_id_learner_file"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_exchange_request_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_exchange_request_place_id_place"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"], name=op.f("fk_exchange_request_written_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_request")),
    )
    op.create_index(op.f("ix_exchange_request_attempt_id"), "exchange_request", ["attempt_id"], unique=False)
    op.create_index(op.f("ix_exchange_request_expires_at"), "exchange_request", ["expires_at"], unique=False)
    op.create_index(op.f("ix_exchange_request_file_id"), "exchange_request", ["file_id"], unique=False)
    op.create_index(
        "ix_exchange_request_organisation_id_state", "exchange_request", ["organisation_id", "state"], unique=False
    )
    op.create_index(op.f("ix_exchange_request_place_id"), "exchange_request", ["place_id"], unique=False)
    op.create_table(
        "pathway",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("framework", sa.String(length=64), nullable=False),
        sa.Column("goals", JSON, nullable=False),
        sa.Column("worth", JSON, nullable=False),
        sa.Column("limits", JSON, nullable=False),
        sa.Column(
            "way",
            sa.Enum("quickest", "together", "own_pace", "mixed", name="way", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("campaign", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "reached", "stopped", name="pathwaystate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("check_id", sa.Uuid(), nullable=True),
        sa.Column("estimate", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("former", JSON, nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.Column("active_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_pathway_attempt_id_attempt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["attempt.id"], name=op.f("fk_pathway_check_id_attempt"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["learner_file.id"], name=op.f("fk_pathway_file_id_learner_file"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_pathway_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway")),
    )
    op.create_index(op.f("ix_pathway_attempt_id"), "pathway", ["attempt_id"], unique=False)
    op.create_index(op.f("ix_pathway_file_id"), "pathway", ["file_id"], unique=False)
    op.create_index(op.f("ix_pathway_organisation_id"), "pathway", ["organisation_id"], unique=False)
    op.create_index(
        "uq_pathway_active",
        "pathway",
        ["attempt_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("to_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("need", sa.String(length=40), nullable=False),
        sa.Column("sheet", JSON, nullable=False),
        sa.Column("consent_language", sa.String(length=10), nullable=False),
        sa.Column("consent_text", sa.String(length=64), nullable=False),
        sa.Column("consented_at", MOMENT, nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "sent",
                "accepted",
                "declined",
                "ended",
                "withdrawn",
                name="referralstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.CheckConstraint("(to_organisation_id IS NULL) <> (place_id IS NULL)", name=op.f("ck_referral_goes_to_one")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_referral_answered_by_account")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_referral_attempt_id_attempt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["learner_file.id"], name=op.f("fk_referral_file_id_learner_file"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_referral_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_referral_place_id_place"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["account.id"], name=op.f("fk_referral_sent_by_account")),
        sa.ForeignKeyConstraint(
            ["to_organisation_id"], ["organisation.id"], name=op.f("fk_referral_to_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_referral_code_digest")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_referral_link_digest")),
    )
    op.create_index(op.f("ix_referral_attempt_id"), "referral", ["attempt_id"], unique=False)
    op.create_index(op.f("ix_referral_expires_at"), "referral", ["expires_at"], unique=False)
    op.create_index(op.f("ix_referral_file_id"), "referral", ["file_id"], unique=False)
    op.create_index(op.f("ix_referral_organisation_id"), "referral", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_referral_place_id"), "referral", ["place_id"], unique=False)
    op.create_index("ix_referral_to_organisation_id_state", "referral", ["to_organisation_id", "state"], unique=False)
    op.create_table(
        "hours_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pathway_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("own_work", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_hours_correction_reason_given")),
        sa.CheckConstraint("minutes <> 0", name=op.f("ck_hours_correction_changes_something")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_hours_correction_account_id_account")),
        sa.ForeignKeyConstraint(
            ["pathway_id"], ["pathway.id"], name=op.f("fk_hours_correction_pathway_id_pathway"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_correction")),
        sa.UniqueConstraint("pathway_id", "key", name=op.f("uq_hours_correction_pathway_id_key")),
    )
    op.create_table(
        "pathway_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pathway_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_pathway_event_account_id_account")),
        sa.ForeignKeyConstraint(
            ["pathway_id"], ["pathway.id"], name=op.f("fk_pathway_event_pathway_id_pathway"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_event")),
        sa.UniqueConstraint("pathway_id", "key", name=op.f("uq_pathway_event_pathway_id_key")),
    )
    op.create_index(
        "ix_pathway_event_pathway_id_happened_at", "pathway_event", ["pathway_id", "happened_at"], unique=False
    )
    op.create_table(
        "tandem",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("meets_at", MOMENT, nullable=False),
        sa.Column(
            "state",
            sa.Enum("proposed", "agreed", "met", "ended", name="tandemstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("first_agreed_at", MOMENT, nullable=True),
        sa.Column("second_agreed_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=20), nullable=True),
        sa.Column("worry", sa.Boolean(), nullable=False),
        sa.Column("worry_by", sa.String(length=20), nullable=True),
        sa.Column("looked_into_at", MOMENT, nullable=True),
        sa.Column("looked_into_by", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_tandem_two_people")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["exchange_request.id"], name=op.f("fk_tandem_first_id_exchange_request"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["looked_into_by"], ["account.id"], name=op.f("fk_tandem_looked_into_by_account")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_tandem_made_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_tandem_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_tandem_place_id_place"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["exchange_request.id"],
            name=op.f("fk_tandem_second_id_exchange_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tandem")),
    )
    op.create_index(op.f("ix_tandem_first_id"), "tandem", ["first_id"], unique=False)
    op.create_index(op.f("ix_tandem_organisation_id"), "tandem", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_tandem_place_id"), "tandem", ["place_id"], unique=False)
    op.create_index(op.f("ix_tandem_second_id"), "tandem", ["second_id"], unique=False)
    op.create_table(
        "seat_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("pathway_id", sa.Uuid(), nullable=False),
        sa.Column("skills", JSON, nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "accepted", "declined", "withdrawn", name="proposalstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_seat_proposal_booking_id_booking"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_seat_proposal_made_by_account")),
        sa.ForeignKeyConstraint(
            ["pathway_id"], ["pathway.id"], name=op.f("fk_seat_proposal_pathway_id_pathway"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_seat_proposal_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_proposal")),
        sa.UniqueConstraint("session_id", "pathway_id", name=op.f("uq_seat_proposal_session_id_pathway_id")),
    )
    op.create_index(op.f("ix_seat_proposal_pathway_id"), "seat_proposal", ["pathway_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pathway_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("learn", "check", "attend", "own", name="stepkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("open", "done", "known", "refused", "gone", name="stepstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("why", JSON, nullable=False),
        sa.Column("too_hard", sa.Boolean(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_step_booking_id_booking"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_step_made_by_account")),
        sa.ForeignKeyConstraint(
            ["pathway_id"], ["pathway.id"], name=op.f("fk_step_pathway_id_pathway"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_step_resource_id_resource"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_step_session_id_workshop_session"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
    )
    op.create_index(op.f("ix_step_booking_id"), "step", ["booking_id"], unique=False)
    op.create_index("ix_step_pathway_id_position", "step", ["pathway_id", "position"], unique=False)
    op.create_index(op.f("ix_step_resource_id"), "step", ["resource_id"], unique=False)
    op.create_index(op.f("ix_step_session_id"), "step", ["session_id"], unique=False)
    op.create_table(
        "pathway_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pathway_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("for_person", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_pathway_note_account_id_account")),
        sa.ForeignKeyConstraint(
            ["pathway_id"], ["pathway.id"], name=op.f("fk_pathway_note_pathway_id_pathway"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["step.id"], name=op.f("fk_pathway_note_step_id_step"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_note")),
    )
    op.create_index(op.f("ix_pathway_note_pathway_id"), "pathway_note", ["pathway_id"], unique=False)
    op.add_column("attempt", sa.Column("part_of_id", sa.Uuid(), nullable=True))
    op.add_column("attempt", sa.Column("focus", JSON, nullable=True))
    op.add_column("attempt", sa.Column("kept_days", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_attempt_part_of_id"), "attempt", ["part_of_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_attempt_part_of_id"), table_name="attempt")
    op.drop_column("attempt", "kept_days")
    op.drop_column("attempt", "focus")
    op.drop_column("attempt", "part_of_id")

    for table in (
        "pathway_note",
        "step",
        "seat_proposal",
        "tandem",
        "pathway_event",
        "hours_correction",
        "referral",
        "pathway",
        "exchange_request",
        "resource",
        "pathway_template",
        "path_terms",
        "goal",
    ):
        op.drop_table(table)
