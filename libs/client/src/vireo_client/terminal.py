"""What a person sees: plain text, and a bar for the bytes that go."""

import shutil
import sys
import time

_DRAWN_SECONDS = 0.1
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def plain(text: str) -> str:
    """A text of somebody else's without the characters that steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def tell(text: str) -> None:
    """Say something that is not the result."""
    print(plain(text), file=sys.stderr, flush=True)


def size(count: float) -> str:
    """A number of bytes as people write it."""
    unit = 0
    while count >= 1024 and unit < len(_UNITS) - 1:
        count /= 1024
        unit += 1
    return f"{count:.1f} {_UNITS[unit]}" if unit else f"{count:.0f} {_UNITS[0]}"


class Bar:
    """How far an upload is, in one line of the terminal; nothing where nobody watches."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._began = self._drawn = time.monotonic()

    def __call__(self, sent: int, total: int) -> None:
        """Draw it, unless it was drawn a moment ago."""
        now = time.monotonic()
        if sent == 0:
            self._began = now
        if not self._shown or (0 < sent < total and now - self._drawn < _DRAWN_SECONDS):
            return
        self._drawn = now
        share = sent / total if total else 1.0
        rate = size(sent / max(now - self._began, 0.001))
        text = f" {share:4.0%}  {size(sent)} of {size(total)}  {rate}/s"
        room = max(0, shutil.get_terminal_size().columns - len(text) - 3)
        full = int(share * room)
        print(f"\r[{'#' * full}{' ' * (room - full)}]{text}", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print(file=sys.stderr)
