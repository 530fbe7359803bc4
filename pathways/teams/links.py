"""The link that an organisation gives to somebody whom it invites.

Made from the row's id and the server's secret (as the codes of slips are), so that whoever shows an invitation can show
it again, and a stolen copy of the database opens none. It leads to the question and to what the team sees, never to
answers: the organisation holds it, too. What is the person's own opens with the link of their space, which the
organisation never has.
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass

from pathways import ids
from pathways.teams.models import TeamMember


@dataclass(frozen=True, slots=True)
class InvitationLinks:
    secret: bytes

    def token_of(self, member: TeamMember) -> str:
        """256 bits in 43 letters that go into an address as they are. Another one each time it is made anew."""
        return self.token_for(member.id, member.link_number)

    def token_for(self, member_id: uuid.UUID, number: int) -> str:
        made = ids.signed(self.secret, "team invitation", f"{member_id} {number}")
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def digest_for(self, member_id: uuid.UUID, number: int) -> str:
        return ids.digest(self.token_for(member_id, number))

    def id_for(self, organisation_id: uuid.UUID, key: str) -> uuid.UUID:
        """The same row for the same press. Keyed: the link is made from it."""
        made = ids.signed(self.secret, "team member", f"{organisation_id} {key}")
        return uuid.UUID(bytes=made[:16], version=4)
