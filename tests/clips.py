"""Makes small clips, and files that are no clips any more, for the tests of everything that reads media."""

import os
import struct
from pathlib import Path

import av
import numpy as np
import soundfile

SIZE = (96, 64)
"""Width and height of the clips."""


def make_clip(path, seconds=2.0, rate=25, size=SIZE, *, sound=True, picture=True, shade=None, tone=440.0, **options):
    """A clip whose frame k has the grey level `shade(k)`, by default k mod 250, with a sine tone; returns its path."""
    shade = shade or (lambda k: k % 250)
    width, height = size
    with av.open(str(path), "w", options={key: str(value) for key, value in options.items()}) as container:
        video = audio = None
        if picture:
            video = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "1"})
            video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        if sound:
            audio = container.add_stream("aac", rate=44100, layout="mono")
        if video:
            for number in range(round(seconds * rate)):
                pixels = np.full((height, width, 3), shade(number), np.uint8)
                container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            container.mux(video.encode(None))
        if audio:
            frame = av.AudioFrame.from_ndarray(_sine(seconds, 44100, tone)[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44100, 0
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return Path(path)


def make_wave(path, seconds=2.0, rate=16000, tone=440.0, channels=1):
    """A sine tone as wav or flac, by the name; returns its path."""
    soundfile.write(path, np.repeat(_sine(seconds, rate, tone)[:, None], channels, axis=1), rate)
    return Path(path)


def broken_files(folder):
    """Thirty files, each broken in its own way; name -> path. None has a picture and a sound that can be decoded."""
    folder = Path(folder)
    whole = make_clip(folder / "_whole.mp4", movflags="faststart").read_bytes()
    late = make_clip(folder / "_late.mp4").read_bytes()
    matroska = make_clip(folder / "_whole.mkv").read_bytes()
    data = whole.find(b"mdat") + 4
    contents = {
        "empty.mp4": b"",
        "one_byte.mp4": b"\0",
        "zeros.mp4": bytes(50_000),
        "noise.mp4": np.random.default_rng(1).bytes(50_000),
        "text.mp4": b"not found\n",
        "page.mp4": b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n",
        "pointer.mp4": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n",
        "json.mp4": b'{"error": "quota exceeded"}',
        "playlist.mp4": b"#EXTM3U\n#EXTINF:2,\n_whole.mp4\n#EXT-X-ENDLIST\n",
        "concat.mp4": b"ffconcat version 1.0\nfile _whole.mp4\n",
        "gzip.mp4": b"\x1f\x8b\x08" + bytes(1000),
        "header_only.mp4": whole[:32],
        "a_tenth.mp4": whole[: len(whole) // 10],
        "half_index_last.mp4": late[: len(late) // 2],
        "all_but_the_index.mp4": late[: late.find(b"moov") - 4],
        "half_index_first.mp4": whole[: data + (len(whole) - data) // 2],
        "three_quarters.mp4": whole[: data + (len(whole) - data) * 3 // 4],
        "index_alone.mp4": whole[:data],
        "data_zeroed.mp4": whole[:data] + bytes(len(whole) - data),
        "data_noise.mp4": whole[:data] + np.random.default_rng(2).bytes(len(whole) - data),
        "beginning_lost.mp4": whole[1000:],
        "index_damaged.mp4": whole.replace(b"stbl", b"xxxx"),
        "unknown_coding.mp4": whole.replace(b"avc1", b"zzzz").replace(b"avcC", b"zzzz"),
        "half.mkv": matroska[: len(matroska) // 2],
        "header.mkv": matroska[:40],
        "huge.mp4": _gif(20_000, 20_000),
    }
    files = {name: folder / name for name in contents}
    for name, content in contents.items():
        files[name].write_bytes(content)
    files["silent.mp4"] = make_clip(folder / "silent.mp4", sound=False)
    files["sound_alone.mp4"] = make_clip(folder / "sound_alone.mp4", picture=False)
    files["folder.mp4"] = folder / "folder.mp4"
    files["folder.mp4"].mkdir()
    files["pipe.mp4"] = folder / "pipe.mp4"
    os.mkfifo(files["pipe.mp4"])
    for helper in ("_whole.mp4", "_late.mp4", "_whole.mkv"):
        (folder / helper).unlink()
    return files


def _sine(seconds, rate, tone):
    return (0.5 * np.sin(2 * np.pi * tone * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def _gif(width, height):
    """A picture of one pixel that announces a screen of any size."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(3) + bytes([255] * 3)
    return screen + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00;"
