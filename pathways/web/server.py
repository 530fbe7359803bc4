"""Serving HTTP: one process, or several that share one listening socket."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import socket
import threading

import uvicorn
from uvicorn.supervisors import Multiprocess

from pathways.errors import SettingsError
from pathways.settings import Settings

FACTORY = "pathways.cli:web_application"


def listening_socket(settings: Settings) -> socket.socket:
    """The socket to serve on; raises :class:`SettingsError` when the address cannot be had.

    It is made with TCP's own protocol number: a socket bound with protocol 0, as uvicorn makes them for several
    processes, loses TCP_NODELAY on the connections it accepts, and each answer then waits some 40 ms.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
        sock.listen(2048)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            said = f"Le port {settings.port} est déjà pris. Choisissez-en un autre avec PATHWAYS_PORT."
        else:
            said = (
                f"L'adresse {settings.host}:{settings.port} ne peut pas être ouverte ({os.strerror(error.errno or 0)})."
            )
        raise SettingsError(said) from error
    except OverflowError as error:
        sock.close()
        raise SettingsError(f"Le port {settings.port} n'existe pas.") from error
    sock.set_inheritable(True)
    return sock


def run(settings: Settings, sock: socket.socket, *, processes: int, factory: str = FACTORY) -> None:
    """Serve what ``factory`` makes, in each process for itself, until the process is told to stop."""
    config = uvicorn.Config(
        factory,
        factory=True,
        workers=processes,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies or "127.0.0.1",
        timeout_graceful_shutdown=20,
        timeout_keep_alive=15,
        h11_max_incomplete_event_size=32 * 1024,
    )
    with sock:
        if processes > 1:
            Multiprocess(config, sockets=[sock]).run()
        else:
            uvicorn.Server(config).run(sockets=[sock])


def end_with_parent() -> None:
    """In one of several web processes: end as soon as the process that started it has, even if that was killed.
    Otherwise nobody would hold it any more, but it would still hold the port.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
