"""What people are told about their seats, in their language and in French: one short message, one mail. Pure.

Few sentences, each spoken plainly; days, hours, places and codes stand on lines of their own, so that no language has
to build a sentence around them. Both are plain text: the direction of each foreign piece is held by isolates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from pathways import i18n, sms
from pathways.i18n import N_, SOURCE
from pathways.ids import readable
from pathways.workshops.models import NoticeKind

MOST_SEGMENTS = 2
"""Of a short message: what one notice may cost."""
LEAST_OF_A_NAME = 12
"""Letters below which a title and a place are left out rather than cut."""
HEADINGS = {
    NoticeKind.BOOKED: N_("Votre place est réservée."),
    NoticeKind.REMINDER_WEEK: N_("N'oubliez pas votre atelier."),
    NoticeKind.REMINDER_DAYS: N_("N'oubliez pas votre atelier."),
    NoticeKind.REMINDER_HOURS: N_("N'oubliez pas votre atelier."),
    NoticeKind.CHANGED: N_("Attention : l'heure ou le lieu a changé."),
    NoticeKind.MOVED: N_("Cette réservation a changé de date."),
    NoticeKind.WITHDRAWN: N_("Cette réservation est annulée."),
    NoticeKind.CANCELLED: N_("Cette séance est annulée."),
    NoticeKind.OFFERED: N_("Une place est gardée pour vous."),
    NoticeKind.LAPSED: N_("Cette place n'est plus gardée."),
    NoticeKind.WISHED: N_("Un atelier ouvre. Des places sont gardées pour vous."),
}
HELD = N_("Une place est gardée pour vous.")
WAITING = N_("Vous attendez toujours.")
ANSWER_BEFORE = N_("Répondez avant :")
CODE = N_("Votre code :")
CHANGE = N_("Pour annuler ou changer :")
ANSWER = N_("Pour répondre :")
REMOTE = N_("Rejoindre à distance")
WITH_SEAT = frozenset(
    {
        NoticeKind.BOOKED,
        NoticeKind.REMINDER_WEEK,
        NoticeKind.REMINDER_DAYS,
        NoticeKind.REMINDER_HOURS,
        NoticeKind.CHANGED,
        NoticeKind.MOVED,
    }
)
"""Those after which the person comes."""
TO_ANSWER = frozenset({NoticeKind.OFFERED, NoticeKind.WISHED})


@dataclass(frozen=True, slots=True)
class Where:
    """A session as a message names it."""

    titles: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    timezone: str
    place: str = ""
    """Its name; empty at a distance."""
    address: str = ""
    meeting_url: str = ""

    def title_in(self, language: str) -> str:
        return self.titles.get(language) or self.titles[SOURCE]

    def day_in(self, language: str) -> str:
        """``jeudi 3 décembre 2026``."""
        return i18n.say_date(self.starts_at.astimezone(ZoneInfo(self.timezone)).date(), language)

    @property
    def hours(self) -> str:
        return f"{_clock(self.starts_at, self.timezone)} – {_clock(self.ends_at, self.timezone)}"


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that a message may say."""

    kind: NoticeKind
    language: str
    session: Where
    code: str
    link: str
    """Of the slip, or of the place in the list."""
    url: str
    """Of this server, without a slash at its end."""
    sender: str = ""
    """The organisation that holds the session."""
    until: datetime | None = None
    """Of an offer."""
    other: Where | None = None
    """The session in which a seat is kept instead of this one."""
    reason: str = ""
    """Of a cancellation, as somebody typed it."""
    waits: bool = False
    """After an offer that ran out: they are still in the list."""


def subject_of(told: Told) -> str:
    """In both languages: what a mailbox shows."""
    own, french = (i18n.gettext(HEADINGS[told.kind], one) for one in (told.language, SOURCE))
    return french if told.language == SOURCE else f"{i18n.isolated(own)} · {i18n.isolated(french)}"


def mail_of(told: Told) -> str:
    spoken = [told.language] if told.language == SOURCE else [told.language, SOURCE]
    return "\n\n–\n\n".join("\n".join(_mail_in(told, language)) for language in spoken) + "\n"


