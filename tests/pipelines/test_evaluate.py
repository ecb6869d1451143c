import json

import pytest

from anygen.evaluation.accuracy import estimate
from anygen.evaluation.report import Row, Table
from anygen_pipelines import evaluate
from anygen_pipelines.mini import probes


def test_a_table_goes_into_the_page_and_the_json(tmp_path):
    table = Table("one", "First", "command", (Row("thing", estimate([True, False]), aim=0.9),))
    evaluate.write_table(table, tmp_path)
    evaluate.write_table(Table("two", "Second", "command", table.rows), tmp_path)
    found = json.loads((tmp_path / "mini.json").read_text())
    assert list(found) == ["one", "two"]
    assert Row.from_dict(found["one"]["rows"][0]) == table.rows[0]
    page = (tmp_path / "mini.md").read_text()
    assert page.index("First") < page.index("Second") and "`command`" in page


def test_an_unknown_table_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as stopped:
        evaluate.parse(["--only", "text_to_image,nonsense"])
    assert stopped.value.code == 2
    message = capsys.readouterr().err
    assert "nonsense" in message and "text_to_image" in message


@pytest.mark.skipif(
    not (probes.PROBES_DIR / "ceilings.json").is_file(), reason="no trained probes in the project"
)
def test_the_ceilings_of_the_shipped_probes_are_rows():
    rows = evaluate.probe_rows(probes.PROBES_DIR)
    assert len(rows) == 10 and all(
        len(row.probes) == 2 and row.figure.value == min(row.probes) for row in rows
    )
    assert all(row.figure.value > 0.85 for row in rows)
