"""The names of the senses: what a part of a message or a reply is made of."""

from __future__ import annotations


class Modality(str):
    """A name such as "image". A str, so that a new one needs no edit here: Modality("smell")."""

    __slots__ = ()


TEXT = Modality("text")
IMAGE = Modality("image")
AUDIO = Modality("audio")
VIDEO = Modality("video")
DEPTH = Modality("depth")
THERMAL = Modality("thermal")
IMU = Modality("imu")

MEDIA = (IMAGE, AUDIO, VIDEO)
"""What can be read and made, in the order it is listed everywhere."""
MEASUREMENTS = (DEPTH, THERMAL, IMU)
"""What can be read and is never made."""
INPUTS = (*MEDIA, *MEASUREMENTS)
"""What a prompt may hold beside text."""
