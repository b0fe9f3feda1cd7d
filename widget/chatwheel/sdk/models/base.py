"""The base of all models, and the three rules by which they take whatever a server sends.

* Attributes are snake_case, as on the wire; aliases are the camelCase names of the documentation. Either is accepted.
* Unknown members are kept. A member of the wrong kind takes its default (`Lenient`), a bad item of a list is left out
  (`Items`): one odd value never costs the whole frame.
* Members that the documentation always promises count as set (`always`), so that `exclude_unset` keeps them.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema


class Model(BaseModel):
    """Base of all models: frozen, camelCase aliases, unknown members kept."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        coerce_numbers_to_str=True,
        protected_namespaces=(),
        defer_build=True,
    )

    def to_js(self) -> dict[str, Any]:
        """The object the JavaScript SDK hands over: plain data under the documented camelCase names."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Full(Model):
    """A model with members that are present even where the wire leaves them out."""

    always: ClassVar[tuple[str, ...]] = ()

    def model_post_init(self, context: Any, /) -> None:
        self.__pydantic_fields_set__.update(self.always)

    def fill(self, **values: Any) -> None:
        """Set derived members while the model is being built (models are frozen afterwards)."""
        self.__dict__.update(values)
        self.__pydantic_fields_set__.update(values)


class Lenient:
    """Annotation: a value of the wrong kind becomes what `default` makes instead of an error."""

    def __init__(self, default: Callable[[], Any]) -> None:
        self.default = default

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(
            handler(source), default_factory=self.default, on_error="default"
        )


class OmitBad:
    """Annotation for items of a list: an item that cannot be read is left out."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), on_error="omit")


T = TypeVar("T")


def nothing() -> None:
    """The default of optional members."""
    return None


# Not `list` and `dict` themselves: pydantic asks what a factory takes, and for those Python has to read their
# signatures out of texts, which was a third of all that building the models takes.


def no_items() -> list[Any]:
    """The default of lists."""
    return []


def no_members() -> dict[str, Any]:
    """The default of objects."""
    return {}


Items = Annotated[list[Annotated[T, OmitBad()]], Lenient(list)]
Text = Annotated[str, Lenient(str)]
MaybeText = Annotated[str | None, Lenient(nothing)]
MaybeNumber = Annotated[int | float | None, Lenient(nothing)]
MaybeFlag = Annotated[bool | None, Lenient(nothing)]
Flag = Annotated[bool, Lenient(bool)]
Properties = Annotated[dict[str, Any], Lenient(dict)]
"""Two levels, namespace and name; deletions hold lists of names."""


def build_models() -> None:
    """Build what validates and writes, of every model that is imported; else each is built when it is first used."""
    waiting: list[type[Model]] = [Model]
    while waiting:
        model = waiting.pop()
        model.model_rebuild()
        waiting += model.__subclasses__()
