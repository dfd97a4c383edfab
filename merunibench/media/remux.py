"""Remove the sound of a video file, for models that may use only the picture."""

import io
from pathlib import Path

from merunibench._text import one_line
from merunibench.errors import MediaError
from merunibench.media.container import library, opened

_MP4 = frozenset({"mp4", "mov", "m4a", "3gp", "3g2", "mj2"})


def without_sound(path: Path) -> tuple[bytes, str] | None:
    """Copy the video packets of a file into a container of the same kind, without re-encoding.

    Returns:
        The bytes and the kind (`mp4`, `x-matroska`); None if the file has no sound.

    Raises:
        MediaError: the file is broken, or its picture cannot be put into another container.
    """
    av = library()
    with opened(path) as source:
        if not source.streams.audio:
            return None
        if not source.streams.video:
            raise MediaError(f"{path}: has no picture")
        kind = "mp4" if _MP4.intersection(source.format.name.split(",")) else "matroska"
        stream = io.BytesIO()
        try:
            # `bitexact`: Matroska would otherwise write a random id, and both formats the library's version.
            with av.open(stream, "w", format=kind, container_options={"fflags": "bitexact"}) as target:
                picture = source.streams.video[0]
                copy = target.add_stream_from_template(picture)
                for packet in source.demux(picture):
                    if packet.dts is not None:
                        packet.stream = copy
                        target.mux(packet)
        except (av.FFmpegError, ValueError) as error:
            raise MediaError(f"{path}: its sound cannot be removed: {one_line(error)}; send frames") from error
    return stream.getvalue(), "mp4" if kind == "mp4" else "x-matroska"
