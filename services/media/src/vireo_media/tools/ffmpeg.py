"""The arguments that every ffmpeg and ffprobe call on a stranger's file shares."""

from pathlib import Path

from vireo_media.core.formats import FileFormat

# The first line of defence: without these, a playlist named x.mp4 opens what it names.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg"
PROTOCOLS = "file"
# No honest packet or frame that we take needs one allocation of more than this.
_MAX_ALLOCATION = 256 << 20


def quiet(program: str, *, filter_threads: int = 2) -> list[str]:
    """Return the start of a command line that asks nothing and says only what went wrong.

    Args:
        filter_threads: of each graph of filters. ffmpeg begins one for each processor otherwise,
            and each takes 8 MiB of the address space.
    """
    words = [program, "-hide_banner", "-loglevel", "error", "-max_alloc", str(_MAX_ALLOCATION)]
    if program != "ffmpeg":
        return words
    threads = str(filter_threads)
    return [*words, "-nostdin", "-filter_threads", threads, "-filter_complex_threads", threads]


def source(path: Path, file_format: FileFormat) -> list[str]:
    """Return the input arguments: this file, read by its demuxer, and nothing else opened."""
    words = ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", FORMATS]
    if file_format.leading_zeros:
        words += ["-skip_initial_bytes", str(file_format.leading_zeros)]
    if file_format.name == "mpegts":
        # Where the table of a broadcast names other PIDs from some moment on, its video and its
        # sound go on in the streams that there are (ffmpeg 5.1 drops the rest otherwise).
        words += ["-merge_pmt_versions", "1"]
    return [*words, "-f", file_format.demuxer, "-i", f"file:{path.absolute()}"]
