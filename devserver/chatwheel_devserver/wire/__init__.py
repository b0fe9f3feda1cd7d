"""The requests that clients may send, as strict pydantic models, and how their faults are told."""
