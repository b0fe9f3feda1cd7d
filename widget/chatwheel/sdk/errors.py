"""Errors: one root, `ChatError`, and a class for every documented code.

`ChatError`
  made by this side: `InvalidArgument`, `ConnectionLost`, `NoConnection`, `SdkDestroyed`, `RequestTimeout`, …
  sent by the server: `Authentication`, `ChatLimitReached`, `GroupsOffline`, `Validation`, …

A server error of an unknown type is a plain `ChatError` whose `code` is that type in capitals.
"""

from __future__ import annotations

from copy import copy
from typing import Any, ClassVar


class ChatError(Exception):
    """Root of all errors of this package.

    Attributes:
        code: documented code in capitals, such as `GROUPS_OFFLINE`.
        message: what went wrong, for developers.
        data: details the server sent along, usually empty.
    """

    default_code: ClassVar[str] = "ERROR"
    default_message: ClassVar[str] = "Something went wrong."

    def __init__(self, message: str = "", *, code: str | None = None, data: Any = None) -> None:
        self.code = code or self.default_code
        self.message = message or self.default_message
        self.data: Any = {} if data is None else data
        super().__init__(self.message)

    def copy(self) -> ChatError:
        """The same error again, without a traceback."""
        copied = copy(self)
        copied.__traceback__ = copied.__context__ = copied.__cause__ = None
        return copied

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, message={self.message!r})"


