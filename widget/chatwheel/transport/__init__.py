"""Ways to reach the outside world: sockets, HTTP, storage and time.

`base` names what the SDK needs, `memory` is a scripted fake with a virtual clock, `cpython` and `browser` are real.
"""
