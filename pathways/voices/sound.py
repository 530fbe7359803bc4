"""Sounds as phones send them, made even: silence cut at both ends, one loudness, a small MP3. Decoding what strangers
send happens in a process of its own that is short of memory and time: whatever breaks there breaks nothing here.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pathways.errors import DomainError, Invalid, TooMany
from pathways.i18n import N_

if TYPE_CHECKING:
    import numpy as np

LARGEST = 10_000_000
"""Bytes that may be sent. A minute from a phone is under one million, of an uncompressed recorder under six."""
LONGEST = 60.0
"""Seconds that one reading may last."""
SHORTEST = 0.25
SECONDS = 25
"""Time that one sound may take; a minute of speech takes two or three."""
PATIENCE = 60
"""Seconds that one sound may wait for those before it."""
MEMORY = 1_000_000_000
"""Bytes of address space of the process that decodes. A minute of sound, with FFmpeg and NumPy, maps 350 million."""

RATE = 48_000
WRITTEN_RATE = 24_000
BITS = 48_000
LOUDNESS, PEAK = -18.0, -1.5
"""LUFS and dBTP (EBU R 128, ITU-R BS.1770), of a mono sound."""
ROOM = 1.0
"""Decibels left below :data:`PEAK`: an MP3 overshoots what it was made of."""
QUIETEST = -55.0
"""LUFS under which nobody is heard."""
BLOCK = RATE // 50
BEFORE, AFTER = 6, 12
"""Blocks of 20 ms that are left around the voice."""

UNREADABLE = N_("Ce fichier n'est pas un son que nous savons lire. Enregistrez de nouveau.")
TOO_LARGE = N_("Ce son est trop lourd : 10 Mo au plus. Enregistrez de nouveau, plus court.")
TOO_LONG = N_("Ce son est trop long : une minute au plus. Enregistrez de nouveau.")
SILENT = N_("On n'entend rien. Rapprochez le téléphone et enregistrez de nouveau.")
VIDEO = N_("C'est une vidéo. Envoyez seulement le son.")
BUSY = N_("Beaucoup de monde en ce moment. Réessayez dans un instant. Rien n'est perdu.")
_SAID = {
    "unreadable": UNREADABLE,
    "too-large": TOO_LARGE,
    "too-long": TOO_LONG,
    "silent": SILENT,
    "video": VIDEO,
}
CODECS = frozenset({"opus", "vorbis", "aac", "mp3", "mp3float", "flac", "alac", "amrnb", "amr_nb", "amrwb", "amr_wb"})
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An MP3 that can be played to learners."""

    sound: bytes
    seconds: float


