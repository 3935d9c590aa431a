"""Links in comments: which are found, and that looking for them stays cheap."""

import itertools
import re
import subprocess
import sys

import pytest

from vireo_community.core import comment_filters
from vireo_community.core.comment_filters import LINK, CommentFilter, holds

LIMIT_SECONDS = 60
LONG = 300_000

# What a link is, said in full: a name from its beginning to its end. It takes quadratic time.
PLAIN = re.compile(
    r"https?://|\bwww\.\w|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}/"
    r"|\b[\w-]+\.(?:com|net|org|info|biz|io|co|me|ru|cn|de|xyz|top|site|online|shop|tv)\b"
)
PARTS = ("a", "bc", "1", "_", "-", ".", "/", " ", ".com", "www", "\u00e9")


def test_the_same_links_are_found_as_by_the_plain_rule() -> None:
    found = 0
    for count in range(1, 6):
        for parts in itertools.product(PARTS, repeat=count):
            text = "".join(parts)
            assert (LINK.search(text) is None) == (PLAIN.search(text) is None), text
            found += LINK.search(text) is not None
    assert found > 1000


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("see HTTPS://x.example", True),
        ("www.x", True),
        ("my-site.example/path", True),
        ("a.b.c.example/", True),
        ("a-.com", True),
        ("spam.com", True),
        ("spam.company", False),
        ("--.com", False),
        ("e.g. this/that", False),
        ("1.5/2", False),
        ("no.x/", False),
    ],
)
def test_what_a_link_is(text: str, held: bool) -> None:
    assert holds(CommentFilter(links=True), text) is held


@pytest.mark.parametrize("part", ["a", "-", "a-", "a.", "a.-", "-.", "ab.cd.", "a.b", "a.-b", "1_"])
def test_a_long_text_without_a_link_is_looked_at_in_one_pass(part: str) -> None:
    """Were it looked at again from each of its letters, this would take hours."""
    code = (
        f"from {comment_filters.__name__} import LINK;"
        f" raise SystemExit(LINK.search({part!r} * {LONG}) is not None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        check=False,
        timeout=LIMIT_SECONDS,
    )
    assert done.returncode == 0
