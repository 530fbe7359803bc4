"""Sending one plain-text mail, with calendar entries if there are some, through the operator's server.

Raises what ``smtplib`` raises: the outbox tries again.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from pathways import sink

PORTS = {"smtp": 587, "smtps": 465}
PATIENCE = 15
"""Seconds that a server may take over one step."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar file that a mail brings; ``method`` says what the reader's calendar does with it."""

    method: str
    file: bytes


def send(
    url: str,
    *,
    sender: str,
    to: str,
    subject: str,
    text: str,
    calendars: Sequence[Calendar] = (),
    reference: str = "",
) -> None:
    """Send through ``smtp://user:password@host:port`` or ``smtps://``.

    The first is encrypted as soon as the server offers it, and before any password; the second at once. The same
    ``reference`` is the same mail, sent again: a mailbox that knows it shows it once.
    """
    message = _message(sender=sender, to=to, subject=subject, text=text, calendars=calendars, reference=reference)
    if url.startswith(sink.SCHEME):
        name = message["Message-ID"].strip("<>").partition("@")[0]
        sink.keep(url, f"mail-{name}.eml", message.as_bytes())
        return
    server = urlsplit(url)
    if server.scheme not in PORTS or not server.hostname:
        raise ValueError("PATHWAYS_MAIL_URL is not a complete smtp:// or smtps:// address")
    port = server.port or PORTS[server.scheme]
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.hostname, port, timeout=PATIENCE, context=context)
    else:
        connection = smtplib.SMTP(server.hostname, port, timeout=PATIENCE)
    with connection:
        connection.ehlo()
        if server.scheme == "smtp" and (server.username or connection.has_extn("starttls")):
            connection.starttls(context=context)  # refuses a server that has none: no password in the clear
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(message)


def _message(
    *, sender: str, to: str, subject: str, text: str, calendars: Sequence[Calendar] = (), reference: str = ""
) -> EmailMessage:
    """``EmailMessage`` refuses line ends in its headers: nobody adds one through a name or an address."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate()
    domain = message["From"].addresses[0].domain
    message["Message-ID"] = f"<{reference}@{domain}>" if reference else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    for number, calendar in enumerate(calendars, start=1):
        message.add_attachment(
            calendar.file,
            maintype="text",
            subtype="calendar",
            filename=f"seance-{number}.ics",
            params={"method": calendar.method, "charset": "utf-8"},
        )
    return message
