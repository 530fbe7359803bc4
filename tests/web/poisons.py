"""What comes through a door that was never meant to: bodies, values, addresses, cookies and headers."""

from __future__ import annotations

from typing import Any

DEEP = b"[" * 10_000 + b"]" * 10_000
HUGE = "9" * 5_000

Classes = tuple[tuple[str, ...], ...]
"""Names of poisons, those together that are wrong in one way."""

BROKEN_JSON: dict[str, bytes] = {
    "one megabyte": b'{"title": "' + b"x" * 1_000_000 + b'"}',
    "ten thousand deep": DEEP,
    "deep object": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "latin-1": '{"title": "café"}'.encode("latin-1"),
    "cut UTF-8": b'{"title": "\xc3"}',
    "lone surrogate bytes": b'{"title": "\xed\xa0\x80"}',
    "not JSON": b"title=x",
    "cut": b'{"title": ',
    "NaN": b'{"title": NaN}',
    "infinity": b'{"title": -Infinity}',
    "huge integer": f'{{"title": {HUGE}}}'.encode(),
    "list": b"[]",
    "null": b"null",
    "number": b"42",
    "string": b'"x"',
    "two documents": b"{}{}",
    "byte order mark": b"\xef\xbb\xbf{}",
}
BROKEN_IN: Classes = (
    ("one megabyte", "ten thousand deep", "deep object", "huge integer"),
    ("latin-1", "cut UTF-8", "lone surrogate bytes", "byte order mark"),
    ("not JSON", "cut", "NaN", "infinity", "two documents"),
    ("list", "null", "number", "string"),
)
"""Size, letters, grammar, and whole documents that are no object."""
WRONG_VALUES: dict[str, Any] = {
    "NUL": "a\x00b",
    "override": "a\u202eb",
    "isolate": "a\u2067b",
    "bell": "a\x07b",
    "too long": "x" * 600,
    "number": 12,
    "huge number": 10**400,
    "boolean": True,
    "list": ["x"],
    "object": {"x": 1},
    "null in a list": [None],
    "deep list": [[[[["x"]]]]],
}
WRONG_IN: Classes = (
    ("NUL", "override", "isolate", "bell", "too long"),
    ("number", "huge number", "boolean"),
    ("list", "object", "null in a list", "deep list"),
)
PATHS: Classes = (
    ("%00", "%ff%fe", "%ed%a0%80"),
    ("%u202e", "%E2%80%AE", "\u0645"),
    ("..%2f..%2fetc%2fpasswd", "%2e%2e", "%0d%0aSet-Cookie:%20a=b"),
    ("'%20OR%201=1--", "=1+1", "-1", "{attempt_id}", "00000000-0000-0000-0000-00000000000g"),
    ("x" * 3000, "a-" * 3000),
)
"""Bytes, letters, ways elsewhere, what is nearly something, and sizes."""
QUERY = "limit=NaN&cursor=%00&lang=%00&framework=%00&code=%00&said=%00&next=%00&after=%00&level=%ff&a=" + "b" * 5000
CURSORS = [
    "x",
    "é",
    "=" * 50,
    "MjAyNg==",
    "fHw=",
    "OTk5OS0xMi0zMVQyMzo1OTo1OS0xMjowMHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA=",
    "MDAwMS0wMS0wMVQwMDowMDowMCsxMjowMHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA=",
    "MjAyNi0wMS0wMVQwMDowMDowMCswMDowMHw=",
    "A" * 201,
]
"""Among them: no date, the year 10000 and the year 0 once in UTC, no identifier."""


FORM_BODIES: dict[str, tuple[str, bytes]] = {
    "one megabyte": ("application/x-www-form-urlencoded", b"title=" + b"x" * 1_000_000),
    "ten thousand fields": ("application/x-www-form-urlencoded", b"a=1&" * 10_000),
    "NUL": ("application/x-www-form-urlencoded", b"title=%00&answer=%00&item=%00&key=%00&code=%00&name=%00&email=%00"),
    "override": (
        "application/x-www-form-urlencoded",
        b"title=%E2%80%AE&answer=%E2%80%AE&item=%E2%80%AE&name=%E2%80%AE",
    ),
    "bad UTF-8": ("application/x-www-form-urlencoded", b"title=%ff%fe&answer=%ed%a0%80&item=%ff&key=%ff&code=%ff"),
    "raw bytes": ("application/x-www-form-urlencoded", bytes(range(256))),
    "keys": ("application/x-www-form-urlencoded", b"key=" + b"k" * 64 + b"&item=" + b"i" * 64),
    "JSON": ("application/json", b'{"title": "x"}'),
    "multipart without boundary": ("multipart/form-data", b"x"),
    "broken multipart": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
    "a file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="answer"; filename="a.svg"\r\n\r\nx\r\n--x--\r\n',
    ),
    "unknown charset": ("application/x-www-form-urlencoded; charset=klingon", b"title=x"),
    "multipart in an unknown charset": (
        "multipart/form-data; boundary=x; charset=klingon",
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--x--\r\n',
    ),
}
FORMS_IN: Classes = (
    ("one megabyte", "ten thousand fields"),
    ("NUL", "override", "keys"),
    ("bad UTF-8", "raw bytes", "unknown charset", "multipart in an unknown charset"),
    ("JSON", "multipart without boundary", "broken multipart", "a file"),
)


FLOOD = "; ".join(f"c{number}={'x' * 20}" for number in range(500))
HEADERS: tuple[tuple[dict[str, str | bytes], ...], ...] = (
    (
        {"Cookie": FLOOD},
        {"Cookie": 'language="\\377\\000"; display=%00; attempt=\x7f; session=' + "x" * 3000},
        {"Cookie": "language=../../etc; display=<script>; session=é".encode("latin-1")},
    ),
    (
        {"Accept-Language": "q=" * 4000},
        {"Accept-Language": "*;q=NaN,fr;q=1e999,ar;q=-1,uk;q=0.0.0,\xff"},
    ),
    (
        {"Authorization": "Bearer " + "é" * 300},
        {"Authorization": "Bearer " + "x" * 9000},
        {"Authorization": "\xff\xfe"},
        {"Idempotency-Key": "x"},
        {"Idempotency-Key": "\x7f" * 64},
    ),
    (
        {"Host": "["},
        {"Content-Length": "\xb2"},
        {"Content-Length": "-5"},
        {"Range": "bytes=-1,5-2,x"},
        {"If-None-Match": "\xff"},
    ),
)
"""What a browser remembers, what somebody reads, who they are, and how it is sent."""
