"""workshops: places and territories, sessions and seats, bookings, waiting lists, what happened on the day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("number", name=op.f("uq_change_number")),
    )
    op.create_index(op.f("ix_change_happened_at"), "change", ["happened_at"], unique=False)
    op.create_index("ix_change_organisation_id_number", "change", ["organisation_id", "number"], unique=False)
    op.create_table(
        "commune",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sought", sa.String(length=120), nullable=False),
        sa.Column("department", sa.String(length=3), nullable=False),
        sa.Column("region", sa.String(length=3), nullable=False),
        sa.Column("epci", sa.String(length=9), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_commune")),
    )
    op.create_index(op.f("ix_commune_department"), "commune", ["department"], unique=False)
    op.create_index(op.f("ix_commune_epci"), "commune", ["epci"], unique=False)
    op.create_index(op.f("ix_commune_region"), "commune", ["region"], unique=False)
    op.create_index(
        "ix_commune_sought",
        "commune",
        ["sought", "code"],
        unique=False,
        postgresql_ops={"sought": "varchar_pattern_ops"},
    )
    op.create_table(
        "done_request",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_done_request")),
    )
    op.create_index(op.f("ix_done_request_happened_at"), "done_request", ["happened_at"], unique=False)
    op.create_table(
        "territory",
        sa.Column(
            "kind",
            sa.Enum("region", "department", "epci", name="territorykind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.PrimaryKeyConstraint("kind", "code", name=op.f("pk_territory")),
    )
    op.create_table(
        "territory_release",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_territory_release")),
    )
    op.create_table(
        "attendance_settings",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("keep_months", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_attendance_settings_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_attendance_settings")),
    )
    op.create_table(
        "basin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_basin_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basin")),
        sa.UniqueConstraint("system", "code", name=op.f("uq_basin_system_code")),
    )
    op.create_index(op.f("ix_basin_organisation_id"), "basin", ["organisation_id"], unique=False)
    op.create_table(
        "notice_habit",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("week_before", sa.Boolean(), nullable=False),
        sa.Column("hours_before", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_notice_habit_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_notice_habit")),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("pivot", sa.String(length=14), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("sought", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("address_more", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=5), nullable=False),
        sa.Column("commune", sa.String(length=100), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("is_at_centre", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("emails", JSON, nullable=False),
        sa.Column("websites", JSON, nullable=False),
        sa.Column("booking_url", sa.String(length=500), nullable=False),
        sa.Column("accessibility_url", sa.String(length=500), nullable=False),
        sa.Column("hours", sa.String(length=500), nullable=False),
        sa.Column("summary", sa.String(length=280), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_mobile", sa.Boolean(), nullable=False),
        sa.Column("parent", sa.String(length=200), nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("services", JSON, nullable=False),
        sa.Column("publics", JSON, nullable=False),
        sa.Column("care", JSON, nullable=False),
        sa.Column("fees", JSON, nullable=False),
        sa.Column("programmes", JSON, nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("other_labels", JSON, nullable=False),
        sa.Column("access", JSON, nullable=False),
        sa.Column("support", JSON, nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("beside", JSON, nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_place_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint(
            "organisation_id", "source", "source_id", name=op.f("uq_place_organisation_id_source_source_id")
        ),
    )
    op.create_index(op.f("ix_place_commune_code"), "place", ["commune_code"], unique=False)
    op.create_index(op.f("ix_place_organisation_id"), "place", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_place_postcode"), "place", ["postcode"], unique=False)
    op.create_index(op.f("ix_place_sought"), "place", ["sought"], unique=False)
    op.create_index(op.f("ix_place_updated_at"), "place", ["updated_at"], unique=False)
    op.create_index("ix_place_where", "place", ["latitude", "longitude", "withdrawn_at", "id"], unique=False)
    op.create_table(
        "postcode",
        sa.Column("postcode", sa.String(length=5), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"], name=op.f("fk_postcode_commune_code_commune")),
        sa.PrimaryKeyConstraint("postcode", "commune_code", name=op.f("pk_postcode")),
    )
    op.create_index(op.f("ix_postcode_commune_code"), "postcode", ["commune_code"], unique=False)
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("secret_number", sa.Integer(), nullable=False),
        sa.Column("former_until", MOMENT, nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_webhook_created_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_webhook_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_organisation_id"), "webhook", ["organisation_id"], unique=False)
    op.create_table(
        "workshop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("descriptions", JSON, nullable=False),
        sa.Column(
            "audience",
            sa.Enum("public", "professionals", name="audience", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("skills", JSON, nullable=False),
        sa.Column(
            "level",
            sa.Enum("debutant", "intermediaire", "avance", name="level", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "reading", sa.Enum("none", "little", "easy", name="reading", native_enum=False, length=40), nullable=False
        ),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("french_level", sa.String(length=2), nullable=False),
        sa.Column("equipment", JSON, nullable=False),
        sa.Column("price", sa.String(length=100), nullable=False),
        sa.Column("access", JSON, nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_workshop_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
    )
    op.create_index(op.f("ix_workshop_organisation_id"), "workshop", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_workshop_theme"), "workshop", ["theme"], unique=False)
    op.create_table(
        "basin_commune",
        sa.Column("basin_id", sa.Uuid(), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(
            ["basin_id"], ["basin.id"], name=op.f("fk_basin_commune_basin_id_basin"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"], name=op.f("fk_basin_commune_commune_code_commune")),
        sa.PrimaryKeyConstraint("basin_id", "commune_code", name=op.f("pk_basin_commune")),
    )
    op.create_index(op.f("ix_basin_commune_commune_code"), "basin_commune", ["commune_code"], unique=False)
    op.create_table(
        "place_trait",
        sa.Column("trait", sa.String(length=80), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_place_trait_place_id_place"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trait", "place_id", name=op.f("pk_place_trait")),
    )
    op.create_index(op.f("ix_place_trait_place_id"), "place_trait", ["place_id"], unique=False)
    op.create_table(
        "room",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("equipment", JSON, nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_room_place_id_place"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    op.create_index(op.f("ix_room_place_id"), "room", ["place_id"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workshop_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("rule", JSON, nullable=False),
        sa.Column("template", JSON, nullable=False),
        sa.Column("made_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_series_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name=op.f("fk_series_workshop_id_workshop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index(op.f("ix_series_organisation_id"), "series", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_series_workshop_id"), "series", ["workshop_id"], unique=False)
    op.create_table(
        "tenant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("services", JSON, nullable=False),
        sa.Column("hours", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_tenant_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_tenant_place_id_place"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
    )
    op.create_index(op.f("ix_tenant_organisation_id"), "tenant", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_tenant_place_id"), "tenant", ["place_id"], unique=False)
    op.create_table(
        "tour",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("van_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_tour_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["van_id"], ["place.id"], name=op.f("fk_tour_van_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tour")),
    )
    op.create_index(op.f("ix_tour_organisation_id"), "tour", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_tour_van_id"), "tour", ["van_id"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        "ix_webhook_delivery_webhook_id_created_at", "webhook_delivery", ["webhook_id", "created_at"], unique=False
    )
    op.create_table(
        "means",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("trainer", "interpreter", "room", "van", "devices", name="meanskind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("tour_id", sa.Uuid(), nullable=True),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_means_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_means_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_means_room_id_room"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tour_id"], ["tour.id"], name=op.f("fk_means_tour_id_tour")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_means")),
        sa.UniqueConstraint("room_id", name=op.f("uq_means_room_id")),
        sa.UniqueConstraint("tour_id", name=op.f("uq_means_tour_id")),
    )
    op.create_index(op.f("ix_means_account_id"), "means", ["account_id"], unique=False)
    op.create_index(op.f("ix_means_organisation_id"), "means", ["organisation_id"], unique=False)
    op.create_table(
        "stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tour_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("rule", JSON, nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("equipment", JSON, nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_stop_place_id_place")),
        sa.ForeignKeyConstraint(["tour_id"], ["tour.id"], name=op.f("fk_stop_tour_id_tour"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
    )
    op.create_index(op.f("ix_stop_place_id"), "stop", ["place_id"], unique=False)
    op.create_index(op.f("ix_stop_tour_id"), "stop", ["tour_id"], unique=False)
    op.create_table(
        "means_unit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("means_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["means_id"], ["means.id"], name=op.f("fk_means_unit_means_id_means"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_means_unit")),
    )
    op.create_index(op.f("ix_means_unit_means_id"), "means_unit", ["means_id"], unique=False)
    op.create_table(
        "workshop_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workshop_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("occurs_on", sa.Date(), nullable=True),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("stop_id", sa.Uuid(), nullable=True),
        sa.Column("meeting_url", sa.String(length=500), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("interpretation", JSON, nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "published", "cancelled", "closed", name="sessionstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("allowance", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("lapse_at", MOMENT, nullable=True),
        sa.Column("closes_at", MOMENT, nullable=False),
        sa.Column(
            "waiting_rule",
            sa.Enum("strict", "best_fit", name="waitingrule", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "booked + held + reserved <= capacity + allowance", name=op.f("ck_workshop_session_never_oversold")
        ),
        sa.CheckConstraint(
            "booked >= 0 AND held >= 0 AND reserved >= 0", name=op.f("ck_workshop_session_no_negative_seat")
        ),
        sa.CheckConstraint(
            "capacity >= 0 AND allowance >= 0 AND waiting >= 0", name=op.f("ck_workshop_session_no_negative_capacity")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_workshop_session_ends_after_it_starts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_workshop_session_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_workshop_session_place_id_place")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_workshop_session_room_id_room")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_workshop_session_series_id_series")),
        sa.ForeignKeyConstraint(["stop_id"], ["stop.id"], name=op.f("fk_workshop_session_stop_id_stop")),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_session_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_session")),
        sa.UniqueConstraint("code", name=op.f("uq_workshop_session_code")),
        sa.UniqueConstraint("series_id", "occurs_on", name=op.f("uq_workshop_session_series_id_occurs_on")),
    )
    op.create_index(op.f("ix_workshop_session_commune_code"), "workshop_session", ["commune_code"], unique=False)
    op.create_index(
        "ix_workshop_session_organisation_id_starts_at",
        "workshop_session",
        ["organisation_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        "ix_workshop_session_place_id_starts_at", "workshop_session", ["place_id", "starts_at"], unique=False
    )
    op.create_index("ix_workshop_session_state_starts_at", "workshop_session", ["state", "starts_at"], unique=False)
    op.create_index(op.f("ix_workshop_session_stop_id"), "workshop_session", ["stop_id"], unique=False)
    op.create_index(op.f("ix_workshop_session_updated_at"), "workshop_session", ["updated_at"], unique=False)
    op.create_index(
        "ix_workshop_session_where",
        "workshop_session",
        ["latitude", "longitude", "starts_at", "state", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_workshop_session_workshop_id"), "workshop_session", ["workshop_id"], unique=False)
    op.create_table(
        "engagement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_from", sa.BigInteger(), nullable=False),
        sa.Column("line_to", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("line_to > line_from", name=op.f("ck_engagement_ends_after_it_starts")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_engagement_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit"], ["means_unit.number"], name=op.f("fk_engagement_unit_means_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
    )
    op.create_index("ix_engagement_line", "engagement", ["line_from", "line_to"], unique=False)
    op.create_index(op.f("ix_engagement_session_id"), "engagement", ["session_id"], unique=False)
    op.create_index(op.f("ix_engagement_unit"), "engagement", ["unit"], unique=False)
    op.create_table(
        "seat_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_seat_change_reason_given")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_seat_change_account_id_account")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_seat_change_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_change")),
    )
    op.create_index(op.f("ix_seat_change_session_id"), "seat_change", ["session_id"], unique=False)
    op.create_table(
        "seat_quota",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "language",
                "interpreter",
                "prescribers",
                "structure",
                "van",
                "wishes",
                name="quotakind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("funder", sa.String(length=100), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.CheckConstraint("booked + held <= capacity", name=op.f("ck_seat_quota_never_oversold")),
        sa.CheckConstraint("booked >= 0 AND held >= 0 AND capacity >= 0", name=op.f("ck_seat_quota_no_negative_seat")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_seat_quota_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_quota")),
        sa.UniqueConstraint("session_id", "kind", "value", name=op.f("uq_seat_quota_session_id_kind_value")),
    )
    op.create_index(op.f("ix_seat_quota_session_id"), "seat_quota", ["session_id"], unique=False)
    op.create_table(
        "session_record",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("walk_ins", sa.Integer(), nullable=False),
        sa.Column("known", JSON, nullable=False),
        sa.Column("equipment", JSON, nullable=False),
        sa.Column("themes", JSON, nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_session_record_closed_by_account")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_session_record_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_session_record_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_record")),
    )
    op.create_index(op.f("ix_session_record_closed_by"), "session_record", ["closed_by"], unique=False)
    op.create_index("ix_session_record_organisation_id_day", "session_record", ["organisation_id", "day"], unique=False)
    op.create_table(
        "session_trait",
        sa.Column("trait", sa.String(length=80), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_session_trait_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("trait", "session_id", name=op.f("pk_session_trait")),
    )
    op.create_index(op.f("ix_session_trait_session_id"), "session_trait", ["session_id"], unique=False)
    op.create_table(
        "walk_ins",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("known", JSON, nullable=False),
        sa.Column("in_conflict", sa.Boolean(), nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_walk_ins_account_id_account")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_walk_ins_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_walk_ins")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("quota_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "confirmed",
                "cancelled_by_person",
                "cancelled_by_structure",
                "moved",
                "lapsed",
                name="bookingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("needs", JSON, nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "via",
            sa.Enum("person", "desk", "prescriber", "van", "api", "waiting", name="via", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("booked_by", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum("none", "email", "sms", "prescriber", name="channel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("lapses_at", MOMENT, nullable=True),
        sa.Column("moved_to_id", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "channel IN ('none', 'prescriber') OR contact <> ''", name=op.f("ck_booking_channel_has_a_contact")
        ),
        sa.CheckConstraint("party >= 1", name=op.f("ck_booking_somebody_comes")),
        sa.ForeignKeyConstraint(["booked_by"], ["account.id"], name=op.f("fk_booking_booked_by_account")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["learner_file.id"], name=op.f("fk_booking_file_id_learner_file"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_booking_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["quota_id"], ["seat_quota.id"], name=op.f("fk_booking_quota_id_seat_quota")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["workshop_session.id"], name=op.f("fk_booking_session_id_workshop_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_booking_code_digest")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_booking_link_digest")),
    )
    op.create_index("ix_booking_booked_by_created_at", "booking", ["booked_by", "created_at"], unique=False)
    op.create_index(op.f("ix_booking_file_id"), "booking", ["file_id"], unique=False)
    op.create_index(op.f("ix_booking_organisation_id"), "booking", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_booking_quota_id"), "booking", ["quota_id"], unique=False)
    op.create_index("ix_booking_session_id_state", "booking", ["session_id", "state"], unique=False)
    op.create_index(
        "uq_booking_session_id_file_id_active",
        "booking",
        ["session_id", "file_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('held', 'confirmed')"),
        sqlite_where=sa.text("state IN ('held', 'confirmed')"),
    )
    op.create_table(
        "attendance",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "present",
                "late",
                "left_early",
                "absent_excused",
                "absent",
                "unsaid",
                name="presence",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("in_conflict", sa.Boolean(), nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_attendance_account_id_account")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_attendance_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_attendance_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("booking_id", "seat", name=op.f("pk_attendance")),
    )
    op.create_index(op.f("ix_attendance_session_id"), "attendance", ["session_id"], unique=False)
    op.create_table(
        "attendance_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "present",
                "late",
                "left_early",
                "absent_excused",
                "absent",
                "unsaid",
                name="presence",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("walk_ins", sa.Integer(), nullable=True),
        sa.Column("known", JSON, nullable=False),
        sa.Column("seen", JSON, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("offset_seconds", sa.Integer(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.CheckConstraint("(booking_id IS NULL) = (seat = 0)", name=op.f("ck_attendance_mark_a_seat_has_a_booking")),
        sa.CheckConstraint("(presence IS NULL) = (seat = 0)", name=op.f("ck_attendance_mark_a_seat_has_a_presence")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_attendance_mark_account_id_account")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_attendance_mark_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_attendance_mark_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_mark")),
    )
    op.create_index(op.f("ix_attendance_mark_account_id"), "attendance_mark", ["account_id"], unique=False)
    op.create_index(op.f("ix_attendance_mark_booking_id"), "attendance_mark", ["booking_id"], unique=False)
    op.create_index(
        "ix_attendance_mark_session_id_booking_id_seat",
        "attendance_mark",
        ["session_id", "booking_id", "seat"],
        unique=False,
    )
    op.create_table(
        "sale_on_board",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("sold_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sale_on_board_account_id_account")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_sale_on_board_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_on_board")),
    )
    op.create_index(op.f("ix_sale_on_board_account_id"), "sale_on_board", ["account_id"], unique=False)
    op.create_index(op.f("ix_sale_on_board_booking_id"), "sale_on_board", ["booking_id"], unique=False)
    op.create_table(
        "waitlist_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "offered",
                "accepted",
                "declined",
                "expired",
                "withdrawn",
                name="waitingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("needs", JSON, nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "via",
            sa.Enum("person", "desk", "prescriber", "van", "api", "waiting", name="via", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("booked_by", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum("none", "email", "sms", "prescriber", name="channel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "channel IN ('none', 'prescriber') OR contact <> ''", name=op.f("ck_waitlist_entry_channel_has_a_contact")
        ),
        sa.CheckConstraint("party >= 1", name=op.f("ck_waitlist_entry_somebody_waits")),
        sa.ForeignKeyConstraint(["booked_by"], ["account.id"], name=op.f("fk_waitlist_entry_booked_by_account")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_waitlist_entry_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["learner_file.id"], name=op.f("fk_waitlist_entry_file_id_learner_file"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_waitlist_entry_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["workshop_session.id"], name=op.f("fk_waitlist_entry_session_id_workshop_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_entry")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_waitlist_entry_code_digest")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_waitlist_entry_link_digest")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_waitlist_entry_session_id_number")),
    )
    op.create_index(op.f("ix_waitlist_entry_booked_by"), "waitlist_entry", ["booked_by"], unique=False)
    op.create_index(op.f("ix_waitlist_entry_booking_id"), "waitlist_entry", ["booking_id"], unique=False)
    op.create_index(op.f("ix_waitlist_entry_file_id"), "waitlist_entry", ["file_id"], unique=False)
    op.create_index(op.f("ix_waitlist_entry_organisation_id"), "waitlist_entry", ["organisation_id"], unique=False)
    op.create_index("ix_waitlist_entry_session_id_state", "waitlist_entry", ["session_id", "state"], unique=False)
    op.create_table(
        "wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("reads_in", sa.String(length=10), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "offered", "met", "withdrawn", name="wishstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("link_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("none", "email", "sms", "prescriber", name="channel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "channel IN ('none', 'prescriber') OR contact <> ''", name=op.f("ck_wish_channel_has_a_contact")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_wish_booking_id_booking"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_wish_session_id_workshop_session"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_wish_code_digest")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_wish_link_digest")),
    )
    op.create_index(op.f("ix_wish_booking_id"), "wish", ["booking_id"], unique=False)
    op.create_index(op.f("ix_wish_expires_at"), "wish", ["expires_at"], unique=False)
    op.create_index(op.f("ix_wish_session_id"), "wish", ["session_id"], unique=False)
    op.create_index("ix_wish_state_commune_code", "wish", ["state", "commune_code"], unique=False)
    op.create_table(
        "desk_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "offer", "cancelled", "moved", "reminder", "call", name="desktaskkind", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_desk_task_account_id_account")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_desk_task_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_desk_task_done_by_account")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waitlist_entry.id"], name=op.f("fk_desk_task_entry_id_waitlist_entry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_desk_task_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_task")),
    )
    op.create_index(op.f("ix_desk_task_account_id"), "desk_task", ["account_id"], unique=False)
    op.create_index(op.f("ix_desk_task_booking_id"), "desk_task", ["booking_id"], unique=False)
    op.create_index(op.f("ix_desk_task_entry_id"), "desk_task", ["entry_id"], unique=False)
    op.create_index("ix_desk_task_organisation_id_done_at", "desk_task", ["organisation_id", "done_at"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("wish_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "booked",
                "reminder_days",
                "reminder_hours",
                "reminder_week",
                "changed",
                "moved",
                "withdrawn",
                "cancelled",
                "offered",
                "lapsed",
                "wished",
                name="noticekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column(
            "channel",
            sa.Enum("none", "email", "sms", "prescriber", name="channel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("dropped", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_notice_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waitlist_entry.id"], name=op.f("fk_notice_entry_id_waitlist_entry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_notice_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["wish_id"], ["wish.id"], name=op.f("fk_notice_wish_id_wish"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("about_id", "kind", "sequence", name=op.f("uq_notice_about_id_kind_sequence")),
    )
    op.create_index(op.f("ix_notice_booking_id"), "notice", ["booking_id"], unique=False)
    op.create_index(op.f("ix_notice_entry_id"), "notice", ["entry_id"], unique=False)
    op.create_index("ix_notice_organisation_id_created_at", "notice", ["organisation_id", "created_at"], unique=False)
    op.create_index(op.f("ix_notice_wish_id"), "notice", ["wish_id"], unique=False)
    op.add_column("outbox_event", sa.Column("about_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_outbox_event_about_id"), "outbox_event", ["about_id"], unique=False)
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE engagement ADD CONSTRAINT ex_engagement_not_in_two_places"
            " EXCLUDE USING gist (int8range(line_from, line_to) WITH &&)"
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_event_about_id"), table_name="outbox_event")
    op.drop_column("outbox_event", "about_id")

    for table in (
        "notice",
        "desk_task",
        "wish",
        "waitlist_entry",
        "sale_on_board",
        "attendance_mark",
        "attendance",
        "booking",
        "walk_ins",
        "session_trait",
        "session_record",
        "seat_quota",
        "seat_change",
        "engagement",
        "workshop_session",
        "means_unit",
        "stop",
        "means",
        "webhook_delivery",
        "tour",
        "tenant",
        "series",
        "room",
        "place_trait",
        "basin_commune",
        "workshop",
        "webhook",
        "postcode",
        "place",
        "notice_habit",
        "basin",
        "attendance_settings",
        "territory_release",
        "territory",
        "done_request",
        "commune",
        "change",
    ):
        op.drop_table(table)
