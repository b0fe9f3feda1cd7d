"""The version of chatwheel."""

__version__ = "0.1.0"
