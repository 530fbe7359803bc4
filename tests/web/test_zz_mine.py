import uuid, re
import pytest
from pathways.permissions import Role
from tests.web import world
from tests.web.routes import routes_of, SAFE
MINE = {f"pathways.workshops.{a}.{b}" for a in ("pages","api") for b in ("offers","sessions","series","means")}
def test_mine(app, signed_in, client, database):
    place = world.make(signed_in, client, database)
    stranger = signed_in(Role.ADMINISTRATOR)
    csrf = world.csrf_of(stranger)
    wrong=[]
    routes=[r for r in routes_of(app) if r.endpoint.__module__ in MINE]
    for r in routes:
        given = world.body_for(r.method, r.path, csrf, place.values)
        named = re.findall(r"{(\w+)}", r.path)
        rep = stranger.request(r.method, place.path(r.path), **given)
        want = 404 if named else None
        if want and rep.status_code != want: wrong.append((str(r), rep.status_code, rep.text[:100]))
    assert not wrong, wrong
    own=[]
    csrf = world.csrf_of(place.administrator)
    for r in routes:
        if r.path.endswith("/cancel") and r.method=="POST": continue
        rep = place.administrator.request(r.method, place.path(r.path), **world.body_for(r.method, r.path, csrf, place.values))
        if rep.status_code >= 500 or rep.status_code in (403,) or (rep.status_code==404 and 'token' not in r.path): own.append((str(r), rep.status_code, rep.text[:200]))
        if rep.status_code in (409, 422): print(r, rep.status_code, re.findall(r'role="alert">([^<]*)', rep.text) or rep.text[:200])
    assert not own, own
