"""Right and wrong payloads for a request, found by walking the JSON schema of its model to the last leaf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.server.bare import Json

Path = tuple[str | int, ...]
#: A payload, the place that is wrong in it, and whether it must be refused.
Case = tuple[Any, Path, bool]

VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**30, 1.5, "", "x", "\x00", "x" * 20_000),
    *([], [None], [[]], ["x"], {}, {"": ""}, {"x": {"x": "x"}}),
)
_KINDS: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


class Walk:
    """Every payload that differs in one place from a complete one.

    ``known`` are values for fields, by name, that mean something to the server: what is right as such must get as far
    as it can.
    """

    def __init__(self, schema: Json, known: Json) -> None:
        self._schema = schema
        self._definitions: Json = schema.get("$defs", {})
        self._known = known

    def cases(self) -> Iterator[Case]:
        for sample in self._samples(self._schema):
            yield sample, (), False
            yield from self._cases(self._schema, sample, (), sample)

    # Right ones

    def _samples(self, schema: Json, name: str = "") -> Iterator[Any]:
        """Right values: one of each kind that the schema allows."""
        for choice in self._choices(schema):
            if name in self._known and _is_of(choice, self._known[name]):
                yield self._known[name]
            elif "const" in choice or "enum" in choice:
                yield from [choice["const"]] if "const" in choice else choice["enum"][:1]
            elif choice.get("type") == "object" and "properties" in choice:
                yield from self._objects(choice)
            elif choice.get("type") == "array":
                yield from ([item] for item in self._samples(choice["items"], name))
            elif choice.get("type") != "null":
                yield _simple(choice)

    def _objects(self, schema: Json) -> Iterator[Json]:
        options = {name: list(self._samples(field, name)) for name, field in schema["properties"].items()}
        first = {name: values[0] for name, values in options.items() if values}
        yield first
        for name, values in options.items():
            yield from (first | {name: value} for value in values[1:])

    def _choices(self, schema: Json) -> list[Json]:
        """The alternatives of a schema, without references."""
        if "$ref" in schema:
            return self._choices(self._definitions[schema["$ref"].rpartition("/")[2]])
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                return [choice for member in schema[union] for choice in self._choices(member)]
        return [schema]

    # Wrong ones

    def _cases(self, schema: Json, value: Any, path: Path, whole: Any) -> Iterator[Case]:
        choices = self._choices(schema)
        for other in (*VALUES, *_out_of_range(choices)):
            yield _replaced(whole, path, other), path, not any(_is_of(choice, other) for choice in choices)
        choice = next((choice for choice in choices if _fits(choice, value)), None)
        if isinstance(value, dict) and choice is not None:
            for name in choice.get("required", ()):
                without = {key: held for key, held in value.items() if key != name}
                yield _replaced(whole, path, without), (*path, name), True
            fields = choice.get("properties", {})
            for name in value:
                inner = fields.get(name) or choice.get("additionalProperties")
                if isinstance(inner, dict):
                    yield from self._cases(inner, value[name], (*path, name), whole)
        elif isinstance(value, list) and value and choice is not None:
            yield from self._cases(choice["items"], value[0], (*path, 0), whole)
            yield from self._siblings(choice["items"], value[0], path, whole)

    def _siblings(self, schema: Json, item: Any, path: Path, whole: Any) -> Iterator[Case]:
        """Lists in which a right item is followed by the same, by one that is like it but for a text, by another."""
        yield _replaced(whole, path, [item, item]), path, False
        if isinstance(item, dict):
            for name, held in item.items():
                if isinstance(held, str):
                    yield _replaced(whole, path, [item, item | {name: held + "2"}]), path, False
                    emptied = [item | {name: ""}, item | {name: ""}]
                    yield _replaced(whole, path, emptied), path, False
        for other in VALUES:
            must_fail = not any(_is_of(choice, other) for choice in self._choices(schema))
            yield _replaced(whole, path, [item, other]), path, must_fail


def _replaced(whole: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copied: Any = dict(whole) if isinstance(whole, dict) else list(whole)
    copied[path[0]] = _replaced(copied[path[0]], path[1:], value)
    return copied


def _fits(choice: Json, value: Any) -> bool:
    """Tell whether a choice is the one after which a right value was made."""
    if not _is_of(choice, value):
        return False
    tags = {name: field for name, field in choice.get("properties", {}).items() if "const" in field}
    return not isinstance(value, dict) or all(value.get(name) == tags[name]["const"] for name in tags)


def _is_of(choice: Json, value: Any) -> bool:
    """Tell whether a value may be right: of the right kind and within the limits that the schema states."""
    if "const" in choice or "enum" in choice:
        return value in ([choice["const"]] if "const" in choice else choice["enum"])
    kinds = _KINDS.get(choice.get("type", ""))
    if kinds is None:
        return True
    if type(value) not in kinds:
        return False
    if isinstance(value, str | list):
        words = ("minLength", "maxLength") if isinstance(value, str) else ("minItems", "maxItems")
        return bool(choice.get(words[0], 0) <= len(value) <= choice.get(words[1], len(value)))
    if isinstance(value, int | float):
        lowest, highest = choice.get("minimum", value), choice.get("maximum", value)
        return bool(lowest <= value <= highest and value < choice.get("exclusiveMaximum", value + 1))
    return True


def _out_of_range(choices: list[Json]) -> Iterator[Any]:
    for choice in choices:
        if "maxLength" in choice:
            yield "x" * (choice["maxLength"] + 1)
        if "maximum" in choice:
            yield choice["maximum"] + 1
        if "exclusiveMaximum" in choice:
            yield choice["exclusiveMaximum"]
        if "minimum" in choice:
            yield choice["minimum"] - 1
        if "maxItems" in choice:
            yield [{}] * (choice["maxItems"] + 1)


def _simple(choice: Json) -> Any:
    kind = choice.get("type")
    if kind == "object":
        inner = choice.get("additionalProperties")
        return {"x": _simple(inner)} if isinstance(inner, dict) else {"x": "x"}
    if kind == "array":
        return [_simple(choice["items"])]
    simple: Json = {"boolean": True, "integer": choice.get("minimum", 1), "number": 1.5, "string": "x"}
    return simple.get(str(kind), "x")
