"""What widgets read over HTTP before they connect: configuration, phrases, properties. Every action here is a GET."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from .core import Core
from .errors import ApiError, validation
from .lens import Json


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of one request."""

    core: Core
    version: str
    values: Mapping[str, str]

    def text(self, name: str, *, required: bool = False) -> str | None:
        """Return a parameter."""
        value = self.values.get(name)
        if value is None and required:
            raise validation(name, "is required")
        return value

    def group(self, name: str = "group_id", *, required: bool = False) -> int:
        """Return a parameter that names a group; everybody if it is not given."""
        value = self.text(name, required=required)
        if value is None:
            return 0
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise validation(name, "must be a whole number")
        if not self.core.config.has_group(int(value)):
            raise ApiError("group_not_found", f"Group {value} not found")
        return int(value)


def get_dynamic_configuration(query: Query) -> Json:
    """Answer which group a visitor belongs to and whether anybody is online."""
    core, group_id = query.core, query.group()
    url = query.text("url") or ""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    dynamic: Json = {
        "group_id": group_id,
        "client_limit_exceeded": _is_full(core),
        "domain_allowed": not url or core.config.allows_origin(origin),
        "online_group_ids": core.desk.availability.online_ids(),
        "config_version": "1",
        "localization_version": "1",
        "language": core.config.language,
    }
    organization = {"organization_id": core.config.organization_id}
    if query.version < "3.6":
        return organization | dynamic
    return organization | {"default_widget": "livechat", "livechat_active": True, "livechat": dynamic}


def _is_full(core: Core) -> bool:
    limit = core.config.limits.users_online
    return limit is not None and len(core.hub.customer_ids) >= limit


def get_configuration(query: Query) -> Json:
    """Answer with a group's forms and properties."""
    config, group_id = query.core.config, query.group(required=True)
    query.text("version", required=True)
    answer: Json = {
        "buttons": [],
        "integrations": {},
        "properties": {
            "group": config.group_properties.get(group_id, {}),
            "license": config.license_properties,
        },
    }
    for kind in ("prechat", "ticket"):
        form = config.forms.get((group_id, kind)) or config.forms.get((0, kind))
        if form is not None:
            answer[f"{kind}_form"] = dict(form)
    return answer


def get_localization(query: Query) -> Json:
    """Answer with the widget's phrases."""
    query.group(required=True)
    query.text("language", required=True)
    query.text("version", required=True)
    return dict(query.core.config.phrases)


def list_license_properties(query: Query) -> Json:
    """Answer with the organization's properties."""
    return _chosen(query.core.config.license_properties, query)


def list_group_properties(query: Query) -> Json:
    """Answer with a group's properties."""
    group_id = query.group("id", required=True)
    return _chosen(query.core.config.group_properties.get(group_id, {}), query)


def _chosen(properties: Mapping[str, Mapping[str, Any]], query: Query) -> Json:
    """Keep the namespace and the name that were asked for."""
    namespace, name = query.text("namespace"), query.text("name")
    kept = {
        space: {key: value for key, value in values.items() if name in (None, key)}
        for space, values in properties.items()
        if namespace in (None, space)
    }
    return {space: values for space, values in kept.items() if values}


#: By name; these need no token.
GET_ACTIONS: Final[Mapping[str, Callable[[Query], Json]]] = {
    "get_dynamic_configuration": get_dynamic_configuration,
    "get_configuration": get_configuration,
    "get_localization": get_localization,
    "list_license_properties": list_license_properties,
    "list_group_properties": list_group_properties,
}
