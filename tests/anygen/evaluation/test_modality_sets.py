from anygen.evaluation.modality_sets import compare_modalities


def test_words_are_never_unasked_nor_missing():
    assert compare_modalities(["text"], []).agrees
    assert compare_modalities(["image"], ["text", "image"]).agrees


def test_two_pictures_where_one_was_asked_agree():
    assert compare_modalities(["image"], ["image", "image"]).agrees


def test_what_differs_is_named():
    difference = compare_modalities(["image", "audio"], ["image", "video"])
    assert not difference.agrees
    assert difference.missing == {"audio"} and difference.unasked == {"video"}
