"""The mix of users, and what they do how often: the one place for all weights.

There is no log of real traffic to take them from. They follow what is known of any video site: for
each visitor who searches many browse, most requests are for lists and images, most bytes are films,
and hardly anybody uploads. Members are more than on a real site, so that what costs most (hashing a
password, taking a file, encoding) happens often enough to be seen in minutes.
"""

import math
from collections.abc import Mapping

# Percent of all users.
PEOPLE: Mapping[str, float] = {
    # They come by the home list, and by links to one video or channel.
    "browser": 42,
    # They know what they want; a search costs the database more than any list.
    "searcher": 15,
    # A film is watched for longer than a list is looked at, so at any time many are watching.
    "viewer": 28,
    # They have an account.
    "member": 15,
}

# How a visit of a browser begins, in percent.
BROWSING: Mapping[str, float] = {
    "home": 60,
    # Links from elsewhere lead to videos of any age: nothing of that is in any cache.
    "link": 25,
    "channel": 15,
}

# What is searched for, in percent. A word that stands in most videos is what is typed first, and
# costs most; people mean what they type, so most words are rare.
SEARCHES: Mapping[str, float] = {"rare": 50, "medium": 30, "common": 12, "channel": 8}

# What a member does: so many of each in a shuffled deck, so that even a short run has some of each.
MEMBER: Mapping[str, int] = {
    # Signed in people browse too, and what they get is never from the gateway's cache.
    "browse": 7,
    "look": 6,
    "upload": 4,
    # Watch, like, comment, follow: few of those who watch do, but each is a write.
    "take_part": 3,
    # A front end refreshes a token every few hours. Here it is every minute.
    "refresh": 2,
    # One bcrypt is half a second of processor time.
    "sign_in_again": 2,
    # Most cameras and phones make what a browser plays. The rest keeps a core busy for seconds.
    "encode": 1,
}

# The probability of a next page: people leave rather than turn many pages.
NEXT_PAGE = 0.35
# Pieces of a MiB that are watched in a row before somebody seeks, and how often anybody does.
PIECES_IN_A_ROW, SEEKS = 5, 3
# Clips of a member that stay: with the next one, the oldest is deleted.
KEPT_CLIPS = 3


def counted(people: int) -> dict[str, int]:
    """How many of each kind there are among ``people``; at least one of each."""
    total = sum(PEOPLE.values())
    exact = {kind: people * share / total for kind, share in PEOPLE.items()}
    counts = {kind: max(1, math.floor(number)) for kind, number in exact.items()}
    by_rest = sorted(PEOPLE, key=lambda kind: exact[kind] - counts[kind], reverse=True)
    while sum(counts.values()) < people:
        counts[by_rest.pop(0)] += 1
    while sum(counts.values()) > people:
        most = max(counts, key=lambda kind: counts[kind])
        counts[most] -= 1
    return counts