class Refused(Exception):
    """``reason`` is a key of the sentences above."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def cleaned(sent: bytes) -> Cleaned:
    """What somebody sent, made even; raises :class:`Invalid` with a sentence in the reader's words. One at a time in
    this process: the others wait, and are asked to come back if it lasts.
    """
    if len(sent) > LARGEST:
        raise Invalid(TOO_LARGE)
    if not sent or container_of(sent) is None:
        raise Invalid(UNREADABLE)
    if not _ONE_AT_A_TIME.acquire(timeout=PATIENCE):
        raise TooMany(BUSY, seconds=20)
    try:
        return _apart(sent)
    finally:
        _ONE_AT_A_TIME.release()


def _apart(sent: bytes) -> Cleaned:
    command = [sys.executable, "-m", "pathways.voices.sound"]
    # Without our secret, and with one thread: each more maps memory that the bound counts.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PATHWAYS_")}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, input=sent, capture_output=True, timeout=SECONDS, check=False, env=environment)  # noqa: S603 - our own
    except subprocess.TimeoutExpired as error:
        raise _refusal("unreadable") from error
    first, _, sound = done.stdout.partition(b"\n")
    word, _, rest = first.decode("ascii", "replace").partition(" ")
    if done.returncode == 0 and word == "made":
        return Cleaned(sound, float(rest))
    raise _refusal(rest if word == "refused" else "unreadable")


def _refusal(reason: str) -> DomainError:
    return Invalid(_SAID.get(reason, UNREADABLE))


def container_of(sent: bytes) -> str | None:
    """FFmpeg's name for the kind of file, by its first bytes, whatever it is called. Never guessed by FFmpeg itself: it
    knows kinds that make it read other files.
    """
    kinds: list[tuple[str, Callable[[bytes], bool]]] = [
        ("matroska", lambda head: head.startswith(b"\x1aE\xdf\xa3")),
        ("ogg", lambda head: head.startswith(b"OggS")),
        ("mov", lambda head: head[4:8] == b"ftyp"),
        ("wav", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WAVE"),
        ("flac", lambda head: head.startswith(b"fLaC")),
        ("amr", lambda head: head.startswith(b"#!AMR")),
        ("caf", lambda head: head.startswith(b"caff")),
        ("mp3", lambda head: head.startswith(b"ID3")),
        ("aac", lambda head: head[:1] == b"\xff" and head[1] & 0xF6 == 0xF0),
        ("mp3", lambda head: head[:1] == b"\xff" and head[1] & 0xE0 == 0xE0),
    ]
    head = sent[:12]
    return next((name for name, is_one in kinds if len(head) == 12 and is_one(head)), None)


# --- what the process apart does ---


def made(sent: bytes) -> Cleaned:
    """The same in this very process, for sounds of our own making; raises :class:`Refused`."""
    voice = _cut(_decoded(sent))
    if len(voice) < SHORTEST * RATE:
        raise Refused("silent")
    voice = _evened(voice)
    return Cleaned(_as_mp3(voice), round(len(voice) / RATE, 2))


def _decoded(sent: bytes) -> np.ndarray:
    """Mono samples between -1 and 1 at :data:`RATE`."""
    import av  # noqa: PLC0415 - FFmpeg is loaded where sounds are made, not at every start
    import numpy as np  # noqa: PLC0415 - same
    from av.error import FFmpegError  # noqa: PLC0415 - heavy: only the process that decodes needs it

    kept: list[np.ndarray] = []
    length = 0
    try:
        with av.open(io.BytesIO(sent), "r", format=container_of(sent)) as container:
            if any(not _is_cover(stream) for stream in container.streams.video):
                raise Refused("video")
            if not container.streams.audio:
                raise Refused("unreadable")
            stream = container.streams.audio[0]
            name = stream.codec_context.name
            if name not in CODECS and not name.startswith("pcm_"):
                raise Refused("unreadable")
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            for frame in container.decode(stream):
                frame.pts = None
                for piece in resampler.resample(frame):
                    kept.append(piece.to_ndarray().reshape(-1))
                    length += len(kept[-1])
                if length > LONGEST * RATE:
                    raise Refused("too-long")
            kept += [piece.to_ndarray().reshape(-1) for piece in resampler.resample(None)]
    except (FFmpegError, ValueError, MemoryError) as error:
        if length < RATE:  # cut off on its way: what there is of it may be whole enough to be heard
            raise Refused("unreadable") from error
    voice = np.concatenate(kept) if kept else np.zeros(0, np.float32)
    return np.nan_to_num(voice).clip(-4, 4)


def _is_cover(stream: Any) -> bool:
    """The picture of an album, which music files carry as if it were a film."""
    return bool(int(stream.disposition) & 0x400)


def _cut(voice: np.ndarray) -> np.ndarray:
    """Without the silence before and after. Silence is what is far below the voice and near the noise of the room."""
    import numpy as np  # noqa: PLC0415 - heavy: only the process that decodes needs it

    blocks = len(voice) // BLOCK
    if not blocks:
        raise Refused("silent")
    power = np.sqrt(np.mean(voice[: blocks * BLOCK].reshape(blocks, BLOCK).astype(np.float64) ** 2, axis=1)) + 1e-9
    level = 20 * np.log10(power)
    loud, noise = float(np.percentile(level, 95)), float(np.percentile(level, 5))
    threshold = max(loud - 35, min(noise + 6, loud - 15), -65)
    heard = np.flatnonzero(level > threshold)
    if not len(heard):
        raise Refused("silent")
    begin, end = max(0, int(heard[0]) - BEFORE), min(blocks, int(heard[-1]) + 1 + AFTER)
    voice = voice[begin * BLOCK : end * BLOCK].copy()
    fade = np.linspace(0, 1, min(BLOCK, len(voice) // 2), dtype=np.float32)
    voice[: len(fade)] *= fade
    voice[len(voice) - len(fade) :] *= fade[::-1]
    return voice


def _evened(voice: np.ndarray) -> np.ndarray:
    """At :data:`LOUDNESS`, and where that would be too much for the loudest instants, these alone held down."""
    import numpy as np  # noqa: PLC0415 - heavy: only the process that decodes needs it

    voice = _filtered(voice, [("highpass", "f=70")])
    loudness, peak = measured(voice)
    if loudness < QUIETEST:
        raise Refused("silent")
    for _ in range(2):  # what is held down is missed in the loudness: the second time makes up for it
        gain, most = LOUDNESS - loudness, PEAK - ROOM
        voice = (voice * 10 ** (gain / 20)).astype(np.float32)
        if peak + gain > most:
            limit = f"level_in=1:level_out=1:limit={10 ** (most / 20):.4f}:attack=2:release=40:level=0:latency=1"
            steps = [("aresample", str(4 * RATE)), ("alimiter", limit), ("aresample", str(RATE))]
            voice = _filtered(voice, steps)
        loudness, peak = measured(voice)
        if abs(loudness - LOUDNESS) < 0.5 and peak <= most + 0.3:
            break
    over = peak - (PEAK - ROOM)
    return (voice * 10 ** (-max(0.0, over) / 20)).astype(np.float32)


def measured(voice: np.ndarray) -> tuple[float, float]:
    """``(LUFS, dBTP)``. A short sound is measured as if it were said again and again: the meter wants three seconds."""
    import numpy as np  # noqa: PLC0415 - heavy: only the process that decodes needs it

    times = max(1, -(-3 * RATE // max(1, len(voice))))
    found = {"I": -70.0, "peak": -99.0}
    for frame in _frames(np.tile(voice, times), [("ebur128", "metadata=1:peak=true")]):
        data = frame.metadata
        found["I"] = float(data.get("lavfi.r128.I", found["I"]))
        peak = data.get("lavfi.r128.true_peak") or data.get("lavfi.r128.true_peaks_ch0")
        if peak is not None:
            found["peak"] = max(found["peak"], 20 * float(np.log10(max(float(peak), 1e-6))))
    return found["I"], found["peak"]


def _filtered(voice: np.ndarray, steps: list[tuple[str, str]]) -> np.ndarray:
    import numpy as np  # noqa: PLC0415 - heavy: only the process that decodes needs it

    pieces = [frame.to_ndarray().reshape(-1) for frame in _frames(voice, steps)]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _frames(voice: np.ndarray, steps: list[tuple[str, str]]) -> list[Any]:
    """The samples through a chain of FFmpeg's filters."""
    import av  # noqa: PLC0415 - heavy: only the process that decodes needs it
    import numpy as np  # noqa: PLC0415 - heavy: only the process that decodes needs it
    from av.filter import Graph  # noqa: PLC0415 - heavy: only the process that decodes needs it

    graph = Graph()
    chain = [graph.add_abuffer(sample_rate=RATE, format="flt", layout="mono", time_base=_per_sample())]
    chain += [graph.add(name, options) for name, options in steps]
    chain += [graph.add("aformat", "sample_fmts=flt:channel_layouts=mono"), graph.add("abuffersink")]
    for one, following in pairwise(chain):
        one.link_to(following)
    graph.configure()
    found: list[Any] = []
    for begin in range(0, len(voice), RATE):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(voice[begin : begin + RATE])[None, :], "flt", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, begin, _per_sample()
        graph.push(frame)
        found += _pulled(graph)
    graph.push(None)
    return found + _pulled(graph)


