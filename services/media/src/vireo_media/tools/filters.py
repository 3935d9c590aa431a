"""The filters through which ffmpeg makes what browsers show: video and sound.

Each says why it is there; which tool and version it rests on stands in docs/media.md. Strings are
made of numbers and names of this module alone, never of what a file says in words.
"""

from dataclasses import replace

from vireo_media.core.ladder import Size, largest
from vireo_media.core.streams import Colour, Crop, Stream, Turn, displayed_size
from vireo_media.tools.survey import Shape, Sound, Survey

MAX_ENCODED_RATE = 60
MAX_THUMBNAIL_SIDE = 1280

# A size that is shown for less than this share of the film does not decide about the film's.
_LEAST_SHARE = 0.1
# More channels than a cinema's 7.1 have no known places: ffmpeg 5.1 can't mix 9 to 15, 18 or 32.
_MOST_PLACED_CHANNELS = 8
# Matrices by the names that ffmpeg's `scale` knows; what is not here is named BT.601.
_SCALE_MATRICES = {
    "bt709": "bt709",
    "fcc": "fcc",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}
_WITH_ALPHA = ("yuva", "gbrap", "rgba", "bgra", "argb", "abgr", "ya8", "ya16", "pal8")
_WITHOUT_MATRIX = ("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb", "x2bgr")

BT709_TAGS = (
    *("-color_range", "tv", "-colorspace", "bt709"),
    *("-color_primaries", "bt709", "-color_trc", "bt709"),
)


def canvas_of(video: Stream, shapes: tuple[Shape, ...]) -> Size:
    """Return the size of the largest rendition: the largest that is shown for long."""
    whole = sum(each.seconds for each in shapes)
    long = [each for each in shapes if each.seconds >= whole * _LEAST_SHARE] or list(shapes)

    def rank(shape: Shape) -> tuple[int, float]:
        width, height = displayed_size(video, shape.width, shape.height, shape.aspect)
        return width * height, shape.seconds

    chosen = max(long, key=rank)
    aspect = video.aspect if video.crop != Crop() else chosen.aspect
    return largest(*displayed_size(video, chosen.width, chosen.height, aspect))


def frame_filters(video: Stream, looked: Survey, canvas: Size) -> str:
    """Return the chain that makes upright, square, progressive BT.709 frames of this size."""
    colour, varies = looked.colour, len(looked.shapes) > 1
    alpha = video.has_alpha_layer or video.pixel_format.startswith(_WITH_ALPHA)
    chain = [
        *_as_it_was_coded(video, looked),
        _thinned(),
        *(_on_black(video, colour) if alpha else []),
        *_scaled(video, _size(canvas, varies=varies), colour, alpha=alpha),
        *(_padded(canvas) if varies else []),
        "setsar=1",
    ]
    return ",".join(chain)


def _as_it_was_coded(video: Stream, looked: Survey) -> list[str]:
    """What is done to frames as they are coded, which is before ffmpeg turns them upright.

    It turns them before the first filter, where the lines of a field become columns and the left
    side the upper one: so they are turned back for it, and upright again.
    """
    done = []
    if looked.interlaced:
        if looked.unsaid:
            done.append(f"setfield={'bff' if video.bottom_first else 'tff'}")
        # Combs are taken out of each frame that says it is interlaced, whatever the header says.
        done.append("bwdif=mode=send_frame:deint=interlaced")
    done += _cropped(video)
    if not done:
        return []
    turn = video.turn
    back = Turn(turn.a, turn.c, turn.b, turn.d)
    return [*_TURNS[back], *done, *_TURNS[turn]]


_TURNS: dict[Turn, tuple[str, ...]] = {
    Turn(): (),
    Turn(-1, 0, 0, 1): ("hflip",),
    Turn(1, 0, 0, -1): ("vflip",),
    Turn(-1, 0, 0, -1): ("hflip", "vflip"),
    Turn(0, 1, -1, 0): ("transpose=clock",),
    Turn(0, -1, 1, 0): ("transpose=cclock",),
    Turn(0, 1, 1, 0): ("transpose=cclock_flip",),
    Turn(0, -1, -1, 0): ("transpose=clock_flip",),
}


