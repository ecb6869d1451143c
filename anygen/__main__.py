"""`python -m anygen` is the command `anygen`."""

from __future__ import annotations

import sys

from anygen.cli import main

if __name__ == "__main__":
    sys.exit(main())
