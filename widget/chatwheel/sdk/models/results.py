"""Greetings, addresses and small answers."""

from math import inf
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from .base import Flag, Full, Lenient, MaybeFlag, MaybeNumber, MaybeText, Model, Text, nothing
from .messages import Event


class GreetingAgent(Full):
    """Who greets."""

    always: ClassVar[tuple[str, ...]] = ("is_bot",)

    id: Text = ""
    type: MaybeText = None
    name: MaybeText = None
    avatar: MaybeText = None
    job_title: MaybeText = None
    is_bot: Flag = False


class Greeting(Full):
    """A greeting shown to the customer; `unique_id` names this showing, `id` its template."""

    always: ClassVar[tuple[str, ...]] = ("addon", "accepted", "subtype", "event")

    id: Any = None
    unique_id: MaybeText = None
    displayed_first_time: MaybeFlag = None
    is_exit_intent: MaybeFlag = None
    accepted: Flag = False
    addon: MaybeText = None
    subtype: Annotated[str, Lenient(lambda: "greeting")] = "greeting"
    event: Annotated[Event | None, Lenient(nothing)] = None
    agent: Annotated[GreetingAgent, Lenient(GreetingAgent)] = Field(default_factory=GreetingAgent)


def _secure(url: Any) -> Any:
    if not isinstance(url, str) or not url:
        return None
    for prefix in ("https://", "http://", "//"):
        if url.startswith(prefix):
            return "https://" + url[len(prefix) :]
    return "https://" + url


class UrlInfo(Model):
    """What is known of a page (`get_url_info`); `image_url` is always https."""

    url: Text = ""
    title: MaybeText = None
    description: MaybeText = None
    image_url: Annotated[MaybeText, BeforeValidator(_secure)] = None
    image_original_url: MaybeText = None
    image_width: MaybeNumber = None
    image_height: MaybeNumber = None


class Success(Full):
    """The request was carried out."""

    always: ClassVar[tuple[str, ...]] = ("success",)

    success: bool = True


class UploadedFile(Model):
    """An uploaded file: send `url` in a file event within a day, or the file is gone."""

    url: str


class Token(Model):
    """A customer's access token; `expires_in` and `creation_date` in milliseconds.

    An `identity_provider` may leave both out: the token then counts as good until the server refuses it.
    """

    access_token: str
    entity_id: str
    token_type: str
    expires_in: float = inf
    creation_date: float = 0
    organization_id: MaybeText = None

    def milliseconds_left(self, now: float) -> float:
        """Milliseconds until it expires; `now` in seconds since 1970."""
        return self.creation_date + self.expires_in - now * 1000
