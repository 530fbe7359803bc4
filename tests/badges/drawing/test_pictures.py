"""Each picture as somebody sees it: large, small, on a dark page, in black and white."""

import io
import struct
import xml.etree.ElementTree as ET
from functools import lru_cache
from itertools import combinations, product

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from PIL import Image

from pathways.badges.drawing.designs import Design, Undrawable
from pathways.badges.drawing.frames import FRAMES
from pathways.badges.drawing.palette import TINTS
from pathways.badges.drawing.pictograms import PICTOGRAMS
from pathways.badges.drawing.raster import LARGEST, SMALLEST, _rendered, badge_png
from pathways.badges.drawing.vector import badge_svg

SIZES = (64, 512)
SVG = "{http://www.w3.org/2000/svg}"
PAGES = {"light": 250, "dark": 24}
"""Grey of a page."""
ET.register_namespace("", SVG.strip("{}"))


@lru_cache(maxsize=40)
def pixels(design, size):
    """Red, green, blue, alpha: rows x columns x 4, from 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(badge_png(design, size))).convert("RGBA")).astype(np.int16)


@lru_cache(maxsize=40)
def empty(design, size):
    """The same without its pictogram."""
    root = fromstring(badge_svg(design))
    (badge,) = root.findall(f"{SVG}g")
    (pictogram,) = (group for group in badge.findall(f"{SVG}g") if "scale" in group.get("transform", ""))
    badge.remove(pictogram)
    picture = Image.open(io.BytesIO(_rendered(ET.tostring(root, encoding="unicode"), size)))
    return np.asarray(picture.convert("RGBA")).astype(np.int16)


def grey(picture, page=255):
    alpha = picture[..., 3] / 255
    return picture[..., :3] @ (0.299, 0.587, 0.114) * alpha + page * (1 - alpha)


def changed(design, size):
    """Where the pictogram is seen."""
    return np.abs(pixels(design, size) - empty(design, size)).max(axis=-1) > 24


LOOKS = [
    Design(shape, pictogram, levels=levels, reached=min(levels, 2), proposal=proposal)
    for shape, pictogram, levels, proposal in product(FRAMES, PICTOGRAMS, (0, 3), (False, True))
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.slow
def test_two_pictograms_in_the_same_frame_differ_much_even_in_grey_and_in_pure_black_and_white(size):
    pictures = {name: grey(pixels(Design("mediator", name), size)) for name in PICTOGRAMS}
    alike = {}
    for one, other in combinations(PICTOGRAMS, 2):
        shades = np.abs(pictures[one] - pictures[other]).mean()
        inked = ((pictures[one] > 128) != (pictures[other] > 128)).mean()
        if shades < 14 or inked < 0.08:
            alike[one, other] = round(shades, 1), round(inked, 3)
    assert alike == {}


@pytest.mark.parametrize("size", SIZES)
def test_the_three_shapes_differ_by_their_outline_alone(size):
    outlines = {shape: pixels(Design(shape, "key"), size)[..., 3] > 128 for shape in FRAMES}
    assert min((outlines[one] != outlines[other]).mean() for one, other in combinations(FRAMES, 2)) > 0.03


@pytest.mark.parametrize(
    "design", LOOKS, ids=lambda look: f"{look.shape}-{look.pictogram}-{look.levels}-{look.proposal}"
)
def test_a_pictogram_fills_its_place_and_stays_inside_the_seam_and_above_the_plate(design):
    size = 256
    seen, frame = changed(design, size), empty(design, size)
    share = seen.mean()
    assert 0.06 < share < 0.4
    ground = frame[size // 4, size // 2] if design.levels else frame[size // 2, size // 2]
    assert (frame[seen] == ground).all(), "the pictogram lies on the frame"
    rows, columns = np.nonzero(seen)
    assert abs((columns.min() + columns.max()) / 2 - size / 2) < size * 0.05, "it hangs to one side"
    assert rows.max() - rows.min() > size * 0.39
    assert columns.max() - columns.min() > size * 0.25


@pytest.mark.parametrize("name", PICTOGRAMS)
def test_a_pictogram_is_light_and_dark_enough_at_64_pixels(name):
    """Details that melt to a middle grey would not be seen: most of what differs from the ground does so clearly."""
    design = Design("mediator", name, tint="slate")
    seen = changed(design, 64)
    difference = np.abs(grey(pixels(design, 64)) - grey(empty(design, 64)))[seen]
    assert (difference > 100).mean() > 0.6


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.slow
def test_nothing_touches_the_edge_the_middle_is_filled_and_the_file_is_light(size):
    for design in LOOKS:
        picture = badge_png(design, size)
        assert len(picture) < 60_000, "a page shows many of them"
        alpha = np.asarray(Image.open(io.BytesIO(picture)))[..., 3]
        assert not np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]]).any(), design
        assert alpha[size // 4 : -size // 4, size // 4 : -size // 4].min() == 255, design


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("proposal", [False, True])
@pytest.mark.parametrize("tint", TINTS)
@pytest.mark.parametrize("shape", FRAMES)
def test_the_shape_is_seen_on_a_light_and_on_a_dark_page(shape, tint, proposal, page):
    """Somewhere along every ray from the middle outwards, the badge differs clearly from the page."""
    design = Design(shape, "key", tint, proposal=proposal)
    picture = grey(pixels(design, 64), PAGES[page])
    turns, reaches = np.meshgrid(np.linspace(0, 2 * np.pi, 48, endpoint=False), np.arange(23, 42), indexing="ij")
    down, across = (
        np.clip(31.5 + reaches * side, 0, 63).round().astype(int) for side in (np.sin(turns), np.cos(turns))
    )
    apart = np.abs(picture[down, across] - PAGES[page]).max(axis=1)
    assert (apart > 60).mean() > (0.5 if proposal else 0.99)


def test_each_count_of_levels_and_each_level_reached_has_its_own_picture():
    states = [(levels, reached) for levels in range(4) for reached in range(levels + 1)]
    for one, other in combinations(states, 2):
        first, second = (grey(pixels(Design("mediator", "key", levels=n, reached=k), 64)) for n, k in (one, other))
        assert (np.abs(first - second) > 60).sum() >= 9, (one, other)


def test_a_proposal_cannot_be_taken_for_a_badge():
    for shape, name in product(FRAMES, PICTOGRAMS):
        badge, sketch = (grey(pixels(Design(shape, name, proposal=proposal), 64)) for proposal in (False, True))
        assert np.abs(badge - sketch).mean() > 60


@pytest.mark.parametrize("size", [SMALLEST, 64, 512, LARGEST])
def test_a_png_has_the_size_that_was_asked_for_and_nothing_but_its_picture(size):
    body = badge_png(Design("learner", "learner"), size)
    assert struct.unpack(">II", body[16:24]) == (size, size)
    assert kinds(body) == ["IHDR", "IDAT", "IEND"]


def kinds(body):
    """Names of the chunks of a PNG, repeated ones once."""
    found, at = [], 8
    while at < len(body):
        (length,) = struct.unpack(">I", body[at : at + 4])
        found.append(body[at + 4 : at + 8].decode())
        at += 12 + length
    assert at == len(body)
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("size", [SMALLEST - 1, LARGEST + 1, 0, -64])
def test_a_size_out_of_bounds_is_refused(size):
    with pytest.raises(Undrawable, match="size"):
        badge_png(Design("learner", "learner"), size)
