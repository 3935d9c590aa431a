"""``make kills``: videos are uploaded while worker, tools and MariaDB are killed at random moments.

At the end every video whose upload was acknowledged must be what the same clip is without a kill:
its original byte for byte, as many frames in the MP4 and in each rendition, no more and no fewer
files. Exit status: 0 where all are, 1 where not, 2 where something did not start or was stopped.
"""

import argparse
import itertools
import os
import random
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from vireo_client import Client
from vireo_harness.command import Command, Display, Report
from vireo_harness.report import Table
from vireo_harness.testbed import Testbed, running_testbed
from vireo_kills import killer, videos
from vireo_kills.videos import Channel
from vireo_testing.person import details

_CHANNELS = 3
_MOST_KILLS = 1000
# Longer than any lease and any pause between attempts.
_SETTLED_SECONDS = 900.0
_SWEPT_SECONDS = 180.0
# The janitor keeps parts of streams for hours, because somebody may be watching.
_AGED_SECONDS = 24 * 3600.0
_PATIENCE_SECONDS = 60.0
_MISCOUNTED = """
SELECT c.Username, s.Videos FROM ChannelStats s JOIN Channels c USING (ChannelID)
WHERE s.Videos <> (
    SELECT COUNT(*) FROM Videos v WHERE v.ChannelID = s.ChannelID AND v.State = 'ready'
)
"""


@dataclass(frozen=True)
class Outcome:
    """What became of the videos: how many of each clip, how many had failed and were tried again,
    and what is not as it should be."""

    seconds: float
    killed: Mapping[str, int]
    uploaded: Mapping[str, int]
    failed: int
    wrong: Sequence[str]


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kills", type=int, choices=range(1, _MOST_KILLS + 1), metavar="N", default=200
    )
    parser.add_argument("--seed", type=int, default=1, help="for other moments")


def _measure(options: argparse.Namespace, display: Display) -> Outcome:
    count = 6 if options.short else options.kills
    with running_testbed("kills", options.folder, 100, 5, display.step) as testbed:
        return _killed(testbed, count, random.Random(options.seed), display)


def _killed(testbed: Testbed, count: int, chance: random.Random, display: Display) -> Outcome:
    display.step("making clips")
    clips = videos.sources(testbed.folder)
    vireo = testbed.vireo
    people = [_somebody(vireo.url) for _ in range(_CHANNELS)]
    display.step("uploading them undisturbed")
    expected = _undisturbed(testbed, people[0], clips)
    ended, began = threading.Event(), time.monotonic()
    channels = [Channel(person, clips, random.Random(chance.random()), ended) for person in people]
    display.count(count)

    def told(killed: Counter[str]) -> None:
        display.advance()
        display.step(f"killing: {killer.shown(killed)}")

    with ThreadPoolExecutor(_CHANNELS) as pool:
        uploads = [pool.submit(channel.work) for channel in channels]
        try:
            killed = killer.kill_at_random(vireo, count, chance, told)
        finally:
            ended.set()
    for upload in uploads:
        upload.result()
    seconds = time.monotonic() - began
    display.step("waiting until all has ended")
    failed = _settle(testbed, channels)
    display.step("looking at every video")
    wrong = [text for channel in channels for text in channel.refused]
    wrong += _compared(testbed, channels, expected)
    uploaded = Counter(kind for channel in channels for kind in channel.acknowledged.values())
    if not uploaded:
        wrong.append("nothing was uploaded")
    return Outcome(seconds, killed, uploaded, failed, wrong)


def _somebody(url: str) -> Client:
    """Somebody new, whose calls outlast a program that is being started anew."""
    name, password = f"k{uuid.uuid4().hex[:14]}", uuid.uuid4().hex
    client = Client(url, seconds=_PATIENCE_SECONDS, patience=_PATIENCE_SECONDS)
    client.sign_up(**details(name, password))
    client.sign_in(name, password)
    return client


def _undisturbed(
    testbed: Testbed, client: Client, clips: Mapping[str, Path]
) -> dict[str, dict[str, object]]:
    """What becomes of each clip where nothing is killed."""
    hashes = {kind: client.upload(path, kind) for kind, path in clips.items()}
    failed = videos.wait_until_ended(client, iter(hashes.values()), _SETTLED_SECONDS)
    assert not failed, f"these fail without a kill: {failed}"
    _wait_until_nothing_is_left(testbed)
    files = testbed.vireo.files
    return {kind: videos.facts(client, files, each) for kind, each in hashes.items()}


