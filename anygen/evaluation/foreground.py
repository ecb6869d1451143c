"""How far a drawn thing is from the nearest thing its world can draw: what a classifier does not see.

A probe forgives blur; a person does not. So the foreground of a made picture is compared, pixel by pixel, with every
picture of a reference bank, and the distance is reported beside the one that the image autoencoder alone costs on
the true picture: a ratio of 1 means that the diffusion model lost nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Nearest:
    """The reference nearest to one picture."""

    index: int
    distance: float


def nearest_reference(picture: np.ndarray, references: np.ndarray, masks: np.ndarray) -> Nearest:
    """Nearest of `references` to `picture`, and the distance over that reference's foreground.

    picture: (H, W, 3) uint8. references: (R, H, W, 3) uint8. masks: (R, H, W) bool, True = the thing.
    The nearest is chosen by root mean square over the whole picture, since each reference's own mask would favour the
    smallest thing. The distance is the root mean square over the mask of the nearest, in grey levels 0..255.
    Raises ValueError for shapes that differ or an empty mask.
    """
    if picture.shape != references.shape[1:] or masks.shape != references.shape[:3]:
        raise ValueError(
            f"picture {picture.shape}, references {references.shape}, masks {masks.shape} do not fit"
        )
    error = ((references.astype(np.float32) - picture.astype(np.float32)) ** 2).mean(axis=-1)
    index = int(error.reshape(len(error), -1).mean(axis=1).argmin())
    if not masks[index].any():
        raise ValueError(f"the mask of reference {index} is empty")
    return Nearest(index, float(np.sqrt(error[index][masks[index]].mean())))
