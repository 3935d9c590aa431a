"""Ids of viewers, and robots."""

import datetime as dt

import pytest

from vireo_community.core.robots import is_robot
from vireo_community.core.viewers import Viewer, Viewers

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


class Keys:
    """Keys in memory; remembers which days were asked for."""

    def __init__(self) -> None:
        self.asked: list[dt.date] = []

    def key(self, day: dt.date) -> bytes:
        self.asked.append(day)
        return day.isoformat().encode()


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def viewers(keys: Keys, clock: Clock) -> Viewers:
    return Viewers(keys, clock)


def test_an_account_is_the_same_everywhere(viewers: Viewers) -> None:
    first = viewers.identify(7, "198.51.100.7", "one")
    assert viewers.identify(7, "198.51.100.8", "two").key == first.key
    assert viewers.identify(8, "198.51.100.7", "one").key != first.key
    assert first.source == first.key


def test_without_one_it_is_the_network_and_the_browser(viewers: Viewers) -> None:
    def viewer(address: str, agent: str = "one") -> Viewer:
        return viewers.identify(None, address, agent)

    assert viewer("2001:db8::1").key == viewer("2001:db8::ffff").key
    assert viewer("2001:db8::1").key != viewer("2001:db8:0:1::1").key
    assert viewer("198.51.100.7").key != viewer("198.51.100.8").key
    assert viewer("198.51.100.7").key != viewer("198.51.100.7", "two").key
    assert viewer("198.51.100.7").source == viewer("198.51.100.7", "two").source
    # What is beyond the limit makes nobody another viewer.
    assert viewer("x", "a" * 500 + "b").key == viewer("x", "a" * 500 + "c").key
    assert len(viewer("", "\ud800").key) == 16


def test_each_day_they_are_others_and_the_day_before_is_known(
    viewers: Viewers, keys: Keys, clock: Clock
) -> None:
    today = viewers.identify(7, "", "")
    assert viewers.identify(7, "", "") == today
    assert keys.asked == [dt.date(2026, 3, 1), dt.date(2026, 2, 28)], "once for each day"
    clock.now += dt.timedelta(days=1)
    tomorrow = viewers.identify(7, "", "")
    assert tomorrow.key not in {today.key, today.before}
    assert tomorrow.before == today.key
    clock.now += dt.timedelta(days=9)
    viewers.identify(7, "", "")
    assert dt.date(2026, 3, 1) not in viewers._known, "an old key is forgotten"


@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (compatible; bingbot/2.0) Chrome/116.0 Safari/537.36",
            True,
        ),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", True),
        ("Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)", True),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0.0.0 Safari/537.36", True),
        ("Baiduspider+(+http://www.baidu.com/search/spider.htm)", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", False),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT X19 S) Chrome/120.0 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (Linux; Android 8.1.0; CUBOT_POWER) Chrome/120.0 Mobile", False),
        ("python-requests/2.32", False),
        ("curl/8.5.0", False),
        ("", False),
    ],
)
def test_robots_are_those_that_say_so(agent: str, robot: bool) -> None:
    assert is_robot(agent) is robot
