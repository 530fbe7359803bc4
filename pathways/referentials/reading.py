"""Reading a YAML file so that whatever is wrong in it can be said with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.constructor import SafeConstructor

from pathways import i18n

LARGEST_FILE = 2_000_000
DEEPEST = 20
LONGEST_SCALAR = 5_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel brings it: five times quicker
Model = TypeVar("Model", bound=BaseModel)
Step = str | int


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong, and where. A ``warning`` does not refuse the file."""

    file: str
    line: int
    code: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        kind = "attention" if self.warning else "erreur"
        return f"{self.file}:{self.line}: {kind} [{self.code}] {self.message}"


@dataclass(slots=True)
class Source:
    """A YAML file as plain values, with the line of each of them."""

    file: str
    value: Any = None
    lines: dict[tuple[Step, ...], int] = field(default_factory=dict)

    def line(self, path: Sequence[Step]) -> int:
        """The line of the value at ``path``, or of the nearest one around it."""
        steps = tuple(path)
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)

    def finding(self, path: Sequence[Step], code: str, message: str, *, warning: bool = False) -> Finding:
        return Finding(self.file, self.line(path), code, message, warning)

    def language(self, said: str, folder: str) -> list[Finding]:
        """What is wrong with the language of a translation, which its folder and its first lines must both say."""
        if said != folder:
            return [self.finding(("language",), "wrong-language", f"le dossier dit {folder}")]
        if said not in i18n.languages() or said == i18n.SOURCE:
            return [self.finding(("language",), "unknown-language", f"{said} n'est pas une langue de traduction")]
        return []


def read(path: Path, file: str) -> tuple[Source, list[Finding]]:
    """Read ``path``, called ``file`` in findings. No aliases (a small file could become a huge one), no tags."""
    source = Source(file)
    try:
        if path.stat().st_size > LARGEST_FILE:
            return source, [Finding(file, 1, "too-large", f"le fichier dépasse {LARGEST_FILE // 1_000_000} Mo")]
        text = path.read_text("utf-8")
        _check_bounds(text)
        node = yaml.compose(text, _LOADER)
        source.value = _value(node, (), source.lines) if node is not None else None
    except UnicodeDecodeError as error:
        return source, [Finding(file, 1, "encoding", f"le fichier n'est pas en UTF-8 (octet {error.start})")]
    except RecursionError:
        return source, [Finding(file, 1, "too-deep", "le fichier est imbriqué trop profondément")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "syntaxe YAML"
        return source, [Finding(file, mark.line + 1 if mark else 1, "yaml", f"YAML illisible : {said}")]
    except OSError as error:
        return source, [Finding(file, 1, "unreadable", f"fichier illisible : {error.strerror}")]
    except _Refused as error:
        return source, [Finding(file, error.line, error.code, error.message)]
    return source, []


def parse(source: Source, model: type[Model]) -> tuple[Model | None, list[Finding]]:
    """The document of ``source``, or what its shape lacks, line by line."""
    try:
        return model.model_validate(source.value), []
    except ValidationError as error:
        return None, [
            source.finding(entry["loc"], "shape", f"{'.'.join(map(str, entry['loc'])) or 'fichier'} : {_say(entry)}")
            for entry in error.errors(include_url=False, include_input=False)
        ]


_SAID = {
    "missing": "manque",
    "extra_forbidden": "n'est pas prévu par le format",
    "string_too_long": "est trop long",
    "string_too_short": "est trop court",
    "string_pattern_mismatch": "n'a pas la forme attendue",
    "string_type": "doit être un texte",
    "too_short": "est vide ou trop court",
    "literal_error": "n'est pas une valeur admise",
}


def _say(entry: Any) -> str:
    return _SAID.get(entry["type"]) or str(entry["msg"])


@dataclass
class _Refused(Exception):
    line: int
    code: str
    message: str


def _check_bounds(text: str) -> None:
    """Refuse, by looking at one event after the other, what would cost the reader its stack or its day: it nests by
    recursion in C, an alias makes a huge file of a small one, and ``1:1:1`` is a number that grows with its square.
    """
    depth = 0
    for event in yaml.parse(text, _LOADER):
        line = event.start_mark.line + 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _Refused(line, "too-deep", "le fichier est imbriqué trop profondément")
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(line, "alias", "les alias YAML (« *nom ») ne sont pas admis")
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > LONGEST_SCALAR:
            raise _Refused(line, "too-long", f"plus de {LONGEST_SCALAR} signes")


def _value(node: yaml.Node, path: tuple[Step, ...], lines: dict[tuple[Step, ...], int]) -> Any:
    line = node.start_mark.line + 1
    lines[path] = line
    if len(path) > DEEPEST:
        raise _Refused(line, "too-deep", "le fichier est imbriqué trop profondément")
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node)
            if key in mapping:
                raise _Refused(key_node.start_mark.line + 1, "duplicate-key", f"la clé « {key} » est écrite deux fois")
            mapping[key] = _value(value_node, (*path, key), lines)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, position), lines) for position, child in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    constructor = SafeConstructor()  # not a loader: it would begin to read a file for each of a hundred thousand values
    try:
        if not isinstance(node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "clé trop complexe", node.start_mark)
        return constructor.construct_object(node)
    except (ValueError, KeyError, AttributeError, OverflowError) as error:  # it looks like a date or a number
        raise _Refused(node.start_mark.line + 1, "value", f"« {str(node.value)[:40]} » n'est pas lisible") from error
