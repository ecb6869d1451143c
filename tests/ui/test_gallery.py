"""Everything that was made, by kind."""


def test_the_gallery_shows_what_was_made_by_kind(app):
    app.say("A big frog on yellow.")
    app.wait(2)
    app.press("open-gallery")
    assert len(app.keys("tile-how-")) == 1
    app.button_group(key="gallery-kind").set_value("audio").run()
    assert not app.keys("tile-how-")