class InvalidArgument(ChatError, ValueError):
    """An argument of `init` or of a method cannot be used; `argument` names it."""

    default_code = "INVALID_ARGUMENT"

    def __init__(self, argument: str, problem: str) -> None:
        self.argument = argument
        self.problem = problem
        super().__init__(f"{argument}: {problem}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.argument, self.problem)


class MalformedResponse(ChatError):
    """The server answered with something that is not the documented result."""

    default_code = "MALFORMED_RESPONSE"
    default_message = "The server's answer does not have the documented shape."


# Made by the client


class ConnectionLost(ChatError):
    """The connection went away before the answer came; the request may or may not have been carried out."""

    default_code = "CONNECTION_LOST"
    default_message = "The connection was lost before the answer came."


class NoConnection(ChatError):
    """There is no connection, and none came in time."""

    default_code = "NO_CONNECTION"
    default_message = "There is no connection."


class SdkDestroyed(ChatError):
    """The client was destroyed."""

    default_code = "SDK_DESTROYED"
    default_message = "The client has been destroyed."


class RequestTimeout(ChatError):
    """No answer in time, or the server itself ran out of time."""

    default_code = "REQUEST_TIMEOUT"
    default_message = "No answer came in time."


class MisdirectedConnection(ChatError):
    """The organization lives in another region; the client is moving there."""

    default_code = "MISDIRECTED_CONNECTION"
    default_message = "The connection is moving to another region."


class ServiceTemporarilyUnavailable(ChatError):
    """The server asked the client to come back later."""

    default_code = "SERVICE_TEMPORARILY_UNAVAILABLE"
    default_message = "The service is temporarily unavailable."


class TooManyUnauthorizedConnections(ChatError):
    """The server holds too many connections that never logged in."""

    default_code = "TOO_MANY_UNAUTHORIZED_CONNECTIONS"
    default_message = "There are too many connections without a login."


class IdentityMismatch(ChatError):
    """The token belongs to another customer than the one this client started with."""

    default_code = "IDENTITY_MISMATCH"
    default_message = "The token belongs to another customer."


class MissingChatThread(ChatError):
    """The chat has no thread to rate."""

    default_code = "MISSING_CHAT_THREAD"
    default_message = "The chat has no thread."


class TooBigFile(ChatError):
    """The file is larger than 10 MB."""

    default_code = "TOO_BIG_FILE"
    default_message = "The file is larger than 10 MB."


class UploadFailed(ChatError):
    """The file did not arrive."""

    default_code = "UPLOAD_FAILED"
    default_message = "The upload failed."


class UploadCanceled(ChatError):
    """The upload was cancelled."""

    default_code = "UPLOAD_CANCELED"
    default_message = "The upload was cancelled."


class SsoIdentityException(ChatError):
    """The accounts server refused this identity; `message` is its reason."""

    default_code = "SSO_IDENTITY_EXCEPTION"


class SsoOauthException(ChatError):
    """The accounts server refused the token request; `message` is its reason."""

    default_code = "SSO_OAUTH_EXCEPTION"


# Sent by the server


class Authentication(ChatError):
    """The access token is wrong or has expired."""

    default_code = "AUTHENTICATION"


class Authorization(ChatError):
    """This customer may not do that."""

    default_code = "AUTHORIZATION"


class ChatAlreadyActive(ChatError):
    """The chat cannot be resumed, for it is active."""

    default_code = "CHAT_ALREADY_ACTIVE"


class ChatInactive(ChatError):
    """The chat has no active thread."""

    default_code = "CHAT_INACTIVE"


class ChatLimitReached(ChatError):
    """The customer has a chat already."""

    default_code = "CHAT_LIMIT_REACHED"


class CustomerBanned(ChatError):
    """The customer is banned."""

    default_code = "CUSTOMER_BANNED"


class CustomerSessionFieldsLimitReached(ChatError):
    """There are too many session fields."""

    default_code = "CUSTOMER_SESSION_FIELDS_LIMIT_REACHED"


class EntityTooLarge(ChatError):
    """What was sent is too large."""

    default_code = "ENTITY_TOO_LARGE"


class GreetingNotFound(ChatError):
    """There is no such greeting."""

    default_code = "GREETING_NOT_FOUND"


class GroupOffline(ChatError):
    """Nobody of the group is online."""

    default_code = "GROUP_OFFLINE"


class GroupsOffline(ChatError):
    """Nobody of the groups is online."""

    default_code = "GROUPS_OFFLINE"


class GroupNotFound(ChatError):
    """There is no such group."""

    default_code = "GROUP_NOT_FOUND"


class GroupUnavailable(ChatError):
    """Nobody of the group can take the chat now."""

    default_code = "GROUP_UNAVAILABLE"


class Internal(ChatError):
    """The server failed."""

    default_code = "INTERNAL"


class LicenseExpired(ChatError):
    """The organization's license has expired."""

    default_code = "LICENSE_EXPIRED"


class MisdirectedRequest(ChatError):
    """The organization lives in another region; `data["region"]` names it."""

    default_code = "MISDIRECTED_REQUEST"


class NotFound(ChatError):
    """What the request names does not exist."""

    default_code = "NOT_FOUND"


class PendingRequestsLimitReached(ChatError):
    """Too many requests are unanswered at once."""

    default_code = "PENDING_REQUESTS_LIMIT_REACHED"


class ServiceUnavailable(ChatError):
    """The service is unavailable."""

    default_code = "SERVICE_UNAVAILABLE"


class UnsupportedVersion(ChatError):
    """The server does not speak this version of the API."""

    default_code = "UNSUPPORTED_VERSION"


class UsersLimitReached(ChatError):
    """The license allows no more customers online."""

    default_code = "USERS_LIMIT_REACHED"


class Validation(ChatError):
    """The server found the request wrong."""

    default_code = "VALIDATION"


class WrongProductVersion(ChatError):
    """The license belongs to another version of the product."""

    default_code = "WRONG_PRODUCT_VERSION"


ERRORS: dict[str, type[ChatError]] = {
    kind.default_code: kind
    for kind in ChatError.__subclasses__()
    if kind is not InvalidArgument and kind is not MalformedResponse
}
"""Error class by code."""


def error_for(code: str, message: str = "", data: Any = None) -> ChatError:
    """The error for a code in any case; unknown codes give a plain `ChatError` carrying the code."""
    code = code.upper()
    return ERRORS.get(code, ChatError)(message, code=code, data=data)