def _pulled(graph: Any) -> list[Any]:
    from av.error import BlockingIOError, EOFError  # noqa: A004, PLC0415 - FFmpeg's: nothing more now, or at all

    found: list[Any] = []
    while True:
        try:
            found.append(graph.pull())
        except (BlockingIOError, EOFError):
            return found


def _per_sample() -> Any:
    from fractions import Fraction  # noqa: PLC0415 - heavy: only the process that decodes needs it

    return Fraction(1, RATE)


def _as_mp3(voice: np.ndarray) -> bytes:
    """The same samples give the same bytes: a sound that is sent twice is one."""
    import av  # noqa: PLC0415 - heavy: only the process that decodes needs it
    import numpy as np  # noqa: PLC0415 - heavy: only the process that decodes needs it

    out = io.BytesIO()
    with av.open(out, "w", format="mp3", options={"id3v2_version": "0", "write_xing": "1"}) as container:
        stream: Any = container.add_stream("libmp3lame", rate=WRITTEN_RATE)
        stream.layout, stream.bit_rate = "mono", BITS
        resampler = av.AudioResampler(format="s16p", layout="mono", rate=WRITTEN_RATE)
        whole = (voice.clip(-1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(whole[None, :], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, _per_sample()
        fifo = av.AudioFifo()
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            piece.pts = None
            fifo.write(piece)
        size = stream.codec_context.frame_size or 576
        while (piece := fifo.read(size, partial=True)) is not None:
            piece.pts = None
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return out.getvalue()


def _alone() -> int:
    """Standard input in, ``made SECONDS`` and the MP3 (or ``refused REASON``) out."""
    try:
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, OSError, ValueError):  # another system has other means: time and size still hold
        pass
    sent = sys.stdin.buffer.read(LARGEST + 1)
    try:
        done = made(sent)
    except Refused as refused:
        sys.stdout.write(f"refused {refused.reason}\n")
        return 0
    sys.stdout.buffer.write(f"made {done.seconds}\n".encode() + done.sound)
    return 0


if __name__ == "__main__":
    sys.exit(_alone())