def _cropped(video: Stream) -> list[str]:
    crop = video.crop
    if crop == Crop():
        return []
    area = f"crop=iw-{crop.left}-{crop.right}:ih-{crop.top}-{crop.bottom}:{crop.left}:{crop.top}"
    return [f"{area}:exact=1", f"setsar={video.aspect:.6f}"]


def _thinned() -> str:
    """Drop frames above `MAX_ENCODED_RATE` a second, evenly; all others keep their times.

    The next one is due a sixtieth after the last one was due, or was there; half of that may be
    missing, for the clocks of cameras and screens are not even. ffmpeg's own ``-fpsmax`` rounds
    all times to a rate that it guesses from the beginning (5.1), or is refused with ``-fps_mode
    vfr`` (7.1).
    """
    due = f"max(if(eq(n\\,0)\\,t\\,ld(0))\\,t)+1/{MAX_ENCODED_RATE}"
    return f"select='if(eq(n\\,0)+gte(t\\,ld(0)-0.0083)\\,1+0*st(0\\,{due})\\,0)'"


def _matrix(video: Stream, colour: Colour) -> str:
    matrix = colour.matrix or ("bt709" if video.height >= 720 else "")
    return _SCALE_MATRICES.get(matrix, "bt601")


def _on_black(video: Stream, colour: Colour) -> list[str]:
    """What is transparent becomes black: below it files keep any colour."""
    to_rgb = f"scale=in_color_matrix={_matrix(video, colour)}:flags={_EXACT}"
    return [to_rgb, "format=gbrap16", "premultiply=inplace=1", "format=gbrp16"]


# The default of swscale rounds RGB so that grey gets a hue.
_EXACT = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"


def _size(canvas: Size, *, varies: bool) -> str:
    """The size to scale to: the canvas, or where sizes change what fits into it."""
    width, height = canvas.width, canvas.height
    if not varies:
        return f"{width}:{height}"
    return (
        f"w='max(2,round(min({width},{height}*dar)/2)*2)'"
        f":h='max(2,round(min({height},{width}/dar)/2)*2)'"
    )


def _scaled(video: Stream, size: str, colour: Colour, *, alpha: bool) -> list[str]:
    """Scale to square pixels, and convert the colours to BT.709."""
    exact = alpha or video.pixel_format.startswith(_WITHOUT_MATRIX)
    if colour.high_dynamic_range or colour.primaries in _OTHER_PRIMARIES:
        rgb = ["format=gbrp16"] if exact else []
        if exact:
            colour = replace(colour, matrix="gbr", range="pc")
        return [f"scale={size}", *rgb, *_tone_mapped(colour)]
    matrices = f"in_color_matrix={_matrix(video, colour)}:out_color_matrix=bt709:out_range=tv"
    flags = f":flags={_EXACT}" if exact else ""
    return [f"scale={size}:{matrices}{flags}", "format=yuv420p", _TAGGED]


# Wider than BT.709. Those of BT.601 differ little, and are named where nobody has looked.
_OTHER_PRIMARIES = frozenset({"bt2020", "smpte431", "smpte432"})
_TAGGED = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"


def _tone_mapped(colour: Colour) -> list[str]:
    """HDR, or the colours of BT.2020 or P3, as BT.709. They need all tags; missing ones are added.

    203 cd/m2 is the white of BT.2408. A pixel format alone (``-pix_fmt yuv420p``) keeps the tags
    of HDR and shows it pale.
    """
    transfer = colour.transfer or "bt709"
    tags = (
        f"setparams=color_primaries={colour.primaries or 'bt2020'}:color_trc={transfer}"
        f":colorspace={colour.matrix or 'bt2020nc'}:range={colour.range or 'tv'}"
    )
    linear = ["zscale=t=linear:npl=203", "format=gbrpf32le", "zscale=p=bt709"]
    tone = ["tonemap=mobius:desat=0"] if colour.high_dynamic_range else []
    return [tags, *linear, *tone, "zscale=t=bt709:m=bt709:r=tv", "format=yuv420p", _TAGGED]


