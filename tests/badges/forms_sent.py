"""A form as a browser sends it back, if nobody changes anything."""

from __future__ import annotations

from html.parser import HTMLParser


def fields_of(page: str) -> dict[str, list[str]]:
    """What the first form with ``class="stack"`` of a page holds."""
    form = _Form()
    form.feed(page)
    return form.found


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.inside, self.area, self.select = False, "", ""
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "stack" in given.get("class", "") and not self.found
        elif self.inside and tag in {"input", "textarea", "select", "option"}:
            getattr(self, f"_{tag}")(given)

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            self.found[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = ""
        elif tag == "select" and self.inside:
            chosen = [one for one, selected in self.options if selected]
            self.found[self.select] = chosen or [one for one, _ in self.options[:1]]

    def _input(self, given: dict[str, str]) -> None:
        is_sent = given.get("type") not in {"checkbox", "radio"} or "checked" in given
        if is_sent and given.get("name"):
            self.found.setdefault(given["name"], []).append(given.get("value", ""))

    def _textarea(self, given: dict[str, str]) -> None:
        self.area = given["name"]
        self.found[self.area] = [""]

    def _select(self, given: dict[str, str]) -> None:
        self.select, self.options = given["name"], []

    def _option(self, given: dict[str, str]) -> None:
        self.options.append((given.get("value", ""), "selected" in given))
