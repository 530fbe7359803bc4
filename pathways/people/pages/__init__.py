"""The pages of people: signing in, one's own account, the organisation, the server."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from pathways.people.pages import account, entrance, invitation, journal, organisation, server, settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
for part in (entrance, invitation, account, organisation, settings, journal, server):
    router.include_router(part.router)