def _settle(testbed: Testbed, channels: Sequence[Channel]) -> int:
    """Wait until all has ended; what has failed is tried again by its owner. How many had."""
    failed = _ended(testbed, channels)
    for channel, hash_path in failed:
        channel.client.retry_processing(hash_path)
    left = _ended(testbed, channels)
    assert not left, f"these failed again with nothing killed: {[name for _, name in left]}"
    return len(failed)


def _ended(testbed: Testbed, channels: Sequence[Channel]) -> list[tuple[Channel, str]]:
    """Wait until every job is done; videos of which something has failed."""
    _wait_until_nothing_is_left(testbed)
    return [
        (channel, hash_path)
        for channel in channels
        for hash_path in videos.wait_until_ended(
            channel.client, iter(channel.acknowledged), _SETTLED_SECONDS
        )
    ]


def _compared(
    testbed: Testbed, channels: Sequence[Channel], expected: Mapping[str, Mapping[str, object]]
) -> list[str]:
    """In what any video differs from what it would be without a kill, and what is left behind."""
    _wait_until_nothing_is_left(testbed)
    _age(testbed.vireo.files.root)
    # A worker that starts sweeps all of the store.
    for pid in killer.victims(testbed.vireo, "worker", random.Random(0)):
        killer.kill(pid)
    until = time.monotonic() + _SWEPT_SECONDS
    while (wrong := _differences(testbed, channels, expected)) and time.monotonic() < until:
        time.sleep(1)
    return wrong


def _differences(
    testbed: Testbed, channels: Sequence[Channel], expected: Mapping[str, Mapping[str, object]]
) -> list[str]:
    files = testbed.vireo.files
    wrong = [f"outlived its worker: {text}" for text in killer.outlived(str(files.root))]
    for folder in ("incoming", "staging"):
        wrong += [f"left behind: {folder}/{path.name}" for path in (files.root / folder).iterdir()]
    for channel in channels:
        for hash_path, kind in channel.acknowledged.items():
            found = videos.facts(channel.client, files, hash_path)
            wrong += [
                f"{kind} {hash_path}: {name} is {found[name]}, and not {value}"
                for name, value in expected[kind].items()
                if found[name] != value
            ]
    with testbed.vireo.database() as connection, connection.cursor() as cursor:
        cursor.execute(_MISCOUNTED)
        wrong += [f"channel {name} counts {said} videos" for name, said in cursor.fetchall()]
    return wrong


def _wait_until_nothing_is_left(testbed: Testbed) -> None:
    """Wait until every job is done."""
    until = time.monotonic() + _SETTLED_SECONDS
    with testbed.vireo.database() as connection, connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT Queue, Kind, Subject FROM Jobs WHERE State <> 'quarantined'")
            left = cursor.fetchall()
            if not left:
                return
            assert time.monotonic() < until, f"jobs are left: {left[:5]}"
            time.sleep(0.2)


def _age(root: Path) -> None:
    """Make all files look untouched for a day, so that nothing is kept for being young."""
    at = time.time() - _AGED_SECONDS
    for path in itertools.chain((root / "staging").rglob("*"), (root / "public").rglob("*")):
        if path.is_file():
            os.utime(path, (at, at))


def reported(outcome: Outcome) -> Report:
    uploaded = ", ".join(f"{count} {kind}" for kind, count in sorted(outcome.uploaded.items()))
    rows = [
        ("killed", f"{killer.shown(outcome.killed)} in {outcome.seconds:.0f} s"),
        ("uploads acknowledged", uploaded),
        ("failed with a reason, then made by a retry", str(outcome.failed)),
        ("differ from the same clip without a kill", str(len(outcome.wrong))),
    ]
    table = Table(("what", "how many"), rows, "Kills", words=("how many",))
    values = {
        "killed": dict(outcome.killed),
        "uploaded": dict(outcome.uploaded),
        "failed": outcome.failed,
        "wrong": list(outcome.wrong),
    }
    return Report([table.on_terminal()], values, table.in_markdown(), "", outcome.wrong)


KILLS = Command(
    name="kills",
    title="killing",
    description=__doc__ or "",
    written="kills",
    page_picture="",
    marks=("<!-- kills -->", "<!-- end of kills -->"),
    add_options=_add_options,
    measure=_measure,
    report=reported,
)

if __name__ == "__main__":
    sys.exit(KILLS.main())
