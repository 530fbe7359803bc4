"""Somebody with a token, on the way to a badge: by program."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from starlette.testclient import TestClient

from pathways.permissions import Member
from tests.badges.candidacy.candidates import PRAISE, REASON, YES
from tests.badges.desks import Networks

PROBLEM = "application/problem+json"


@dataclass
class Way:
    """A network whose badge wants one endorsement and a jury of one."""

    scene: Networks
    candidate: Member
    endorser: Member
    juror: Member
    keeper: Member
    achievement_id: uuid.UUID
    issuer: str
    program: TestClient

    def asked(self) -> dict:
        made = self.program.post("/api/v1/award-requests", json={"achievement_id": str(self.achievement_id)})
        assert made.status_code == 201, made.text
        return made.json()

    def endorsed(self, request_id: str, comment: str = PRAISE):
        invited = self.program.post(f"/api/v1/award-requests/{request_id}/invitations", json={"label": "B."})
        assert invited.status_code == 201, invited.text
        token = invited.json()["url"].rsplit("/", 1)[-1]
        program = self.scene.program(self.endorser, "badges:hold")
        return program.post("/api/v1/endorsements", json={"token": token, "comment": comment, "role": "médiatrice"})

    def sent(self) -> dict:
        request = self.asked()
        assert self.endorsed(request["id"]).status_code == 201
        done = self.program.post(f"/api/v1/award-requests/{request['id']}/submission")
        assert done.status_code == 200, done.text
        return done.json()

    def decide(self, request_id: str, verdict: str = "grant", **changed):
        body = {"verdict": verdict, "grid": YES, "reason": REASON} | changed
        program = self.scene.program(self.juror, "badges:award")
        return program.post(f"/api/v1/jury/requests/{request_id}/decisions", json=body)

    def granted(self) -> dict:
        assert self.decide(self.sent()["id"]).status_code == 201
        [held] = self.program.get("/api/v1/credentials").json()
        return held


def fields_of(reply) -> set[str]:
    return {one["field"] for one in reply.json()["errors"]}
