"""A badge on paper: one A4 sheet (more where much was required), in the badge's language, without anybody's name.

The standard fonts of PDF are enough for French and English (Windows-1252); the same badge gives the same bytes, so that
two sheets can be compared.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageTemplate, Paragraph

from pathways import clock, i18n
from pathways.badges.holding.contents import Contents

WIDTH, HEIGHT = A4
MARGIN, FOOT = 20 * mm, 48 * mm
PICTURE, SQUARE, NAME = 46 * mm, 30 * mm, 24 * mm
TITLES = MARGIN + PICTURE + 8 * mm
"""Where they begin, beside the picture."""
LAKE, INK, SOFT, HAIR = HexColor("#0b5d63"), HexColor("#16202b"), HexColor("#48545f"), HexColor("#9aa3ab")
_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "badge": "BADGE",
        "by": "Délivré par {network} ({site})",
        "from": "Obtenu le {day}",
        "until": "Valable jusqu'au {day}",
        "always": "Sans date de fin",
        "level": "Niveau : {level}",
        "name": "Nom (à écrire à la main si vous le souhaitez)",
        "measured": "Ce qui a été constaté, et avec quelle certitude",
        "required": "Ce qui était demandé",
        "check": "Ce papier ne prouve rien à lui seul. Pour vérifier ce badge aujourd'hui, scannez ce carré avec un "
        "téléphone, ou ouvrez cette adresse :",
        "demonstration": "Démonstration : ce badge n'a aucune valeur.",
    },
    "en": {
        "badge": "BADGE",
        "by": "Issued by {network} ({site})",
        "from": "Earned on {day}",
        "until": "Valid until {day}",
        "always": "Without an end",
        "level": "Level: {level}",
        "name": "Name (to be written by hand, if you wish)",
        "measured": "What was found, and how surely",
        "required": "What was required",
        "check": "This paper proves nothing by itself. To verify this badge today, scan this square with a phone, or "
        "open this address:",
        "demonstration": "Demonstration: this badge is worth nothing.",
    },
}
_BULLET = re.compile(r"( *)- (.*)")
_LIKE = str.maketrans({"\u202f": "\u00a0", "\u2009": "\u00a0", "\u2011": "-", "\u2010": "-", "\u2212": "-", "≥": ">="})
"""Signs that Windows-1252 lacks, by what it has instead."""


def certificate(said: Contents, picture: bytes, address: str, *, is_demonstration: bool = False) -> bytes:
    """The sheet as PDF. ``picture``: that of the badge, as PNG; ``address``: its public page, for the square."""
    file = io.BytesIO()
    sheet = _Sheet(said, _WORDS["en" if said.language == "en" else "fr"], picture, address, is_demonstration)
    document = BaseDocTemplate(
        file, pagesize=A4, title=_plain(said.name), author=_plain(said.network), lang=said.language, invariant=1
    )
    document.addPageTemplates(
        [
            PageTemplate("first", [_frame(sheet.head)], onPage=sheet.draw_first),
            PageTemplate("next", [_frame(MARGIN)], onPage=sheet.draw_next),
        ]
    )
    document.build([NextPageTemplate("next"), *_body(sheet.words, said)])
    return file.getvalue()


def _frame(head: float) -> Frame:
    return Frame(MARGIN, FOOT, WIDTH - 2 * MARGIN, HEIGHT - head - FOOT, 0, 0, 0, 0)


# --- what flows over the pages --------------------------------------------------------------------------------


def _style(name: str, size: float, *, colour: Color = INK, bold: bool = False, before: float = 0) -> ParagraphStyle:
    font = "Helvetica-Bold" if bold else "Helvetica"
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.4, textColor=colour, spaceBefore=before)


_TITLE, _KICKER = _style("title", 21, bold=True), _style("kicker", 9, colour=LAKE)
_HEADING = _style("heading", 12, colour=LAKE, bold=True, before=5 * mm)
_TEXT, _FACT, _FINE = _style("text", 11), _style("fact", 10, before=1.5 * mm), _style("fine", 8.5, colour=SOFT)
_TITLE.leading = 25


def _body(words: Mapping[str, str], said: Contents) -> Iterator[Flowable]:
    yield _paragraph(said.description, _TEXT)
    yield _paragraph(words["measured"], _HEADING)
    for sentence in said.measured:
        yield _bullet(sentence, 0, _TEXT)
    yield _paragraph(words["required"], _HEADING)
    for line in said.criteria.splitlines():
        found = _BULLET.fullmatch(line)
        if found:
            yield _bullet(found[2], len(found[1]) // 4, _FINE)
        elif line.strip():
            yield _paragraph(line, _FINE)


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_plain(text)), style)


def _bullet(text: str, depth: int, like: ParagraphStyle) -> Paragraph:
    indent = 4.5 * mm * (depth + 1)
    style = ParagraphStyle("bullet", parent=like, leftIndent=indent, bulletIndent=indent - 3.5 * mm, spaceBefore=1)
    style.bulletFontSize = like.fontSize
    return Paragraph(escape(_plain(text)), style, bulletText="•")


# --- what stands still ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sheet:
    said: Contents
    words: Mapping[str, str]
    picture: bytes
    address: str
    is_demonstration: bool

    @property
    def head(self) -> float:
        """How high the head of the first page is, the line for a name included."""
        titles = sum(height for _, height in self._titles())
        return MARGIN + max(PICTURE, titles) + NAME

    def draw_first(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        top = HEIGHT - MARGIN
        canvas.drawImage(ImageReader(io.BytesIO(self.picture)), MARGIN, top - PICTURE, PICTURE, PICTURE, mask="auto")
        for paragraph, height in self._titles():
            top -= height
            paragraph.drawOn(canvas, TITLES, top)
        line = HEIGHT - self.head + NAME - 12 * mm
        canvas.setStrokeColor(HAIR)
        canvas.setDash(1, 3)
        canvas.line(MARGIN, line, WIDTH - MARGIN, line)
        canvas.setDash()
        _line(canvas, self.words["name"], MARGIN, line - 4 * mm)
        self.draw_next(canvas, document)

    def draw_next(self, canvas: Canvas, _document: BaseDocTemplate) -> None:
        """The square and what it is for, on each page: sheets come apart."""
        bottom, beside = 12 * mm, MARGIN + SQUARE + 6 * mm
        _square(canvas, self.address, MARGIN, bottom, SQUARE)
        check = Paragraph(f"{escape(_plain(self.words['check']))}<br/><b>{escape(_plain(self.address))}</b>", _FINE)
        _, height = check.wrap(WIDTH - MARGIN - beside, HEIGHT)
        check.drawOn(canvas, beside, bottom + (SQUARE - height) / 2)
        canvas.setStrokeColor(LAKE)
        canvas.line(MARGIN, FOOT - 3 * mm, WIDTH - MARGIN, FOOT - 3 * mm)

    def _titles(self) -> Iterator[tuple[Paragraph, float]]:
        """Each with its height."""
        for text, style in self._lines():
            paragraph = _paragraph(text, style)
            _, height = paragraph.wrap(WIDTH - MARGIN - TITLES, HEIGHT)
            yield paragraph, height + style.spaceBefore

    def _lines(self) -> Iterator[tuple[str, ParagraphStyle]]:
        said, words = self.said, self.words
        yield words["badge"], _KICKER
        yield said.name, _TITLE
        if said.level:
            yield words["level"].format(level=said.level), _FACT
        yield words["by"].format(network=said.network, site=said.site), _FACT
        yield words["from"].format(day=_day(said.awarded, said.language)), _FACT
        until = said.valid_until
        yield words["until"].format(day=_day(until, said.language)) if until is not None else words["always"], _FACT
        if self.is_demonstration:
            yield words["demonstration"], _HEADING


def _line(canvas: Canvas, text: str, x: float, y: float) -> None:
    canvas.setFont("Helvetica", 9)
    canvas.setFillColor(SOFT)
    canvas.drawString(x, y, _plain(text))


def _square(canvas: Canvas, address: str, x: float, y: float, side: float) -> None:
    """A QR code, each row of dark modules in as few rectangles as can be."""
    rows = [bytes(row) for row in segno.make(address, error="m").matrix_iter(border=2)]
    module = side / len(rows)
    canvas.setFillColorRGB(0, 0, 0)
    for index, row in enumerate(rows):
        for run in re.finditer(b"\x01+", row):
            start, end = run.span()
            canvas.rect(
                x + start * module, y + side - (index + 1) * module, (end - start) * module, module, stroke=0, fill=1
            )


def _day(moment: datetime, language: str) -> str:
    return i18n.say_date(moment.astimezone(clock.PARIS).date(), "en" if language == "en" else i18n.SOURCE)


def _plain(text: str) -> str:
    """The text in the letters that the fonts have; of others, what is left without accents, or a question mark."""
    return "".join(_letter(one) for one in unicodedata.normalize("NFC", i18n.tied(text)).translate(_LIKE))


def _letter(letter: str) -> str:
    if _is_drawn(letter):
        return letter
    bare = "".join(one for one in unicodedata.normalize("NFKD", letter) if _is_drawn(one))
    return bare or ("?" if letter.isprintable() else " ")


def _is_drawn(letter: str) -> bool:
    return bool(letter.encode("cp1252", "ignore"))
