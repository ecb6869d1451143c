"""The first page: what it says, and that a click on an example is enough."""

from anygen_ui.welcome import EXAMPLES, FOLDER


def test_the_first_page_says_what_mini_is_and_offers_six_things(app):
    assert any("tiny model of a small world" in each for each in app.texts())
    assert [app.button(key=f"try-{index}").label for index in range(6)] == [
        example.words[0] for example in EXAMPLES
    ]


def test_an_example_that_goes_on_says_its_next_words_by_itself(app):
    app.press("try-5")
    found = app.wait(2 * len(EXAMPLES[5].words))
    assert [turn.parts[0].text for turn in found[::2]] == list(EXAMPLES[5].words)
    assert [turn.parts[-1].type for turn in found[1::2]] == ["image"] * 3


def test_every_file_of_an_example_is_there():
    named = {example.image for example in EXAMPLES} | {example.file for example in EXAMPLES if example.file}
    assert named == {path.name for path in FOLDER.iterdir()} - {"examples.json"}
