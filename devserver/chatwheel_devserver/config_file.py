"""The configuration file: TOML, checked key by key, turned into a ``Config``.

A key that is unknown, missing or wrong is reported with its full name, ``groups.1.routing``.
"""

from __future__ import annotations

import tomllib
from dataclasses import fields
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from .config import (
    CANNED_RESPONSES,
    CONSOLE_AGENT,
    SCRIPTED_AGENT,
    VERSION_ENDS,
    Agent,
    CannedResponse,
    Config,
    FormType,
    GreetingRule,
    Group,
    Limits,
    RateLimit,
)
from .core import ACTIONS_OF
from .hours import WEEKDAYS, OpeningHours
from .wire.events import FieldType

_OldVersion = Annotated[str, Field(pattern=r"^3\.[45]$")]
_Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
_WITH_OPTIONS = frozenset({"radio", "select", "checkbox", "group_chooser"})


class ConfigError(Exception):
    """A configuration file that cannot be used; the message names the key."""


class _Table(BaseModel):
    # Built when a file is read: most runs have none.
    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)


class _Organization(_Table):
    id: Annotated[str, Field(min_length=1)] = "demo-organization"
    name: Annotated[str, Field(min_length=1)] = "chatwheel demo"
    client_ids: Annotated[list[str], Field(min_length=1)] = ["demo-client"]
    origins: list[str] = ["*"]
    language: str = "en"
    url_info_hosts: list[str] = []
    #: Until when versions that are not the newest are served.
    version_ends: dict[_OldVersion, _Day] | None = None
    welcome_message: str | None = None


class _Group(_Table):
    id: Annotated[int, Field(ge=0)]
    name: Annotated[str, Field(min_length=1)]
    routing: Literal["manual", "automatic"] = "manual"
    chats_per_agent: Annotated[int, Field(ge=1)] | None = None
    queue_limit: Annotated[int, Field(ge=0)] | None = None
    properties: dict[str, dict[str, Any]] = {}


class _Agent(_Table):
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    name: Annotated[str, Field(min_length=1)]
    job_title: str = "Support"
    groups: list[int] = [0]
    role: Literal["agent", "console", "scripted"] = "agent"
    max_chats: Annotated[int, Field(ge=1)] = 20
    avatar: Annotated[str, Field(pattern=r"^(/|https?://)")] | None = None
    token: Annotated[str, Field(min_length=1)] | None = None


class _Option(_Table):
    label: Annotated[str, Field(min_length=1)]
    group: int | None = None
    checked: bool = False


class _Field(_Table):
    type: Literal["header"] | FieldType
    label: str
    required: bool = False
    options: list[_Option] = []
    #: What a rating's comment is asked for with.
    comment_label: str | None = None
    #: Whether the one box of a checkbox_for_email is ticked.
    checked: bool | None = None

    @model_validator(mode="after")
    def _options_where_needed(self) -> Self:
        if (self.type in _WITH_OPTIONS) != bool(self.options):
            word = "needs" if self.type in _WITH_OPTIONS else "has no"
            raise ValueError(f"a field of type {self.type} {word} options")
        for key, type in (("comment_label", "rating"), ("checked", "checkbox_for_email")):
            if getattr(self, key) is not None and self.type != type:
                raise ValueError(f"{key} belongs to a field of type {type}")
        if self.type == "group_chooser" and any(option.group is None for option in self.options):
            raise ValueError("every option of a group_chooser names its group")
        return self


class _Form(_Table):
    type: FormType
    group: int = 0
    fields: Annotated[list[_Field], Field(min_length=1)]


class _Greeting(_Table):
    text: Annotated[str, Field(min_length=1)]
    url_contains: str = ""
    agent: str | None = None
    buttons: Annotated[list[str], Field(max_length=13)] = []
    addon: str | None = None
    announcement: bool = False
    exit_intent: bool = False


class _Canned(_Table):
    shortcut: Annotated[str, Field(pattern=r"^\S+$")]
    text: Annotated[str, Field(min_length=1)]


class _Queue(_Table):
    open: bool = True
    seconds_per_chat: Annotated[int, Field(ge=1)] = 180


