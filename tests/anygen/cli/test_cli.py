"""The command line, run for real on a tiny model: what it prints, writes, refuses and leaves behind."""

import errno
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios

import numpy as np
import pytest

from anygen import cli
from anygen.core import atomic
from anygen.media import Audio, Image, Video, open_media, provenance
from anygen.messages.request import Request

PICTURE = Image(np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8))
SOUND = Audio(np.sin(np.arange(8000) / 9).astype(np.float32) * 0.5, 16000)
CLIP = Video(np.zeros((4, 32, 32, 3), np.uint8), 8.0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a picture, a sound and a clip."""
    monkeypatch.chdir(tmp_path)
    PICTURE.save("a.png")
    SOUND.save("a.wav")
    CLIP.save("a.mp4")
    return tmp_path


@pytest.fixture
def run(tiny_dir, folder, capsys):
    """Runs a command on the tiny model: (exit code, standard output, standard error)."""

    def call(*words):
        arguments = [str(word) for word in words]
        if arguments and arguments[0] in ("generate", "chat", "replay"):
            arguments += ["--model", str(tiny_dir)]
        capsys.readouterr()
        code = cli.main(arguments)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


def files_in(folder) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# --- generate


def test_generate_prints_text_and_the_paths_of_what_it_wrote(run, folder):
    code, out, err = run(
        "generate",
        "Draw and sound.",
        "--image",
        "a.png",
        "--require",
        "image,audio,video",
        "--out",
        "o",
        "--seed",
        7,
    )
    assert (code, err) == (0, "")
    paths = [line for line in out.splitlines() if line.startswith("o/")]
    kinds = {type(open_media(path)) for path in paths}
    assert kinds == {Image, Audio, Video}
    assert {path.removeprefix("o/") for path in paths} | {"reply.json"} <= files_in(folder / "o")


def test_generate_as_json_is_one_object_with_the_parts_in_order(run, folder):
    code, out, err = run("generate", "hello", "--require", "image", "--json", "--seed", 3, "--out", "o")
    assert (code, err, out.count("\n")) == (0, "", 1)
    answer = json.loads(out)
    assert set(answer) == {"parts", "seed", "timings"} and answer["seed"] == 3
    pictures = [part for part in answer["parts"] if part["type"] == "image"]
    assert pictures and all(Image.open(part["path"]) for part in pictures)
    assert all(part["text"] for part in answer["parts"] if part["type"] == "text")
    assert answer["timings"]["total"] > 0


def test_parts_are_read_in_the_order_they_stand(run, folder):
    words = [
        "first",
        "--audio",
        "a.wav",
        "second",
        "third",
        "--image=a.png",
        "--video",
        "a.mp4",
        "--text",
        "-last",
    ]
    code, _, err = run("generate", *words, "--modalities", "image", "--require", "image", "--out", "o")
    assert (code, err) == (0, "")
    record = provenance.read(folder / "o" / "reply.json")
    (turn,) = record["messages"]
    assert [part.get("text", part["type"]) for part in turn["content"]] == [
        *("first", "audio", "second", "third", "image", "video", "-last"),
    ]


def test_text_comes_from_standard_input_and_after_two_dashes(run, folder, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("what is it?\n"))
    assert run("generate", "-", "--require", "image", "--out", "o")[0] == 0
    assert (
        provenance.read(folder / "o" / "reply.json")["messages"][0]["content"][0]["text"] == "what is it?\n"
    )
    parsed = cli.parse(["generate", "--seed", "1", "--", "--image", "x"])
    assert parsed.parts == [("text", "--image"), ("text", "x")]


def test_modalities_say_what_may_come_back(run, folder):
    code, out, _ = run("generate", "hello", "--modalities", "text", "--json")
    assert code == 0 and {part["type"] for part in json.loads(out)["parts"]} <= {"text"}
    assert not (folder / "out").exists()


def test_options_of_each_medium_are_passed_on(run, folder):
    words = [
        "--image.height",
        24,
        "--image.width=32",
        "--video.num_frames",
        3,
        "--video.fps",
        2.5,
        "--audio.seconds",
        0.32,
    ]
    words += ["--temperature", 0.5, "--exact", "--image.negative_prompt", "7"]
    code, out, err = run("generate", "hi", *words, "--require", "image,video", "--json")
    assert (code, err) == (0, "")
    found = {part["type"]: open_media(part["path"]) for part in json.loads(out)["parts"] if "path" in part}
    assert found["image"].pixels.shape[:2] == (24, 32)
    assert (len(found["video"].frames), found["video"].fps) == (3, 2.5)
    options = provenance.read("out/reply.json")["options"]
    assert options["exact"] is True and options["image"]["negative_prompt"] == "7"


def test_the_same_seed_gives_the_same_files(run, folder):
    for name in ("one", "two"):
        assert run("generate", "hi", "--require", "image,audio,video", "--seed", 5, "--out", name)[0] == 0
    assert files_in(folder / "one") == files_in(folder / "two")
    for name in files_in(folder / "one"):
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes(), name


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


def test_an_unknown_model_is_named(folder, capsys):
    assert cli.main(["generate", "hi", "--model", "minimal"]) == 2
    assert "model 'minimal' is neither a preset nor a folder" in capsys.readouterr().err


def test_a_full_disk_is_exit_code_three_and_leaves_nothing(run, folder, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, "fsync", fail)
    code, out, err = run("generate", "hi", "--require", "image", "--out", "o")
    assert (code, out) == (3, "")
    assert re.fullmatch(
        r"anygen: o/reply-\d+\.png: No space left on device; nothing half-written is left\n", err
    )
    assert files_in(folder / "o") == set()


def test_a_place_that_cannot_be_written_is_exit_code_three(run, folder):
    code, _, err = run("generate", "hi", "--require", "image", "--out", "a.png/deeper")
    assert code == 3 and err.startswith("anygen: a.png/deeper") and err.count("\n") == 1


def test_a_model_whose_weights_are_damaged_is_refused(tiny_dir, folder, capsys, tmp_path):
    import shutil

    broken = shutil.copytree(tiny_dir, tmp_path / "broken")
    (broken / "trained.safetensors").unlink()
    assert cli.main(["generate", "hi", "--model", str(broken)]) == 2
    assert "trained.safetensors: no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_stop_in_the_middle_leaves_nothing(tiny_dir, folder, number, code):
    """Run on a terminal of its own, so that the progress bar says when the middle is."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (25, 100))
    words = [
        "generate",
        "hi",
        "--require",
        "video",
        "--video.num_inference_steps",
        "200",
        "--out",
        "o",
        "--model",
        tiny_dir,
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "anygen", *map(str, words)],
        stderr=slave,
        stdout=subprocess.PIPE,
        # What runs in the background of a shell ignores Ctrl-C, and its children with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(slave)
    shown = b""
    while b"/200" not in shown:
        shown += os.read(master, 4096)  # fails where the command ends before a bar was shown
    process.send_signal(number)
    while True:
        try:
            block = os.read(master, 4096)
        except OSError:  # the terminal's other end is closed
            break
        if not block:
            break
        shown += block
    assert process.wait(60) == code
    assert process.stdout is not None and process.stdout.read() == b""
    assert b"Traceback" not in shown and (
        number != signal.SIGINT or b"interrupted; nothing half-written is left" in shown
    )
    assert not (folder / "o").exists()


# --- info, replay, doctor


def test_info_says_what_a_model_is_made_of_and_what_made_a_file(run, tiny_dir, folder):
    code, out, _ = run("info", tiny_dir, "--json")
    found = json.loads(out)
    assert code == 0 and found["reads"] == ["text", "audio", "image", "video"] and found["makes"][0] == "text"
    assert "parameters" in found["parts"]["llm"]
    assert run("generate", "hi", "--require", "image", "--out", "o", "--seed", 9)[0] == 0
    (picture,) = (folder / "o").glob("*.png")
    code, out, _ = run("info", picture)
    assert code == 0 and "seed: 9" in out and "trainedAlgorithmicMedia" in out and "text: hi" in out
    assert json.loads(run("info", picture, "--json")[1])["model"]["weights_hash"] == found["weights_hash"]
    assert run("info")[0] == 0


def test_replay_makes_the_same_again(run, folder):
    words = [
        "generate",
        "hi",
        "--image",
        "a.png",
        "--audio",
        "a.wav",
        "--require",
        "image,audio,video",
        "--seed",
        4,
    ]
    assert run(*words, "--out", "o", "--keep-inputs", "--image.height", 24)[0] == 0
    assert len(list((folder / "o" / "inputs").iterdir())) == 2
    for path in sorted((folder / "o").glob("reply-*")):
        if path.suffix in (".png", ".wav", ".mp4"):
            code, out, err = run("replay", path)
            assert (code, err) == (0, "")
            assert re.fullmatch(rf"{path.name}: the same (pixels|samples)\n", out)
    code, out, _ = run("replay", "o/reply.json", "--json", "--out", "again")
    answer = json.loads(out)
    assert code == 0 and answer["same"] and len(answer["files"]) >= 3 and answer["differences"] == []
    assert {name for name in files_in(folder / "o") if "inputs" not in name} == files_in(folder / "again")


def test_replay_says_which_input_is_missing_and_takes_it(run, folder):
    (folder / "elsewhere").mkdir()
    (folder / "a.png").rename(folder / "elsewhere" / "b.png")
    assert run("generate", "hi", "--image", "elsewhere/b.png", "--require", "image", "--out", "o")[0] == 0
    (picture,) = (folder / "o").glob("*.png")
    code, out, err = run("replay", picture)
    assert (code, out) == (2, "")
    assert (
        f"the input image {PICTURE.content_hash()[:12]} is missing; give the file it was with --input" in err
    )
    assert run("replay", picture, "--input", "a.wav", "--input", "elsewhere/b.png")[0] == 0


def test_replay_says_what_differs(run, folder):
    assert run("generate", "hi", "--require", "image", "--out", "o")[0] == 0
    (picture,) = (folder / "o").glob("*.png")
    record = provenance.read(picture)
    pixels = Image.open(picture).pixels.copy()
    pixels[0, 0, 0] ^= 16
    record["versions"]["torch"] = "1.0"
    record["model"]["weights_hash"] = "0" * 64
    Image(pixels).save(picture, record)
    code, out, _ = run("replay", picture)
    assert code == 1
    assert f"{picture.name}: not the same, the largest difference is 16/255 of a pixel" in out
    assert (
        "differs from the record: torch was 1.0 and is 2" in out
        and "the weights were 000000000000 and are" in out
    )


def test_a_record_that_leads_elsewhere_is_not_followed(run, folder):
    assert run("generate", "hi", "--require", "image", "--out", "o")[0] == 0
    whole = json.loads((folder / "o" / "reply.json").read_text())
    for part in whole["parts"]:
        if "path" in part:
            part["path"] = "../a.wav"
    (folder / "o" / "reply.json").write_text(json.dumps(whole))
    code, _, err = run("replay", "o/reply.json")
    assert code == 2 and "o/a.wav: no such file" in err


def test_a_file_does_not_decide_which_model_is_loaded(folder, capsys):
    record = provenance.build("someone/else", "", Request(), 0)
    PICTURE.save("sent.png", record)
    assert cli.main(["replay", "sent.png"]) == 2
    assert capsys.readouterr().err == (
        "anygen: sent.png: made by 'someone/else', which is no preset; name the model with --model\n"
    )


def test_info_shows_no_control_characters(folder, capsys):
    record = provenance.build("mini\x1b[2J\x07", "", Request(), 0)
    PICTURE.save("sent.png", record)
    assert cli.main(["info", "sent.png"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and r"mini\x1b[2J\x07" in out


def test_doctor_lists_what_is_there_and_what_to_mend(run, folder):
    code, out, _ = run("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(out)["checks"]}
    assert code == (0 if all(check["ok"] for check in checks.values()) else 3)
    for name in (
        "python",
        "anygen",
        "torch",
        "diffusers",
        "transformers",
        "device",
        "codec mp4",
        "codec webm",
        "codec mp3",
    ):
        assert checks[name]["ok"], checks[name]
    code, out, _ = run("doctor")
    assert all(line.startswith(("ok  ", "MEND")) for line in out.splitlines())


# --- chat


@pytest.fixture
def talk(run, monkeypatch):
    def call(*lines, words=()):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return run("chat", *words)

    return call


def test_chat_keeps_what_was_made_in_the_conversation(talk, folder):
    code, out, err = talk(
        "/image a.png",
        "what is this?",
        "",
        "draw it",
        "/save kept",
        "/quit",
        "never read",
        words=["--out", "o"],
    )
    assert (code, err) == (0, "")
    assert "Image(50x40) goes with your next line" in out and "kept/conversation.json" in out
    turns = json.loads((folder / "kept" / "conversation.json").read_text())
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user", "assistant"]
    first = turns[0]["content"]
    assert [part["type"] for part in first] == ["image", "text"]
    assert Image.open(folder / "kept" / first[0]["path"]) == PICTURE
    for turn in turns:
        for part in turn["content"]:
            assert "path" not in part or open_media(folder / "kept" / part["path"])


def test_chat_goes_on_after_an_error_and_ends_with_its_input(talk):
    code, out, err = talk("/image no.png", "/sead 3", "/seed x", "/help", "/seed 5", "/new", "hello")
    assert code == 0
    sentences = err.splitlines()
    assert sentences[0] == "anygen: no.png: no such file; the path of a media file is needed"
    assert sentences[1] == "anygen: unknown command /sead; did you mean /seed?"
    assert sentences[2].startswith("anygen: seed is 'x'; a whole number")
    assert len(sentences) == 3 and "/image PATH" in out


# --- the parser


@pytest.mark.parametrize("command", [[], ["generate"], ["chat"], ["info"], ["replay"], ["doctor"]])
def test_help_is_there_and_loads_no_model_library(command):
    words = [*command, "--help"]
    code = f"import sys; from anygen.cli import main; sys.exit(main({words}) or 'torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert shown.returncode == 0 and shown.stdout.startswith("usage: anygen")


def test_the_version_is_shown(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("anygen 0")


def test_lines_keep_the_names_of_files():
    from anygen.cli.terminal import as_lines

    found = {"memory_gb": 1, "read": {"my_models/state_dict.bin": "0", "state_dict.bin": "1"}}
    assert as_lines(found) == [
        "memory gb: 1",
        "read:",
        "  my_models/state_dict.bin: 0",
        "  state_dict.bin: 1",
    ]


def test_libraries_say_nothing_while_a_picture_is_drawn(tmp_path):
    words = ["generate", "Draw a dog.", "--image.num_inference_steps", "1", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "anygen", *words], capture_output=True, text=True)
    assert done.returncode == 0 and (tmp_path / "reply-1.png").is_file()
    assert done.stderr == ""
