"""Stands in for certifi in the browser, which checks certificates itself: requests wants to know where they lie."""


def where() -> str:
    """No file of certificates: nobody reads it."""
    return "/dev/null"


def contents() -> str:
    """None."""
    return ""
