#!/usr/bin/env python3
"""The one command: demo, test, site, bench, gallery. `python3 build.py --help` says more.

This file is kept readable for every Python there is, so that an old one can be told what is missing.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "chatwheel needs Python 3.11 or newer, and this is Python "
        + ".".join(str(part) for part in sys.version_info[:2])
        + ": run build.py with a newer one, such as python3.12."
    )

from tools.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