def _mail_in(told: Told, language: str) -> list[str]:
    lines = [_say(language, HEADINGS[told.kind]), "", *_session(told.session, language)]
    if told.kind in WITH_SEAT and told.session.meeting_url:
        lines += [_say(language, REMOTE), told.session.meeting_url]
    if told.reason:
        lines += ["", i18n.isolated(told.reason)]
    if told.other is not None:
        lines += ["", _say(language, HELD), *_session(told.other, language)]
    if told.waits:
        lines += ["", _say(language, WAITING)]
    if told.until is not None:
        lines += ["", f"{_say(language, ANSWER_BEFORE)} {_until(told, language)}"]
    if _opens(told):
        lines += ["", f"{_say(language, CODE)} {i18n.isolated(readable(told.code))}"]
        lines += [_say(language, CHANGE if told.kind in WITH_SEAT else ANSWER), told.link]
    return [*lines, "", i18n.isolated(told.sender)] if told.sender else lines


def _session(session: Where, language: str) -> list[str]:
    title = session.title_in(language)
    own = language in session.titles
    lines = [title if own else i18n.isolated(title), f"{session.day_in(language)}, {i18n.isolated(session.hours)}"]
    return lines + [i18n.isolated(one) for one in (session.place, session.address) if one]


def short_of(told: Told) -> str:
    """A short message in the person's language: at most :data:`MOST_SEGMENTS` segments, whatever titles and places are
    called. What does not fit is shortened or left out: the names first, then the address of this server.
    """
    language, shown = told.language, told.other or told.session
    hold = _holder(language)
    before = [_say(language, HEADINGS[told.kind])]
    before += [_say(language, HELD)] if told.other is not None else []
    before += [_say(language, WAITING)] if told.waits else []
    when = f"{_weekday(shown, language)} {hold(_moment(shown.starts_at, shown.timezone))}"
    after = [f"{_say(language, ANSWER_BEFORE)} {hold(_until_briefly(told, shown))}"] if told.until is not None else []
    after += [hold(readable(told.code))] if _opens(told) else []
    booking = [f"{told.url}/booking"] if _opens(told) else []
    title, place = shown.title_in(language), shown.place
    for most in range(max(len(title), len(place), LEAST_OF_A_NAME), LEAST_OF_A_NAME - 1, -1):
        names = [hold(_cut(one, most)) if one else "" for one in (title, place)]
        text = _joined([*before, names[0], when, names[1], *after, *booking])
        if sms.segments(text) <= MOST_SEGMENTS:
            return text
    for rest in ([*after, *booking], after):
        text = _joined([*before, when, *rest])
        if sms.segments(text) <= MOST_SEGMENTS:
            return text
    return _joined([when, *after])


def _joined(lines: Sequence[str]) -> str:
    return sms.plain("\n".join(line for line in lines if line))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def _holder(language: str) -> Callable[[str], str]:
    """Isolates cost room and take the small alphabet away: only where the line would turn without them."""
    return i18n.isolated if i18n.language(language).dir == "rtl" else str


def _say(language: str, message: str) -> str:
    return i18n.gettext(message, language)


def _opens(told: Told) -> bool:
    """Whether the slip is still good for something."""
    return told.kind in WITH_SEAT | TO_ANSWER or told.other is not None or told.waits


def _clock(moment: datetime, timezone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(timezone)):%H:%M}"


def _moment(moment: datetime, timezone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(timezone)):%d/%m %H:%M}"


def _weekday(session: Where, language: str) -> str:
    day, known = session.starts_at.astimezone(ZoneInfo(session.timezone)).date(), i18n.language(language)
    if known.days:
        return known.days[day.weekday()]
    return format_date(day, format="EEEE", locale=Locale.parse(known.fmt))


def _until(told: Told, language: str) -> str:
    """``jeudi 3 décembre 2026, 18:00``."""
    assert told.until is not None
    timezone = told.session.timezone
    day = i18n.say_date(told.until.astimezone(ZoneInfo(timezone)).date(), language)
    return f"{day}, {i18n.isolated(_clock(told.until, timezone))}"


def _until_briefly(told: Told, shown: Where) -> str:
    assert told.until is not None
    return _moment(told.until, shown.timezone)
