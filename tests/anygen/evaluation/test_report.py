import pytest

from anygen.evaluation.accuracy import Estimate, estimate
from anygen.evaluation.report import Row, Table, summary_markdown, table_markdown, write_block

FIGURE = Estimate(0.97, 0.95, 0.99, 200, 12)


def test_a_row_says_whether_its_aim_is_reached():
    assert Row("thing", FIGURE, aim=0.95).reached is True
    assert Row("thing", FIGURE, aim=0.98).reached is False
    assert Row("refused", FIGURE, aim=0.02, at_most=True).reached is False
    assert Row("thing", FIGURE).reached is None


def test_a_row_survives_json():
    row = Row("thing", estimate([True, False, True]), aim=0.9, probes=(0.5, 0.75), unit="", note="n")
    assert Row.from_dict(row.to_dict()) == row


def test_a_table_shows_its_command_its_figures_and_both_probes():
    table = Table(
        "pictures",
        "Text to image",
        "make it",
        (Row("thing", FIGURE, aim=0.98, probes=(0.99, 0.97)),),
        ("why",),
    )
    text = table_markdown(table)
    assert (
        "`make it`" in text and "97.0 % (missed)" in text and "99.0 / 97.0" in text and "95.0 to 99.0" in text
    )
    assert "200 (12)" in text and "- why" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1


def test_one_measurement_has_no_interval():
    table = Table("cost", "Cost", "make it", (Row("load", Estimate(0.3, 0.3, 0.3, 1, 1), unit="s"),))
    assert "| load | 0.30 s | - | - | 1 (1) |" in table_markdown(table)


def test_the_summary_has_every_aim_and_what_was_reached_first():
    rows = (Row("thing", FIGURE, aim=0.98), Row("colour", FIGURE, aim=0.9), Row("size", FIGURE))
    text = summary_markdown({"one": Table("one", "Pictures", "make it", rows)})
    assert "1 of 2 reached." in text and "size" not in text
    assert text.index("| colour | **97.0 %** | >= 90.0") < text.index("| thing | 97.0 % (missed) | >= 98.0")


def test_a_block_is_replaced_and_what_people_wrote_stays(tmp_path):
    page = tmp_path / "results.md"
    page.write_text("# Results\n\nwritten by hand\n")
    write_block(page, "one", "first")
    write_block(page, "two", "second")
    write_block(page, "one", "newer")
    text = page.read_text()
    assert "written by hand" in text and "newer" in text and "first" not in text and text.count("second") == 1
    assert text.index("newer") < text.index("second")


def test_a_block_without_an_end_is_refused_and_the_page_left_alone(tmp_path):
    page = tmp_path / "results.md"
    page.write_text("<!-- measured: one -->\nhalf")
    with pytest.raises(ValueError):
        write_block(page, "one", "new")
    assert page.read_text().endswith("half")