class _Rate(_Table):
    requests: Annotated[int, Field(ge=1)]
    seconds: Annotated[float, Field(gt=0)] = 60.0


class _Hours(_Table):
    timezone: str = "UTC"
    monday: list[str] = []
    tuesday: list[str] = []
    wednesday: list[str] = []
    thursday: list[str] = []
    friday: list[str] = []
    saturday: list[str] = []
    sunday: list[str] = []

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is not a time zone") from error
        return name

    @field_validator(*WEEKDAYS)
    @classmethod
    def _spans(cls, texts: list[str]) -> list[str]:
        for text in texts:
            read_span(text)
        return texts


class _File(_Table):
    organization: _Organization = _Organization()
    groups: list[_Group] = [_Group(id=0, name="Everybody")]
    agents: list[_Agent] = []
    queue: _Queue = _Queue()
    opening_hours: _Hours | None = None
    forms: list[_Form] = []
    greetings: list[_Greeting] = []
    canned_responses: list[_Canned] | None = None
    phrases: dict[str, str] = {}
    properties: dict[str, dict[str, Any]] = {}
    rate_limits: dict[str, _Rate] = {}
    limits: dict[str, Annotated[int, Field(gt=0)] | Annotated[float, Field(gt=0)]] = {}


def read_span(text: str) -> tuple[time, time]:
    """Read hours such as ``09:00-17:30``; ``24:00`` is the end of the day, ``22:00-02:00`` goes on after it."""
    start, dash, end = text.partition("-")
    try:
        span = time.fromisoformat(start.strip()), time.fromisoformat(end.strip().replace("24:00", "00:00"))
    except ValueError as error:
        raise ValueError(f"{text!r} does not look like 09:00-17:30") from error
    if not dash or (span[1] != time(0) and span[0] == span[1]):
        raise ValueError(f"{text!r} does not end after it starts")
    return span


def load_config(path: str | Path) -> Config:
    """Read a configuration file; raise ``ConfigError`` if it cannot be used."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        parsed = _File.model_validate(tomllib.loads(text))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    except ValidationError as error:
        raise ConfigError(f"{path}: {_describe(error)}") from error
    try:
        return _build(parsed)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error


def _describe(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"] if part not in ("int", "constrained-int", "float"))
    match fault["type"]:
        case "extra_forbidden":
            problem = "there is no such key"
        case "missing":
            problem = "is required"
        case "value_error":
            problem = str(fault.get("ctx", {})["error"])
        case _:
            problem = fault["msg"][0].lower() + fault["msg"][1:]
    return f"{place}: {problem}"


def _build(file: _File) -> Config:
    organization = file.organization
    agents = _agents(file)
    _check_references(file, {agent.email for agent in agents})
    _check_rates(file.rate_limits)
    roles = {agent.role: agent.email for agent in file.agents}
    canned = file.canned_responses
    return Config(
        name=organization.name,
        organization_id=organization.id,
        client_ids=tuple(organization.client_ids),
        origins=tuple(organization.origins),
        language=organization.language,
        version_ends=dict(organization.version_ends or VERSION_ENDS),
        url_info_hosts=tuple(organization.url_info_hosts),
        welcome_message=organization.welcome_message,
        groups=tuple(
            Group(group.id, group.name, group.routing, group.chats_per_agent, group.queue_limit)
            for group in file.groups
        ),
        agents=agents,
        scripted_agent=roles.get("scripted", SCRIPTED_AGENT.email),
        console_agent=roles.get("console", CONSOLE_AGENT.email),
        queue_open=file.queue.open,
        seconds_per_chat=file.queue.seconds_per_chat,
        opening_hours=None if file.opening_hours is None else _hours(file.opening_hours),
        forms={(form.group, form.type): _form(index, form) for index, form in enumerate(file.forms)},
        greetings=tuple(
            GreetingRule(
                index + 1,
                one.text,
                one.url_contains,
                one.agent,
                tuple(one.buttons),
                one.addon,
                one.announcement,
                one.exit_intent,
            )
            for index, one in enumerate(file.greetings)
        ),
        canned_responses=CANNED_RESPONSES
        if canned is None
        else tuple(CannedResponse(one.shortcut, one.text) for one in canned),
        phrases=file.phrases,
        license_properties=file.properties,
        group_properties={group.id: group.properties for group in file.groups if group.properties},
        rate_limits={name: RateLimit(rate.requests, rate.seconds) for name, rate in file.rate_limits.items()},
        limits=_limits(file.limits),
    )


def _agents(file: _File) -> tuple[Agent, ...]:
    """Return the agents of the file, with the demo's where none has the role."""
    agents = [
        Agent(
            one.email,
            one.name,
            one.job_title,
            tuple(dict.fromkeys((0, *one.groups))),
            one.role == "scripted",
            one.max_chats,
            one.token,
            one.avatar,
        )
        for one in file.agents
    ]
    for role, default in (("scripted", SCRIPTED_AGENT), ("console", CONSOLE_AGENT)):
        holders = [one.email for one in file.agents if one.role == role]
        if len(holders) > 1:
            raise ValueError(f"agents: only one agent can have the role {role}")
        if not holders:
            agents.append(default)
    return tuple(agents)


