"""Files that are sent: larger ones only where a file belongs, too large ones refused in words and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pathways.web.security import LARGEST_BODY
from tests.items.test_pictures import image_of
from tests.items.writing import CHOICE, Author
from tests.web.world import rows_of

MEGABYTE = 1024 * 1024


@pytest.fixture
def author(signed_in) -> Author:
    return Author(signed_in())


def in_pieces(size: int) -> Iterator[bytes]:
    """A body that does not say how long it is."""
    head = b'--x\r\nContent-Disposition: form-data; name="picture_file"; filename="a.png"\r\n\r\n'
    yield head
    for _ in range(size // MEGABYTE):
        yield b"\0" * MEGABYTE
    yield b"\r\n--x--\r\n"


@pytest.mark.parametrize("path", ["/items/new", "/items/SEC-02-a/edit"])
def test_fifty_megabytes_are_refused_in_words_announced_or_not(author, database, path):
    before = rows_of(database)
    announced = author.press(CHOICE, path=path, files={"picture_file": ("a.png", b"\0" * 50 * MEGABYTE, "image/png")})
    in_parts = author.client.post(
        path, content=in_pieces(50 * MEGABYTE), headers={"content-type": "multipart/form-data; boundary=x"}
    )
    for reply in (announced, in_parts):
        assert reply.status_code == 413
        assert "Au plus 8\u00a0Mo. Rien n&#39;a été changé." in reply.text
    assert rows_of(database) == before


def test_a_file_of_eight_megabytes_goes_through_the_door_and_is_refused_as_a_picture(author):
    reply = author.press(CHOICE, files={"picture_file": ("a.png", b"\0" * 8 * MEGABYTE, "image/png")})
    assert reply.status_code == 422
    assert "PNG, JPEG, WebP ou SVG" in reply.text


def test_a_picture_above_the_usual_bound_is_taken_where_pictures_belong_and_nowhere_else(author):
    data = image_of("PNG") + b"\0" * (LARGEST_BODY + 1)
    fields = CHOICE | {"picture-alt": "un téléphone"}
    assert author.press(fields, files={"picture_file": ("a.png", data, "image/png")}).status_code == 303
    for path in ("/organisation/invitations", "/items/SEC-02-a/withdraw", "/account/tokens", "/items/new/x"):
        assert author.press({}, path=path, files={"a_file": ("a.png", data)}).status_code == 413, path


def test_the_api_takes_a_picture_and_refuses_what_is_none(author, database):
    taken = author.client.post("/api/v1/pictures", content=image_of("JPEG"), headers={"content-type": "image/jpeg"})
    assert taken.status_code == 201
    assert author.client.get(f"/media/{taken.json()['file']}").headers["content-type"] == "image/jpeg"
    before = rows_of(database)
    again = author.client.post("/api/v1/pictures", content=image_of("JPEG"))
    assert again.json() == taken.json()
    for body, status in ((b"", 422), (b"GIF89a", 422), (b"\0" * 9 * MEGABYTE, 413)):
        refused = author.client.post("/api/v1/pictures", content=body)
        assert refused.status_code == status
        assert refused.headers["content-type"] == "application/problem+json"
    assert rows_of(database) == before
