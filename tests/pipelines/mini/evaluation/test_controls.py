import torch

from anygen import GenerationOptions
from anygen.core.modality import IMAGE
from anygen.messages.reply import Response, Span
from anygen_pipelines.mini import world
from anygen_pipelines.mini.evaluation import controls
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.dialogues import attach


def _response(value, modality="image"):
    return Response(("here", Span(modality, "it", {"sequence": torch.full((2,), float(value))}, 1)), seed=0)


def test_each_span_gets_the_next_ones_conditioning_within_its_modality():
    responses = [_response(0), _response(10, "audio"), _response(1), Response(("no",), 0), _response(2)]
    swapped = controls.swap_conditioning(responses)
    values = [[float(span.conditioning["sequence"][0]) for span in response.spans] for response in swapped]
    assert values == [[1], [10], [2], [], [0]]
    assert [response.text for response in swapped] == [response.text for response in responses]


def test_soft_tokens_are_those_of_the_medium_before_and_only_while_it_lasts(tiny_model, tmp_path):
    bench = Bench("tiny", tmp_path)
    bench.model = tiny_model
    scenes = [world.Scene("dog", "red", "left", "big"), world.Scene("cat", "blue", "top", "small")]
    pictures = [attach(scene, (index,), {}) for index, scene in enumerate(scenes)]
    features = [tiny_model.reader.features(IMAGE, picture)[None] for picture in pictures]
    project = tiny_model.input_projectors["image"]
    own = [project(each) for each in features]
    with controls._previous_item(bench, IMAGE):
        during = [project(each) for each in features]
    assert torch.equal(during[0], own[0]) and torch.equal(during[1], own[0])
    assert not torch.equal(own[0], own[1])
    assert torch.equal(project(features[1]), own[1])


def test_a_real_model_is_played_and_kept(tiny_model, tmp_path):
    from anygen_pipelines.mini.evaluation import plays

    bench = Bench("tiny", tmp_path, num_items=2)
    bench.model = tiny_model
    options = GenerationOptions(max_new_tokens=4)
    played = bench.play("text_to_text", plays.text_to_text(bench)[:2], options)
    assert [item.id for item in played] == ["text_to_text-0000", "text_to_text-0001"]
    assert set(played[0].last.words) == {"answer"}
