"""The playlist by which a player of HLS finds captions: the whole WebVTT is its one segment."""

import math


def playlist_of_captions(language: str, seconds: float) -> str:
    """The playlist of a video's captions in a language.

    Args:
        seconds: how long the video is, or at least what its captions are about.
    """
    whole = max(math.ceil(seconds), 1)
    lines = (
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{whole}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXTINF:{max(seconds, 1):.3f},",
        # Its times need no map: a stream begins at 0.
        # Relative, as all that a playlist names: what stands before may be a grant.
        f"{language}.vtt",
        "#EXT-X-ENDLIST",
    )
    return "\n".join(lines) + "\n"