def _check_references(file: _File, emails: set[str]) -> None:
    """Refuse groups and agents that nobody has described, and what is described twice."""
    ids = [group.id for group in file.groups]
    if 0 not in ids:
        raise ValueError("groups: group 0, everybody, is required")
    _check_unique("groups", "id", ids)
    _check_unique("agents", "email", [agent.email for agent in file.agents])
    _check_unique("forms", "type", [(form.group, form.type) for form in file.forms])
    named = [(f"agents.{i}.groups", group) for i, agent in enumerate(file.agents) for group in agent.groups]
    for i, form in enumerate(file.forms):
        named.append((f"forms.{i}.group", form.group))
        for j, field in enumerate(form.fields):
            named += [
                (f"forms.{i}.fields.{j}.options.{k}.group", option.group)
                for k, option in enumerate(field.options)
                if option.group is not None
            ]
    for key, group in named:
        if group not in ids:
            raise ValueError(f"{key}: there is no group {group}")
    for i, greeting in enumerate(file.greetings):
        if greeting.agent is not None and greeting.agent not in emails:
            raise ValueError(f"greetings.{i}.agent: there is no agent {greeting.agent}")


def _check_rates(rates: dict[str, _Rate]) -> None:
    """Refuse limits of actions that nobody can ask for, which would never hold."""
    known = {name for actions in ACTIONS_OF.values() for name in actions} | {"*", "upload_file"}
    for name in rates:
        if name not in known:
            raise ValueError(f"rate_limits.{name}: there is no such action")


def _check_unique(table: str, key: str, values: list[Any]) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ValueError(f"{table}.{index}.{key}: {value!r} is used twice")


def _hours(table: _Hours) -> OpeningHours:
    days = {day: tuple(read_span(text) for text in getattr(table, day)) for day in WEEKDAYS}
    return OpeningHours(table.timezone, {day: spans for day, spans in days.items() if spans})


def _form(index: int, form: _Form) -> dict[str, Any]:
    return {
        "id": f"form-{index + 1}",
        "fields": [_form_field(number, field) for number, field in enumerate(form.fields)],
    }


def _form_field(number: int, field: _Field) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": str(number), "type": field.type, "label": field.label}
    if field.type != "header":
        shown["required"] = field.required
    if field.options:
        shown["options"] = [
            {"id": str(index), "label": option.label}
            | ({"checked": True} if option.checked else {})
            | ({} if option.group is None else {"group_id": option.group})
            for index, option in enumerate(field.options)
        ]
    if field.type == "rating":
        shown["comment_label"] = field.label if field.comment_label is None else field.comment_label
    if field.type == "checkbox_for_email":
        shown["checked"] = bool(field.checked)
    return shown


def _limits(table: dict[str, int | float]) -> Limits:
    types = {field.name: field.type for field in fields(Limits)}
    for name, value in table.items():
        if name not in types:
            raise ValueError(f"limits.{name}: there is no such key")
        if types[name] != "float" and not isinstance(value, int):
            raise ValueError(f"limits.{name}: input should be a whole number")
    return Limits(**table)  # type: ignore[arg-type]
