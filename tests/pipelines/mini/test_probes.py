import numpy as np
import pytest
import torch

from anygen_pipelines.mini import probes, sounds, world

SHAPES = {"image": (2, 3, 64, 64), "video": (2, 8, 3, 64, 64), "audio": (2, 256, 64)}
HAS_WEIGHTS = (probes.PROBES_DIR / "ceilings.json").is_file()


@pytest.mark.parametrize("modality", list(probes.NETS))
def test_both_probes_score_every_label(modality):
    for net_class in probes.NETS[modality]:
        net = net_class().eval()
        scores = net(torch.zeros(SHAPES[modality]))
        found = {name: tuple(value.shape) for name, value in scores.items()}
        assert found == {name: (2, len(classes)) for name, classes in probes.LABELS[modality].items()}


@pytest.mark.parametrize("modality", list(probes.NETS))
def test_the_two_probes_of_a_modality_are_built_differently(modality):
    first, second = (dict(net().named_parameters()) for net in probes.NETS[modality])
    shared = {name for name in first if name in second and first[name].shape == second[name].shape}
    assert not {name for name in shared if not name.startswith("heads.")}


def test_any_size_and_length_is_read():
    pictures = [np.zeros((100, 80, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)]
    read = probes.read_pictures(pictures)
    assert read.shape == (2, 3, 64, 64) and read[0].max() == -1 and read[1].min() == 1
    assert probes.read_clips([np.zeros((3, 40, 40, 3), np.uint8)]).shape == (1, 8, 3, 64, 64)
    assert probes.read_sounds([np.ones(1000, np.float32), np.ones(90_000, np.float32)]).shape == (2, 256, 64)


def test_loudness_is_removed_from_a_sound():
    sound = sounds.synthesise("bell", np.random.default_rng(0))
    quiet, loud = probes.read_sounds([sound * 0.1]), probes.read_sounds([sound])
    assert torch.allclose(quiet, loud, atol=1e-3)


def test_a_saved_probe_answers_as_before_to_half_precision(tmp_path):
    for net_class in probes.NETS["image"]:
        net = net_class().eval()
        probes.save_probe(net, "image", tmp_path)
    loaded = probes.load_probes("image", tmp_path)
    pixels = torch.rand(2, 3, 64, 64) * 2 - 1
    assert torch.allclose(net(pixels)["thing"], loaded[1](pixels)["thing"], atol=2e-2)


@pytest.mark.skipif(not HAS_WEIGHTS, reason="the probes' weights are not in the project")
@pytest.mark.parametrize("modality", ["image", "video"])
def test_the_shipped_probes_know_drawn_held_out_pairs_and_refuse_mixtures(modality):
    rng = np.random.default_rng(1)
    if modality == "image":
        items = [world.random_scene(rng, held_out=True) for _ in range(24)]
        media = [world.draw(item) for item in items]
    else:
        items = [world.random_clip(rng, held_out=True) for _ in range(12)]
        media = [world.animate(item) for item in items]
    verdicts = probes.judge(probes.load_probes(modality), modality, media)
    for found in verdicts:
        assert np.mean([seen["thing"] == item.thing for seen, item in zip(found, items, strict=True)]) >= 0.9
    grey = [np.full_like(medium, 128) for medium in media[:4]]
    mixed = [((media[i].astype(int) + media[i + 1]) // 2).astype(np.uint8) for i in range(0, 12, 2)]
    for found in probes.judge(probes.load_probes(modality), modality, grey + mixed):
        assert np.mean([seen["thing"] == probes.UNCLEAR for seen in found]) >= 0.5


@pytest.mark.skipif(not HAS_WEIGHTS, reason="the probes' weights are not in the project")
def test_the_shipped_probes_know_new_syntheses():
    rng = np.random.default_rng(2)
    things = [thing for thing in world.SYNTHESISED for _ in range(3)]
    verdicts = probes.judge(
        probes.load_probes("audio"), "audio", [sounds.synthesise(thing, rng) for thing in things]
    )
    for found in verdicts:
        assert np.mean([seen["class"] == thing for seen, thing in zip(found, things, strict=True)]) >= 0.9
