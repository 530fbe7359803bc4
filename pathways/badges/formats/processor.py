"""PyLD's processor, which works out each context once, and once from JSON to its expanded form.

PyLD keeps what it worked out of a context that stands in a document. For one that stands inside another (of a type, of
a property), it copies the surroundings first, under a new name, and so finds nothing: it works it out again for each
object of each document, which takes more time than all the rest.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from pyld import jsonld

MOST_CONTEXTS = 500
"""Contexts within their surroundings that are kept, the latest used. A badge has some ten; what strangers combine has
no end.
"""


class Processor(jsonld.JsonLdProcessor):
    """Not for several threads at once. It goes by a method that PyLD calls its own: should that be called otherwise one
    day, contexts would be worked out again each time, and come out the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self._worked_out: OrderedDict[tuple[Any, ...], tuple[Any, ...]] = OrderedDict()

    def _process_context(self, active_ctx: Any, local_ctx: Any, options: Any, *more: Any, **how: Any) -> Any:
        """The context that ``local_ctx`` makes of ``active_ctx``. Both are known by their identity, and are kept with
        what came out: nothing else can be found under it. PyLD changes neither.
        """
        if not isinstance(local_ctx, Mapping) or more or "cycles" in how:
            return super()._process_context(active_ctx, local_ctx, options, *more, **how)
        key = (id(active_ctx), id(local_ctx), *sorted(how.items()))
        if key not in self._worked_out:
            made = super()._process_context(active_ctx, local_ctx, options, **how)
            self._worked_out[key] = active_ctx, local_ctx, made
            if len(self._worked_out) > MOST_CONTEXTS:
                self._worked_out.popitem(last=False)
        self._worked_out.move_to_end(key)
        return self._worked_out[key][-1]


class ExpandedProcessor(jsonld.JsonLdProcessor):
    """For documents that are in expanded form: they are not expanded again."""

    def expand(self, input_: list[Any], options: Mapping[str, Any]) -> list[Any]:  # noqa: ARG002 - given by PyLD
        return input_
