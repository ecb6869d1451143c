from __future__ import annotations

import pytest
import torch

from anygen.core.errors import ConfigError
from anygen.core.modality import AUDIO, IMAGE
from anygen.projectors.output import build
from anygen.training.data.collate import IGNORE
from anygen.training.stage import StageLosses, calibrate_outputs, measure_losses
from anygen.training.teacher_forced import FeatureNoise


@pytest.fixture
def prepared(make_parts, make_config, make_data):
    parts = make_parts()
    config = make_config()
    data = make_data(parts, config)
    return parts, config, data, data.collator(data.sets[0][:9])


def test_logits_are_those_of_the_whole_model_at_target_positions(prepared) -> None:
    parts, _, _, batch = prepared
    with torch.no_grad():
        output = parts(batch)
        embeds = parts.backbone.embed(batch.ids_NT)
        for modality, items in batch.media.items():
            soft = parts.input_projectors[modality](items.features_IFE)
            for row, position, tokens in zip(items.rows_I, items.positions_I, soft, strict=True):
                embeds[row, position : position + len(tokens)] = tokens
        lengths = [len(example) for example in prepared[2].sets[0][:9]]
        # Row by row and without padding: what a row says does not depend on its neighbours.
        logits, targets = [], []
        for row, length in enumerate(lengths):
            every = parts.backbone.logits(parts.backbone(embeds[row : row + 1, :length]))[0]
            labels = batch.labels_NT[row, 1:length]
            logits.append(every[:-1][labels != IGNORE])
            targets.append(labels[labels != IGNORE])
    torch.testing.assert_close(output.logits_MV, torch.cat(logits), rtol=1e-4, atol=1e-5)
    assert output.target_ids_M.tolist() == torch.cat(targets).tolist()


def test_conditioning_comes_from_the_signal_tokens_own_positions(prepared) -> None:
    parts, _, _, batch = prepared
    with torch.no_grad():
        output = parts(batch)
        spans = batch.spans[AUDIO]
        row, position = int(spans.rows_K[0]), int(spans.positions_K[0])
        assert batch.ids_NT[row, position] == parts.backbone.signal_ids.first(AUDIO)
        embeds = parts.backbone.embed(batch.ids_NT[row])
        items = batch.media[AUDIO]
        soft = parts.input_projectors["audio"](items.features_IFE)[items.rows_I.tolist().index(row)]
        start = int(items.positions_I[items.rows_I.tolist().index(row)])
        embeds[start : start + len(soft)] = soft
        # Nothing after the signal token: its own state is that of its position as an input.
        hidden = parts.backbone(embeds[None, : position + 1])
        expected = parts.output_projectors["audio"](hidden[:, -1:], embeds[None, position : position + 1])
    torch.testing.assert_close(
        output.conditioning[AUDIO]["sequence"][0], expected["sequence"][0], rtol=1e-4, atol=1e-5
    )


def test_shuffling_gives_each_item_the_projector_output_of_another(prepared) -> None:
    parts, _, _, batch = prepared
    with torch.no_grad():
        plain, shuffled = parts(batch), parts(batch, shuffle=True)
    assert not torch.equal(plain.logits_MV, shuffled.logits_MV)
    assert shuffled.conditioning[IMAGE]["sequence"].shape == plain.conditioning[IMAGE]["sequence"].shape
    assert not torch.allclose(plain.conditioning[IMAGE]["sequence"], shuffled.conditioning[IMAGE]["sequence"])


def test_measuring_leaves_modes_and_parameters_alone(prepared) -> None:
    parts, config, data, _ = prepared
    parts.input_projectors.train()
    before = {name: value.clone() for name, value in parts.state_dict().items()}
    first = measure_losses(parts, data.sets[0], data.collator, StageLosses(config).terms)
    assert first == measure_losses(parts, data.sets[0], data.collator, StageLosses(config).terms)
    assert first.keys() == {"validation", "shuffled"}
    assert first["validation"].keys() == {"text", "image", "audio"}
    assert parts.input_projectors["image"].training and not parts.backbone.training
    assert all(torch.equal(value, before[name]) for name, value in parts.state_dict().items())


def test_noise_is_drawn_from_the_generator_and_keeps_each_item_nearest_itself() -> None:
    features = torch.randn(40, 2, 16, generator=torch.Generator().manual_seed(0))
    noise = FeatureNoise(scale=0.1, mix=0.4)
    one, two = (noise.apply(features, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.allclose(one, features)
    nearest = torch.cdist(one.flatten(1), features.flatten(1)).argmin(1)
    assert nearest.tolist() == list(range(40))
    assert torch.equal(FeatureNoise().apply(features, torch.Generator()), features)


@pytest.mark.parametrize("settings", [{"scale": -1.0}, {"mix": 0.5}, {"mix": -0.1}])
def test_noise_that_would_change_what_is_meant_is_refused(settings) -> None:
    with pytest.raises(ConfigError, match=r"noise\.(scale|mix): is"):
        FeatureNoise(**settings)


def test_calibration_makes_what_differs_between_items_the_projectors_input(prepared) -> None:
    parts, _, data, batch = prepared
    plain = parts.output_projectors["image"]
    assert not plain.calibrate(*parts.span_states(batch)[IMAGE])
    settings = {"kind": "transformer", "hidden_dim": 16, "ffn_dim": 16, "heads": 2, "input_norm": True}
    projector = build(settings, parts.backbone.dim, 2, {"sequence": (8, 16)})
    parts.output_projectors["image"] = projector
    audio = {name: value.clone() for name, value in parts.output_projectors["audio"].state_dict().items()}
    calibrate_outputs(parts, data.sets[0], data.collator, ["output_projectors.image"])
    hidden, embeds = parts.span_states(data.collator(data.sets[0]))[IMAGE]
    read = projector.heads["sequence"].norm(hidden + embeds)
    assert read.mean((0, 1)).abs().max() < 1e-3
    assert (read - read.mean(0)).square().mean((0, 1)).sqrt().sub(1).abs().median() < 0.1
    assert all(
        torch.equal(value, audio[name])
        for name, value in parts.output_projectors["audio"].state_dict().items()
    )
