"""The errors of the API, their HTTP statuses, and the reasons for which the server ends a connection."""

from __future__ import annotations

from typing import Any, Final, Literal

ErrorType = Literal[
    "authentication",
    "authorization",
    "chat_already_active",
    "chat_anonymized",
    "chat_inactive",
    "chat_limit_reached",
    "customer_banned",
    "customer_session_fields_limit_reached",
    "entity_too_large",
    "greeting_not_found",
    "group_not_found",
    "group_offline",
    "group_unavailable",
    "groups_offline",
    "internal",
    "license_expired",
    "license_not_found",
    "limit_reached",
    "misdirected_request",
    "not_allowed",
    "not_found",
    "pending_requests_limit_reached",
    "request_timeout",
    "service_unavailable",
    "too_many_requests",
    "unsupported_version",
    "users_limit_reached",
    "validation",
    "wrong_product_version",
]

DisconnectReason = Literal[
    "access_token_expired",
    "access_token_revoked",
    "connection_evicted",
    "connection_timeout",
    "customer_banned",
    "customer_temporarily_blocked",
    "inactivity_timeout",
    "internal_error",
    "license_expired",
    "license_not_found",
    "logged_out_remotely",
    "misdirected_connection",
    "product_version_changed",
    "service_temporarily_unavailable",
    "too_many_connections",
    "too_many_unauthorized_connections",
    "unsupported_version",
]

_HTTP_STATUS: Final[dict[str, int]] = {
    "authentication": 401,
    "authorization": 403,
    "customer_banned": 403,
    "entity_too_large": 413,
    "greeting_not_found": 404,
    "group_not_found": 404,
    "internal": 500,
    "license_not_found": 404,
    "misdirected_request": 421,
    "not_allowed": 403,
    "not_found": 404,
    "request_timeout": 504,
    "service_unavailable": 503,
    "too_many_requests": 429,
    "unsupported_version": 400,
    "validation": 400,
}


class ApiError(Exception):
    """A request that the API refuses, with the documented type of error."""

    def __init__(self, type: ErrorType, message: str, data: dict[str, str] | None = None) -> None:
        super().__init__(f"{type}: {message}")
        self.type: ErrorType = type
        self.message = message
        self.data = data

    @property
    def status(self) -> int:
        """The HTTP status of this error in the Web API."""
        return _HTTP_STATUS.get(self.type, 422)

    def as_json(self) -> dict[str, Any]:
        """Return the ``error`` object of a response."""
        error: dict[str, Any] = {"type": self.type, "message": self.message}
        if self.data:
            error["data"] = self.data
        return error


class OAuthError(Exception):
    """A request for a token that is refused; the accounts service has error shapes of its own."""

    def __init__(self, code: str, description: str, *, status: int = 401, is_identity: bool = False) -> None:
        super().__init__(description)
        self.status = status
        kind = "identity_exception" if is_identity else "oauth_exception"
        self.body = {kind: code, "exception_description": description}


def not_found(what: str) -> ApiError:
    """Say that a chat, thread, event or user does not exist, or not for this caller."""
    return ApiError("not_found", f"{what} not found")


def validation(field: str, problem: str) -> ApiError:
    """Say which field of a request is wrong, and how."""
    return ApiError("validation", f"{field}: {problem}")
