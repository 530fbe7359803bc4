"""What happened to accounts, for whoever must act on it later."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PasswordForgotten:
    """Somebody asked for a way back into an account. The link is made when the mail leaves."""

    account_id: uuid.UUID
