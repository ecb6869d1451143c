"""What the image autoencoder alone costs: the true pictures of the held-out pairs, coded and decoded."""

from __future__ import annotations

import json

import numpy as np
import torch
from anygen_pipelines.mini import world
from anygen_pipelines.mini.evaluation.bench import Bench
from anygen_pipelines.mini.evaluation.checks import nearest_drawing

from anygen.modality import IMAGE


def autoencoder_cost(bench: Bench) -> dict[str, float]:
    """Mean foreground distance in grey levels of coded and decoded drawings: {"all", "small", "big"}."""
    path = bench.cache_dir / "autoencoder.json"
    if path.is_file():
        return json.loads(path.read_text())
    scenes = [scene for scene in world.all_scenes() if world.is_held_out(scene)]
    pictures = code_and_decode(bench, np.stack([world.draw(scene) for scene in scenes]))
    distances = {"small": [], "big": []}
    for scene, picture in zip(scenes, pictures, strict=True):
        distances[scene.size].append(nearest_drawing(picture, scene.colour)[1].distance)
    cost = {size: float(np.mean(values)) for size, values in distances.items()}
    cost["all"] = float(np.mean(distances["small"] + distances["big"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(cost) + "\n")
    return cost


def code_and_decode(bench: Bench, pictures: np.ndarray, batch_size: int = 32) -> np.ndarray:
    """Pictures (N, H, W, 3) uint8 through the image decoder's own autoencoder and back."""
    autoencoder = bench.model.decoders[IMAGE].pipe.vae
    parameter = next(autoencoder.parameters())
    decoded = []
    for start in range(0, len(pictures), batch_size):
        pixels = torch.from_numpy(pictures[start : start + batch_size]).permute(0, 3, 1, 2)
        pixels = (pixels.float() / 127.5 - 1).to(parameter.device, parameter.dtype)
        with torch.inference_mode():
            back = autoencoder.decode(autoencoder.encode(pixels).latent_dist.mean).sample
        back = ((back.float().clamp(-1, 1) + 1) * 127.5).round().byte()
        decoded.append(back.permute(0, 2, 3, 1).cpu().numpy())
    return np.concatenate(decoded)
