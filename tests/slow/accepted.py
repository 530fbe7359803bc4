"""The options of a connection as the server holds it, read from outside (Linux: the server is our own child)."""

from __future__ import annotations

import ctypes
import os
import socket
from pathlib import Path

PIDFD_GETFD = 438  # the number of the system call on every architecture


def nodelay(port: int, processes: list[int]) -> bool:
    """Whether TCP_NODELAY is set on a connection that one of the processes accepts on this port."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as ours:
        ours.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        ours.recv(4096)  # answered, hence accepted
        pid, descriptor = holder(ours, processes)
        with socket.socket(fileno=_borrowed(pid, descriptor)) as theirs:
            return bool(theirs.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def holder(ours: socket.socket, processes: list[int]) -> tuple[int, int]:
    """The process that holds the other end of our connection, and its descriptor there."""
    return _held_by(_inode(server_port=ours.getpeername()[1], client_port=ours.getsockname()[1]), processes)


def _inode(*, server_port: int, client_port: int) -> str:
    ends = f":{server_port:04X}", f":{client_port:04X}"
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(ends[0]) and fields[2].endswith(ends[1]):
            return fields[9]
    raise LookupError("no such connection")


def _held_by(inode: str, processes: list[int]) -> tuple[int, int]:
    for pid in processes:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            if link.is_symlink() and str(link.readlink()) == f"socket:[{inode}]":
                return pid, int(link.name)
    raise LookupError(f"none of {processes} holds the connection")


def _borrowed(pid: int, descriptor: int) -> int:
    """A copy of another process's descriptor."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.pidfd_open(pid)
    try:
        copy: int = libc.syscall(PIDFD_GETFD, handle, descriptor, 0)
    finally:
        os.close(handle)
    if copy < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return copy
