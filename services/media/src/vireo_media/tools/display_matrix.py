"""How ffprobe prints the matrix by which a frame is turned and mirrored.

The angle that stands beside it is not used: of a frame that is mirrored left to right libavutil
59.39 and MediaInfo (pymediainfo 7.0.1) say 180 (findings/mirror-is-180.sh).
"""

import re

from vireo_media.core.streams import Turn

_ROW = re.compile(r"[0-9a-f]{8}:((?:\s+-?\d+){3})")


def turn_of(text: str) -> Turn:
    """Return what a matrix does, of whole quarters; players show nothing else.

    ffprobe prints three rows of three numbers, each after the row's place in hexadecimal.
    """
    rows = [[int(each) for each in row.split()] for row in _ROW.findall(text)]
    if len(rows) != 3:
        return Turn()
    (a, b, _), (c, d, _) = rows[:2]
    straight, across = min(abs(a), abs(d)), min(abs(b), abs(c))
    if straight > _QUARTER * max(abs(b), abs(c)):
        return Turn(_sign(a), 0, 0, _sign(d))
    if across > _QUARTER * max(abs(a), abs(d)):
        return Turn(0, _sign(b), _sign(c), 0)
    return Turn()


# A matrix is of whole quarters where what it mixes in of the other axis is less than this part.
_QUARTER = 100


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
