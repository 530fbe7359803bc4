"""Sounds as phones send them, made here: a voice of sine waves in a quiet room, in the formats of browsers."""

from __future__ import annotations

import functools
import io
from fractions import Fraction
from typing import Any

import av
import numpy as np

RATE = 48_000
FORMATS = {
    "webm": ("webm", "libopus"),  # Chrome, Firefox
    "ogg": ("ogg", "libopus"),
    "mp4": ("mp4", "aac"),  # Safari
    "mp3": ("mp3", "libmp3lame"),
    "wav": ("wav", "pcm_s16le"),
}


def spoken(seconds: float = 2.0, *, pitch: int = 140, loudness: float = 0.2) -> np.ndarray:
    """Syllables at a few a second: what a meter takes for a voice."""
    time = np.arange(int(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * pitch * times * time) / times for times in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 3 * time) + 0.3, 0, 1)
    return (loudness * tone * syllables / 2).astype(np.float32)


def in_a_room(voice: np.ndarray, *, before: float = 1.5, after: float = 1.0, noise: float = 0.0008) -> np.ndarray:
    """With the silence of a room around it."""
    whole = np.concatenate([np.zeros(int(before * RATE)), voice, np.zeros(int(after * RATE))])
    return (whole + np.random.default_rng(7).normal(0, noise, len(whole))).astype(np.float32)


@functools.cache
def sent(kind: str = "webm", seconds: float = 2.0, pitch: int = 140, loudness: float = 0.2) -> bytes:
    """The bytes of a recording of that kind."""
    return encoded(in_a_room(spoken(seconds, pitch=pitch, loudness=loudness)), kind)


def encoded(samples: np.ndarray, kind: str, *, with_film: bool = False) -> bytes:
    form, codec = FORMATS[kind]
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        stream: Any = container.add_stream(codec, rate=RATE)
        stream.layout = "mono"
        film: Any = container.add_stream("libvpx", rate=10) if with_film else None
        if film is not None:
            film.width, film.height, film.pix_fmt = 64, 64, "yuv420p"
        for frame in _frames(samples, stream):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if film is not None:
            for number in range(10):
                picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number * 20, np.uint8), "rgb24")
                picture.pts = number
                container.mux(film.encode(picture))
            container.mux(film.encode(None))
    return out.getvalue()


def _frames(samples: np.ndarray, stream: Any) -> list[Any]:
    whole = av.AudioFrame.from_ndarray((samples.clip(-1, 1) * 32767).astype(np.int16)[None, :], "s16", "mono")
    whole.sample_rate, whole.pts, whole.time_base = RATE, 0, Fraction(1, RATE)
    resampler = av.AudioResampler(format=stream.codec_context.format.name, layout="mono", rate=RATE)
    fifo = av.AudioFifo()
    for piece in [*resampler.resample(whole), *resampler.resample(None)]:
        piece.pts = None
        fifo.write(piece)
    found = []
    while (piece := fifo.read(stream.codec_context.frame_size or 1024, partial=True)) is not None:
        piece.pts = None
        found.append(piece)
    return found
