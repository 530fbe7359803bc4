"""Who may do what to people, in plain rules. Pure: facts in, yes or no out."""

from __future__ import annotations

import uuid

from pathways.permissions import Member, Permission


def may_see(actor: Member, organisation_id: uuid.UUID) -> bool:
    """Members see the people of the organisation they act for, if their role reads people."""
    return actor.organisation_id == organisation_id and actor.may(Permission.PEOPLE_READ)


def may_manage(actor: Member, organisation_id: uuid.UUID) -> bool:
    """Administrators manage the organisation they act for, and no other."""
    return actor.organisation_id == organisation_id and actor.may(Permission.PEOPLE_MANAGE)


def may_keep_files(actor: Member, organisation_id: uuid.UUID) -> bool:
    """Labels and notes about learners stay among those who accompany them."""
    return actor.organisation_id == organisation_id and actor.may(Permission.FILES_KEEP)


def may_reset(actor: Member, *, is_operator: bool, belongs_elsewhere: bool) -> bool:
    """Operators may for all; administrators for accounts that open nothing beyond their own organisation.

    For whoever makes the link can use it, and sign in as that person wherever the account leads.
    """
    return actor.may(Permission.SERVER_OPERATE) or not (is_operator or belongs_elsewhere)
