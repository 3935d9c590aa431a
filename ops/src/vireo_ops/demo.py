"""Fills a running Vireo with demonstration videos, and with people who use them, through its API.

Each run creates channels of its own, with a random suffix, and uploads the same dozen clips to
them; existing data is not touched.
"""

import argparse
import os
import secrets
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vireo_client import Client, NoAnswer, VireoError
from vireo_ops import caller
from vireo_ops.demo_clips import CLIPS, make_clip
from vireo_ops.demo_people import STEPS, Channel, Step, Video, enliven
from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT

CHANNELS = ("river_films", "night_sky", "pixel_garden", "signal_house", "slow_motion")
_READY_SECONDS = 600.0
_GRANT_SECONDS = 60.0
# A clip is generated, uploaded, and ready.
_STEPS_OF_A_CLIP = 3
_ALPHABET = string.ascii_lowercase + string.digits


def fill(url: str, step: Step) -> tuple[list[Channel], list[Video]]:
    """Create the channels, upload the clips, wait until all are ready, and have people use them.

    Raises:
        VireoError: a call was refused, a clip failed, or they are not ready in ten minutes.
    """
    ending = "".join(secrets.choice(_ALPHABET) for _ in range(4))
    channels = []
    for name in CHANNELS:
        channels.append(_create_channel(url, f"{name}_{ending}"))
        step(f"channel {channels[-1].name}")
    videos = []
    with tempfile.TemporaryDirectory(prefix="vireo-demo-") as folder:
        for number, clip in enumerate(CLIPS):
            file = make_clip(clip, Path(folder))
            step(f"made {clip.title} ({clip.suffix})")
            channel = channels[number % len(channels)]
            path_hash = channel.client.upload(file, clip.title, clip.description)
            file.unlink()
            videos.append(Video(path_hash, clip.title, channel))
            step(f"uploaded {clip.title}")
    until = time.monotonic() + _READY_SECONDS
    for video in videos:
        video.channel.client.wait(video.path_hash, seconds=until - time.monotonic())
        step(f"ready {video.title}")
    enliven(channels, videos, step)
    return channels, videos


def _create_channel(url: str, name: str) -> Channel:
    password = secrets.token_urlsafe(12)
    client = Client(url)
    client.sign_up(
        username=name,
        password=password,
        email=f"{name}@example.org",
        fname="Demo",
        lname="Channel",
        day=1,
        month=1,
        year=1990,
    )
    client.sign_in(name, password)
    return Channel(name, password, client)


def _steps() -> int:
    return len(CHANNELS) + _STEPS_OF_A_CLIP * len(CLIPS) + STEPS


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Step]:
    """A progress bar on a terminal, a line per step elsewhere."""
    if not console.is_terminal:
        yield print
        return
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=total)
        yield lambda text: progress.update(task, advance=1, description=text)


def places(url: str, channel: Channel, videos: Sequence[Video]) -> list[str]:
    """Lines of what can be looked at, with its address."""
    return [
        f"all videos     {url}/",
        f"one channel    {url}/@{channel.name}",
        f"search         {url}/find?q=mandelbrot",
        *(f"watch          {url}/watch/{video.path_hash}   {video.title}" for video in videos),
        f"what is kept   {url}/library",
        f"API manual     {url}/docs",
    ]


def main(arguments: Sequence[str]) -> int:
    """Fill the Vireo that this checkout's settings name, or --url; the exit status."""
    parser = argparse.ArgumentParser(prog="demo", description="Fill a running Vireo.")
    parser.add_argument("--url", default="", help="address of the gateway")
    given = parser.parse_args(arguments).url.rstrip("/")
    try:
        url = given or caller.settings().url
        with _progress(Console(), _steps()) as step:
            channels, videos = fill(url, step)
    except NoAnswer as failure:
        print(f"{failure} Start it with: make up", file=sys.stderr)
        return 1
    except (OperationError, VireoError, ValueError) as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print("\nThere is something to see now:")
    for line in places(url, channels[0], videos[:3]):
        print(f"  {line}")
    print(f"\nSign in as {channels[0].name} with the password {channels[0].password}")
    moderator = channels[-1]
    # Roles are given by who runs Vireo, and not over the network.
    if not given and _grant(moderator):
        print(f"or as {moderator.name} with {moderator.password}, to moderate: {url}/desk")
    return 0


def _grant(channel: Channel) -> bool:
    """Make the channel a moderator, natively or in containers; whether it is one."""
    command = [str(CHECKOUT / "ops" / "run.sh"), "grant"]
    variables = {**os.environ, "NAME": channel.name, "ROLE": "moderator"}
    done = subprocess.run(
        command, env=variables, check=False, stdout=subprocess.DEVNULL, timeout=_GRANT_SECONDS
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
