"""Render a manifest into a folder, resumably: the same as `anygen render`.

python -m anygen_pipelines.render_batch manifest.jsonl --out out/
"""

from __future__ import annotations

import sys

from anygen.cli import main

if __name__ == "__main__":
    sys.exit(main(["render", *sys.argv[1:]]))
