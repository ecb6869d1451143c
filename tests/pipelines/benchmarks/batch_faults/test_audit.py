"""The check of a folder finds what is wrong with it."""

from __future__ import annotations

import shutil
from pathlib import Path

from anygen_pipelines.benchmarks.batch_faults import audit
from anygen_pipelines.benchmarks.batch_faults.campaign import Ground
from anygen_pipelines.benchmarks.batch_faults.manifests import expected


def test_the_check_finds_what_is_wrong(ground: Ground, tmp_path: Path) -> None:
    answers = expected(ground.manifest)

    def damaged(name: str) -> Path:
        return Path(shutil.copytree(ground.reference, tmp_path / name))

    lost = damaged("lost")
    path = lost / "results.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if '"text-0"' not in line or '"failed"' in line))
    assert audit.audit(lost, answers).lost == [("text-0", 0)]
    path.write_text("".join([*lines, *[line for line in lines if '"text-0"' in line and '"done"' in line]]))
    assert audit.audit(lost, answers).duplicated == [("text-0", 0)]
    path.write_text("".join([lines[0][:20], "\n", *lines]) + "{")
    assert len(audit.audit(lost, answers).torn) == 2
    torn = damaged("torn")
    medium = next((torn / "media").rglob("*.png"))
    medium.write_bytes(medium.read_bytes()[:-1])
    found = audit.audit(torn, answers)
    assert len(found.torn) == 1 and not found.holds
    other = damaged("other")
    (other / "media" / "stray.png").write_bytes(b"")
    assert audit.audit(other, answers).stray == ["media/stray.png"]


def test_folders_are_compared_answer_by_answer(ground: Ground, tmp_path: Path) -> None:
    same = audit.difference(ground.reference, ground.reference)
    assert same.files == same.words == 0 and set(same.largest.values()) == {0.0}
    other = Path(shutil.copytree(ground.reference, tmp_path / "other"))
    path = other / "results.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    words = next(number for number, line in enumerate(lines) if '"text-0"' in line and '"done"' in line)
    lines[words] = lines[words].replace('"text": "', '"text": "not ')
    path.write_text("".join(lines))
    found = audit.difference(other, ground.reference)
    found.add(same)
    assert found.words == 1 and found.largest == same.largest
