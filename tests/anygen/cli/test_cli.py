"""The command line, run for real on a tiny model: what it prints, writes, refuses and leaves behind."""

import subprocess
import sys

import pytest

from anygen import cli

from .conftest import files_in

BAD = [
    (["generate"], "nothing is asked; give a text, --image, --audio or --video"),
    (["generat", "hi"], "unknown command 'generat'; did you mean generate?"),
    ([], "no command is given"),
    (["generate", "hi", "--imge", "x"], "unknown option --imge; did you mean --image?"),
    (["generate", "hi", "--image"], "--image needs a value"),
    (["generate", "hi", "--seed", "soon"], "argument --seed: invalid int value: 'soon'"),
    (["generate", "hi", "--seed", "-1"], "seed is -1; a whole number from 0"),
    (["generate", "hi", "--image", "no.png"], "no.png: no such file; the path of a media file is needed"),
    (["generate", "hi", "--image", "."], ".: a folder; the path of a media file is needed"),
    (["generate", "hi", "--image", "a.wav"], "a.wav: a WAV file; PNG, JPEG, WebP and GIF are accepted"),
    (["generate", "hi", "--image", "empty.png"], "empty.png: the file is empty (0 bytes)"),
    (["generate", "hi", "--image", "https://example.org/a.png"], "https://example.org/a.png: no such file"),
    (
        ["generate", "hi", "--require", "smell"],
        "require: 'smell'; a list out of text, image, video, audio is accepted",
    ),
    (
        ["generate", "hi", "--modalities", "text", "--require", "image"],
        "require: image is not among the modalities",
    ),
    (["generate", "hi", "--image.num_inference_step", "3"], "did you mean --image.num_inference_steps?"),
    (
        ["generate", "hi", "--image.num_inference_steps", "9999"],
        "image.num_inference_steps is 9999; a whole number from 1 to 200",
    ),
    (["generate", "hi", "--video.fps", "fast"], "video.fps is 'fast'; a number from 1 to 60"),
    (["generate", "hi", "--conditioning", "magic"], "conditioning is 'magic'; projector or caption"),
    (["generate", "hi", "--stem", "../x", "--require", "image"], "stem is '../x'; a plain file name"),
    (["generate", "long " * 2000], ""),
    (["info", "no-such-model"], "model 'no-such-model' is neither a preset nor a folder"),
    (["info", "a.png"], "a.png: holds no record of what made it; files written by anygen are accepted"),
    (["info", "a", "b"], "unknown argument b"),
    (["replay", "no.png"], "no.png: no such file"),
    (["replay", "a.png"], "a.png: holds no record"),
]


@pytest.mark.parametrize(
    ("words", "sentence"), BAD, ids=lambda x: " ".join(x)[:50] if isinstance(x, list) else ""
)
def test_bad_input_is_one_sentence_and_exit_code_two(words, sentence, run, folder):
    (folder / "empty.png").touch()
    before = files_in(folder)
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert sentence in err and err.startswith("anygen") and err.count("\n") == 1
    assert "Traceback" not in err and "anygen: anygen" not in err
    assert files_in(folder) == before


@pytest.mark.parametrize("command", [[], ["generate"], ["chat"], ["info"], ["replay"], ["doctor"]])
def test_help_is_there_and_loads_no_model_library(command):
    words = [*command, "--help"]
    code = f"import sys; from anygen.cli import main; sys.exit(main({words}) or 'torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert shown.returncode == 0 and shown.stdout.startswith("usage: anygen")


def test_the_version_is_shown(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("anygen 0")