def _padded(canvas: Size) -> list[str]:
    """Put frames of another shape in the middle: a phone that is turned keeps its circles."""
    size = f"{canvas.width}:{canvas.height}"
    return [f"pad={size}:(ow-iw)/2:(oh-ih)/2:black"]


def thumbnail_filters(matrix: str) -> str:
    """Return the chain that makes a JPEG of a frame of a published film.

    A JPEG is BT.601 of full range. `matrix` is that of frames that name none.
    """
    return picture_filters(matrix, MAX_THUMBNAIL_SIDE, MAX_THUMBNAIL_SIDE)


def picture_filters(matrix: str, width: int, height: int) -> str:
    """The same, of a picture that is at most so large: upright, with square pixels."""
    # "2" keeps a frame of one pixel from becoming one of none.
    factor = f"min(1,min({width}/(iw*sar),{height}/ih))"
    size = f"w='max(2,round(iw*sar*{factor}))':h='max(2,round(ih*{factor}))'"
    return scaled_to_jpeg(matrix, size=size)


def scaled_to_jpeg(matrix: str, width: int = 0, height: int = 0, *, size: str = "") -> str:
    """The same of a size that is known."""
    matrices = f"in_color_matrix={_SCALE_MATRICES.get(matrix, 'bt601')}:out_color_matrix=bt601"
    given = size or f"{width}:{height}"
    return f"scale={given}:{matrices}:out_range=pc:flags={_EXACT},format=yuvj420p,setsar=1"


def scaled_to(matrix: str, width: int, height: int) -> str:
    """Return the chain that makes BT.709 of a known size of a published film."""
    matrices = f"in_color_matrix={_SCALE_MATRICES.get(matrix, 'bt601')}:out_color_matrix=bt709"
    return f"scale={width}:{height}:{matrices}:out_range=tv,format=yuv420p,{_TAGGED},setsar=1"


def output_channels(sound: Sound) -> int:
    """Return how many channels the film gets: mono stays mono, so that it is as loud."""
    return 1 if sound.channels == {1} else 2


def sound_filters(sound: Sound) -> str:
    """Return the chain that makes mono or stereo in time with the video.

    ``async=1`` fills gaps and cuts overlaps. Not ``first_pts``: where the number of channels
    changes ffmpeg begins the chain anew, which would then fill up from 0 once more; and not
    ``async=1000``, which puts silence into sound whose clock drifts by 0.05 % (both seen with
    5.1.9).
    """
    return ",".join([*_placed(sound.channels), *_clock(sound), "aresample=async=1"])


def _placed(channels: frozenset[int]) -> list[str]:
    if channels and max(channels) > _MOST_PLACED_CHANNELS:
        return ["pan=stereo|c0=c0|c1=c1"]
    if 1 in channels and len(channels) > 1:
        # `aresample` makes stereo of mono 3 dB quieter than it was.
        return ["volume=volume='if(eq(nb_channels\\,1)\\,sqrt(2)\\,1)':precision=double"]
    return []


def _clock(sound: Sound) -> list[str]:
    """Count samples instead of believing a clock in which they have no room (AVI headers lie)."""
    if counts_samples(sound):
        return [f"asetpts=N/SR/TB+{sound.start:.6f}/TB"]
    return []


def counts_samples(sound: Sound) -> bool:
    """Whether the file's clock leaves less time than the samples of its sound take."""
    return sound.seconds > 1.1 * sound.span + 0.5
