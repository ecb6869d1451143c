import json

import numpy as np
import torch

from anygen_pipelines.mini import probes, train_probes, world


def test_unclear_samples_differ_from_what_they_were_made_of():
    draw_batch = train_probes.visual_batches("image", seed=0, size=32)
    pixels, target = draw_batch()
    assert pixels.shape == (32, 3, 64, 64) and pixels.abs().max() <= 1
    unclear = probes.LABELS["image"]["thing"].index(probes.UNCLEAR)
    spoiled = target["thing"] == unclear
    assert spoiled.sum() == 3
    assert (target["position"][spoiled] == train_probes.IGNORED).all()
    assert (target["colour"] >= 0).all()


def test_another_thing_means_the_same_scene_otherwise():
    scenes = list(world.all_scenes())
    picks = torch.arange(0, len(scenes), 37)
    others = train_probes._other_thing(picks, 80, torch.Generator().manual_seed(0))
    for pick, other in zip(picks.tolist(), others.tolist(), strict=True):
        assert scenes[pick].thing != scenes[other].thing
        assert vars(scenes[pick]) | {"thing": ""} == vars(scenes[other]) | {"thing": ""}


def test_a_few_steps_of_training_lower_the_loss():
    torch.manual_seed(0)
    net = probes.ImageNet()
    pixels, target = train_probes.visual_batches("image", seed=0, size=16)()

    def loss() -> float:
        scores = net(pixels)
        losses = [torch.nn.functional.cross_entropy(scores[name], target[name]) for name in scores]
        return torch.stack(losses).sum().item()

    before = loss()
    train_probes.train(net, lambda: (pixels, target), 12)
    assert loss() < before - 1


def test_a_clip_that_stands_still_or_jumps_about_has_no_motion(small_world):
    frames, target = train_probes.visual_batches("video", seed=0, size=24)()
    assert frames.shape == (24, 8, 3, 64, 64) and frames.abs().max() <= 1
    unclear = probes.LABELS["video"]["motion"].index(probes.UNCLEAR)
    assert (target["motion"] == unclear).sum() == 2
    assert (target["size"][:4] == train_probes.IGNORED).all() and (target["size"][4:] >= 0).all()


def test_ceilings_count_what_each_probe_gets_right(monkeypatch):
    truths = [{"class": "dog"}, {"class": "bell"}]
    monkeypatch.setattr(train_probes, "true_samples", lambda *_: {"made": ([np.zeros(9)] * 2, truths)})
    monkeypatch.setattr(train_probes, "right", lambda *_: {"class": [[True, False], [True, True]]})
    assert train_probes.ceilings("audio", [], None) == {"made: class": {"probes": [1.0, 0.5], "n": 2}}


def test_true_samples_are_held_out_pairs_as_drawn(small_world):
    ((group, (media, truths)),) = train_probes.true_samples("image", None).items()
    assert group == "held-out pairs" and len(media) == len(truths) > 0
    assert all((truth["thing"], truth["colour"]) in world.HELD_OUT for truth in truths)


def test_the_command_writes_both_probes_and_their_ceilings(tmp_path, small_world):
    train_probes.main(["--out", str(tmp_path), "--only", "image", "--steps", "0"])
    report = json.loads((tmp_path / "ceilings.json").read_text())["image"]
    assert report["probes"] == ["ImageNet", "ImageMixer"]
    assert set(report["ceilings"]) == {f"held-out pairs: {name}" for name in probes.LABELS["image"]}
    assert len(probes.load_probes("image", tmp_path)) == 2
