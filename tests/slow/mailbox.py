"""A mail server of one room: takes what is sent to it, keeps it, forwards nothing."""

from __future__ import annotations

import email
import queue
import socketserver
import threading
from email import policy
from email.message import EmailMessage
from typing import Self


class Mailbox:
    """Listens on a port of its own; `wait()` gives the mails in the order they came."""

    def __init__(self) -> None:
        mails: queue.Queue[EmailMessage] = queue.Queue()
        self._mails = mails

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say("220 mailbox")
                while line := self.rfile.readline():
                    verb = line[:4].upper()
                    if verb == b"DATA":
                        self.say("354 go on")
                        mails.put(email.message_from_bytes(self.text(), policy=policy.default))
                    self.say("221 bye" if verb == b"QUIT" else "250 ok")
                    if verb == b"QUIT":
                        return

            def text(self) -> bytes:
                lines = []
                while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                    lines.append(line.removeprefix(b"."))
                return b"".join(lines)

            def say(self, words: str) -> None:
                self.wfile.write(f"{words}\r\n".encode())

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def wait(self, seconds: float) -> EmailMessage:
        return self._mails.get(timeout=seconds)

    def empty(self) -> bool:
        return self._mails.empty()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
