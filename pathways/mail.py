"""Sending one plain-text mail through the operator's server.

Raises what ``smtplib`` raises: the outbox tries again.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}
PATIENCE = 15
"""Seconds that a server may take over one step."""


def send(url: str, *, sender: str, to: str, subject: str, text: str) -> None:
    """Send through ``smtp://user:password@host:port`` or ``smtps://``.

    The first is encrypted as soon as the server offers it, and before any password; the second at once.
    """
    server = urlsplit(url)
    if server.scheme not in PORTS or not server.hostname:
        raise ValueError("PATHWAYS_MAIL_URL is not a complete smtp:// or smtps:// address")
    port = server.port or PORTS[server.scheme]
    message = _message(sender=sender, to=to, subject=subject, text=text)
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


def _message(*, sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """``EmailMessage`` refuses line ends in its headers: nobody adds one through a name or an address."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=message["From"].addresses[0].domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message
