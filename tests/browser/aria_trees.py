r"""The accessibility trees of the main states, as Chromium hands them to a screen reader.

What the live region says for a second is left out of them; within the log nothing may be missing or too much.
"""

from __future__ import annotations

_TOP = """
- dialog "Chat widget":
  - banner:
    - heading "{name}" [level=1]
    - paragraph: {presence}
    - button "Menu"
    - button "Close chat window"
"""
_LOG = """
  - log "Messages":
    - /children: equal
    - paragraph: Hello! How can we help?
    - paragraph: Write to us here. We usually answer within a few minutes.
"""
_TYPING = """
    - status
"""
_COMPOSER = """
  - button "Attach a file"
  - textbox "Message":
    - /placeholder: Write a message…
  - button "Emoji"
  - button "Send message"
"""
_SAM = _TOP.format(name="Sam", presence="Support specialist · Online")
_NOBODY = (
    _TOP.format(name="Chat with us", presence="Away")
    + """
  - status:
    - paragraph: Nobody is here at the moment. Leave a message and we will get back to you.
"""
)
_TODAY = """
    - separator:
      - time: Today
"""
_TIME = r"""
      - paragraph:
        - time: /\d+:\d\d\s[AP]M/
"""
_SENT = (
    _TIME
    + """
        - text: Sent
"""
)
_ASKED = (
    _TODAY
    + """
    - article:
      - heading "You" [level=2]
      - text: "Your name: Ada E-mail:"
      - link "ada@example.org":
        - /url: mailto:ada@example.org
      - text: What is it about? Repairs
"""
    + _SENT
)
_ENDED = (
    _ASKED
    + """
    - article:
      - paragraph: Sam joined the chat
    - article:
      - heading "Sam" [level=2]
      - text: Good morning, Ada. It is ready.
"""
    + _TIME
    + """
    - article:
      - paragraph: You ended the chat
"""
)
_RATED = (
    _ENDED
    + """
    - article:
      - paragraph: "You rated the chat: Good"
"""
)
_AGAIN = """
  - text: This chat has ended.
  - button "Start a new chat"
"""


def _tree(*parts: str) -> str:
    return "\n".join(line for part in parts for line in part.splitlines() if line)


