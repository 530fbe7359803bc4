"""What is known of each question in each language, as it was last worked out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from pathways import clock
from pathways.database import Base
from pathways.items.models import Item


class ItemFairness(Base):
    """One question in one language beside French, over every organisation of this server: counts, linked to nobody."""

    __tablename__ = "item_fairness"

    item_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Item.id), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    translation_id: Mapped[uuid.UUID | None]
    """The texts that these answers were given to; others would need answers of their own."""
    reference: Mapped[int]
    """Answers in French."""
    focal: Mapped[int]
    """Answers in the language."""
    grade: Mapped[str] = mapped_column(sa.String(10))
    """``few`` (too few answers), ``watch``, ``A``, ``B`` or ``C``."""
    delta: Mapped[float | None]
    """On the scale of ETS; negative: harder in the language than in French."""
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Interval, p-values, effect of the logistic regression, rates of each option in both languages."""
    computed_at: Mapped[datetime] = mapped_column(default=clock.now)
