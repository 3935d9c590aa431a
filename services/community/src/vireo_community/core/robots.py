"""Robots that say who they are. Any other is bounded like everybody, by its address."""

import re

# Crawlers, previews of links, and what measures pages. Libraries that programs are written with are
# none: a player may be such a program. "Cubot" is a maker of telephones.
ROBOT = re.compile(
    r"(?<!cu)bot(?:\b|[/_-])|crawl|spider|slurp|archiver|facebookexternalhit|facebookcatalog"
    r"|mediapartners-google|google-inspectiontool|google-read-aloud|feedfetcher|bingpreview"
    r"|yandex(?:images|video|metrika|favicons)|whatsapp/|skypeuripreview|embedly|vkshare"
    r"|headlesschrome|phantomjs|lighthouse|pingdom|uptime|statuscake|prerender",
    re.IGNORECASE,
)


def is_robot(agent: str) -> bool:
    """Whether a User-Agent is a known robot's."""
    return ROBOT.search(agent) is not None