TREES = {
    "welcome": _tree(_SAM, _LOG, _TYPING, _COMPOSER),
    "conversation": _tree(
        _SAM,
        _LOG,
        _TODAY,
        """
    - article:
      - heading "You" [level=2]
      - text: Good morning! Do you have pumps with a gauge?
    - article:
      - heading "You" [level=2]
      - text: For a city bike.
""",
        _SENT,
        """
    - article:
      - paragraph: Sam joined the chat
    - article:
      - heading "Sam" [level=2]
      - text: "Good morning! Yes, two of them:"
      - link "https://example.org/pumps":
        - /url: https://example.org/pumps
    - article:
      - heading "Sam" [level=2]
      - text: Both reach 8 bar. Shall I set one aside for you until tomorrow evening?
""",
        _TIME,
        """
    - article:
      - heading "You" [level=2]
      - text: 👍
""",
        _SENT,
        _TYPING,
        _COMPOSER,
    ),
    "uploading": """
- log "Messages":
  - article:
    - heading "You" [level=2]
    - text: on-its-way.png 0 % of 20 KB
    - progressbar "Upload of on-its-way.png"
    - button "Cancel upload of on-its-way.png"
""",
    "failed": """
- log "Messages":
  - article:
    - heading "You" [level=2]
    - text: This one is refused
    - alert:
      - text: "This was not sent: The message was refused"
      - button "Try again"
      - button "Delete"
""",
    "reconnecting": """
- dialog "Chat widget":
  - status:
    - paragraph: Connection lost. Trying to reconnect… What you write is sent when it is back.
  - log "Messages":
    - article:
      - heading "You" [level=2]
      - text: Written without a connection
""",
    "quick replies": """
- log "Messages":
  - article:
    - heading "Sam" [level=2]
    - list "2 cards, scroll sideways":
      - listitem:
        - paragraph: City pump
        - paragraph: 8 bar, with a gauge
        - button "Size guide"
        - link "See it":
          - /url: https://shop.example/pump
        - link "Call us":
          - /url: tel:+48123456
        - button "Reserve it" [disabled]
        - button "Not now" [disabled] [pressed]
      - listitem:
        - paragraph: Travel pump
        - paragraph: 6 bar, fits into a pocket
  - article:
    - heading "Sam" [level=2]
    - text: When would you like to come?
    - button "Today"
    - button "Tomorrow morning"
    - button "Tomorrow after five o\u2019clock"
    - button "I cannot come"
""",
    "menu": """
- button "Menu" [expanded]
- menu "Chat options":
  - menuitem "E-mail transcript"
  - menuitem "Rate this chat"
  - menuitem "End chat"
  - menuitemcheckbox "Sound" [checked]
  - menuitemcheckbox "Notifications"
""",
    "start failed": """
- dialog "Chat widget":
  - banner:
    - /children: equal
    - heading "Chat with us" [level=1]
    - button "Menu" [disabled]
    - button "Close chat window"
  - status:
    - alert:
      - text: The chat could not start. Please check your connection and try again.
      - button "Try again"
  - log "Messages"
  - textbox "Message"
""",
    "form with mistakes": _tree(
        _SAM,
        _LOG,
        """
    - form "Before the chat":
      - /children: equal
      - paragraph: Who are you?
      - text: Your name
      - textbox "Your name" [invalid]
      - alert: Please fill this in.
      - text: E-mail (optional)
      - textbox "E-mail (optional)" [invalid]: nobody
      - alert: This does not look like an e-mail address.
      - radiogroup "What is it about?" [invalid]:
        - text: What is it about?
        - radio "Sales"
        - text: Sales
        - radio "Repairs"
        - text: Repairs
        - alert: Please fill this in.
      - button "Start chat"
""",
        _TYPING,
    ),
    "queue": _tree(
        _TOP.format(name="Chat with us", presence="Online"),
        """
  - status:
    - paragraph: You are number 3 in line. About 4 min to wait.
""",
        _LOG,
        _ASKED,
        _TYPING,
        _COMPOSER,
    ),
    "ended": _tree(
        _SAM,
        _LOG,
        _ENDED,
        _TYPING,
        """
  - paragraph: How was this chat?
  - group "How was this chat?":
    - button "Good"
    - button "Bad"
""",
        _AGAIN,
        _COMPOSER,
    ),
    "nobody there": _tree(
        _NOBODY,
        _LOG,
        _RATED,
        _TYPING,
        """
  - paragraph: Thank you!
  - group "How was this chat?":
    - button "Good" [pressed]
    - button "Bad"
  - text: Would you like to say more?
  - textbox "Would you like to say more?"
  - button "Send comment"
""",
        _AGAIN,
        _COMPOSER,
    ),
    "ticket form": _tree(
        _NOBODY,
        _LOG,
        _RATED,
        """
    - form "Leave a message":
      - /children: equal
      - text: E-mail
      - textbox "E-mail": ada@example.org
      - text: Your message
      - textbox "Your message"
      - button "Leave message"
""",
        _TYPING,
    ),
    "inline, drawn card": """
- region "Chat widget":
  - heading "Sam" [level=1]
  - button "Menu"
  - log "Messages":
    - article:
      - heading "Sam" [level=2]
      - img "Model No. 2"
      - paragraph:
        - strong: Model No. 2
        - text: € 1,240
      - paragraph: "Belt drive: no oil, no noise."
      - paragraph: "Colours: red, green"
      - button "Add to basket"
      - link "See all of it":
        - /url: https://shop.example/model-2
  - textbox "Message"
""",
}
"""By the names that `states.py` gives; what is looked for in `#panel`."""
