"""Users without an account: they browse, search and watch."""

from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import quote

from vireo_load import checks, mix
from vireo_load.checks import Answer, Check, Page, Video, Walk, require
from vireo_load.people import Person
from vireo_load.plan import Film

_HOME, _FOUND, _CHANNEL = 24, 20, 24
# What a screen shows before anybody scrolls.
# What a video says by itself, and no list does.
_OF_ONE = {"comments_policy", "files"}
_THUMBNAILS, _PICTURES = 8, 3
_PIECE = 1 << 20
_SEED = "seed_"
# Members react to films and comment on them while others look; lists have no description.
_CHANGING = {"description", "likes", "dislikes", "my_reaction", "comments", "views"}


class Visitor(Person):
    """What every user can do with lists."""

    abstract = True

    def pages(
        self, kind: str, path: str, limit: int, walk: Walk, check: Check[Page] | None = None
    ) -> Iterator[Page]:
        """The pages of a list, with pauses between them."""
        name, cursor = kind, ""
        while True:
            page = self.ask(name, f"{path}?limit={limit}{cursor}", check or checks.page(limit))
            walk.turn(page)
            yield page
            if not page.following:
                return
            self.pause()
            name, cursor = f"{kind}, a next page", f"&{page.following}"

    def some_pages(self, kind: str, path: str, limit: int, most: int = 4) -> list[Page]:
        """The first page of a list of videos, and perhaps some more."""
        found: list[Page] = []
        for page in self.pages(kind, path, limit, Walk(newest_first=True)):
            self.look_at(page.rows)
            found.append(page)
            if len(found) == most or self.chance.random() >= mix.NEXT_PAGE:
                break
        return found

    def look_at(self, rows: Sequence[Video]) -> None:
        """Compare the rows with what was seeded, and fetch their images as a browser does."""
        for row in rows:
            known = self.day.plan.shown.get(str(row["thumbnail"]))
            if known is not None and row["type"] == "video":
                wanted = {key: known[key] for key in known if key not in _OF_ONE}
                wanted["description"] = ""
                # With a token a row also says what somebody has with the video.
                require(row.items() >= wanted.items(), f"{row!r:.120} in place of {wanted!r:.120}")
        # Videos that were seeded have no files; of a channel's own clips, some are deleted while
        # somebody looks at the list that had them.
        with_files = [row for row in rows if not str(row["channel"]).startswith(_SEED)]
        for row in with_files[:_THUMBNAILS]:
            self.thumbnail(str(row["thumbnail"]))
        seeded = sorted({str(row["channel"]) for row in rows if row not in with_files})
        for name in self.chance.sample(seeded, min(_PICTURES, len(seeded))):
            self.picture(name)

    def thumbnail(self, hash_path: str) -> None:
        """The thumbnail of a video with files."""
        wanted = self.day.thumbnails.get(hash_path)
        file = self.day.files.thumbnail(hash_path)

        def check(answer: Answer) -> None:
            if wanted is not None:
                checks.file(wanted, checks.IMAGE)(answer)
            elif answer.status == 404:
                # Deleted meanwhile; what is listed has its thumbnail.
                require(not file.exists(), "listed before its thumbnail can be had")
                checks.failure(404, "not_found")(answer)
            else:
                checks.status(answer, 200)
                require(answer.body.startswith(b"\xff\xd8\xff"), "no JPEG")

        self.ask("GET /thumbnails", f"/thumbnails/{hash_path}", check)

    def picture(self, name: str) -> None:
        """The picture of a channel: the same one at any time."""
        body = self.ask("GET /channel/picture", f"/channel/picture/{name}", checks.picture)
        require(self.day.pictures.setdefault(name, body) == body, f"another picture of {name}")

    def open(self, hash_path: str, row: Video | None = None) -> None:
        """A video's own page, which must agree with the list's row or with what was seeded."""
        wanted = self.day.plan.shown.get(hash_path)
        if wanted is None and row is not None:
            wanted = {key: value for key, value in row.items() if key not in _CHANGING}
        assert wanted is not None, f"it is not known what {hash_path} must be"
        self.ask("GET /v", f"/v/{hash_path}", checks.video(wanted))

    def channel(self, name: str) -> None:
        """A channel's own list."""
        path = f"/videos/channel/{name}"
        for page in self.some_pages("GET /videos/channel", path, _CHANNEL, most=2):
            others = {row["channel"] for row in page.rows} - {name}
            require(not others, f"videos of {others} in the list of {name}")

    def some_channel(self) -> str:
        """The name of one: few have most of the visitors."""
        number = min(int(self.chance.paretovariate(0.7)) - 1, self.day.plan.channels - 1)
        return f"{_SEED}{number:05}"

    def home(self) -> None:
        """The home list, and a video or two of it."""
        for page in self.some_pages("GET /videos/all", "/videos/all", _HOME):
            lasting = [row for row in page.rows if self._stays(row)]
            if lasting:
                self.pause()
                row = self.chance.choice(lasting)
                self.open(str(row["thumbnail"]), row)

    def _stays(self, row: Video) -> bool:
        """Whether nobody deletes or edits it meanwhile."""
        return str(row["channel"]).startswith(_SEED) or row["thumbnail"] in self.day.films


class Browser(Visitor):
    """Browses lists."""

    def visit(self) -> None:
        """By the home list, or by a link to a video or a channel."""
        match self.choose(mix.BROWSING):
            case "home":
                self.home()
            case "link":
                self.open(self.chance.choice(self.day.hash_paths))
            case _:
                self.channel(self.some_channel())


class Searcher(Visitor):
    """Searches."""

    def visit(self) -> None:
        """One search; where it found something, one of that is opened."""
        band = self.choose(mix.SEARCHES)
        if band == "channel":
            self._search_channels()
            return
        words = self.day.plan.words[band]
        word = self.chance.choice(list(words))
        rows = self._search(band, word, words[word])
        if rows:
            self.pause()
            row = self.chance.choice(rows)
            self.open(str(row["thumbnail"]), row)

    def _search(self, band: str, word: str, texts: int) -> list[Video]:
        path, walk = f"/search/all/{quote(word)}", Walk(newest_first=False)
        rows: list[Video] = []
        check = partial(self._page_with, word=word, texts=texts, before=rows)
        for page in self.pages(f"GET /search/all, {band}", path, _FOUND, walk, check):
            rows += page.rows
            # All matches of a rare word are listed, so that they can be counted.
            if band != "rare" and self.chance.random() >= mix.NEXT_PAGE:
                break
        return rows

    def _page_with(self, answer: Answer, word: str, texts: int, before: Sequence[Video]) -> Page:
        """A page of the ``texts`` videos with a word, after those ``before``."""
        page, left = checks.page(_FOUND)(answer), texts - len(before)
        wanted = min(_FOUND, left)
        require(len(page.rows) == wanted, f"{len(page.rows)} rows for {word!r}, not {wanted}")
        require(bool(page.following) == (left > _FOUND), f"{left} left, next: {page.following!r}")
        for row in page.rows:
            shown = self.day.plan.shown.get(str(row["thumbnail"]))
            text = f"{shown['title']} {shown['description']}".lower() if shown else word
            require(word in text, f"{row['thumbnail']} does not have {word!r}")
        return page

    def _search_channels(self) -> None:
        # The beginning of some names.
        beginning = self.some_channel()[: self.chance.randint(7, 10)]

        def check(answer: Answer) -> None:
            page = checks.page(_FOUND)(answer)
            require(bool(page.rows), f"no channel {beginning}")
            for row in page.rows:
                name = str(row["channel"])
                require(row["type"] == "channel" and beginning in name, f"{name} is found")

        self.ask("GET /search/channel", f"/search/channel/{beginning}?limit={_FOUND}", check)


class Viewer(Visitor):
    """Watches films, as a browser's player does: in ranges, seeking."""

    def visit(self) -> None:
        """One film, or a piece of it."""
        film = self.film()
        wanted = {"thumbnail": film.hash_path, "title": film.title, "type": "video"}
        self.ask("GET /v", f"/v/{film.hash_path}", checks.video(wanted))
        self.thumbnail(film.hash_path)
        etag = self._piece(film, 0, "")
        for _ in range(self.chance.randint(0, mix.SEEKS) + 1):
            self._watch_on(film, etag)
        self._come_back(film, etag)

    def _watch_on(self, film: Film, etag: str) -> None:
        size = len(self.day.bytes[film.hash_path])
        first = self.chance.randrange(size)
        for _ in range(self.chance.randint(1, mix.PIECES_IN_A_ROW)):
            self.pause()
            if first >= size:
                return
            require(self._piece(film, first, etag) == etag, "another ETag of the same film")
            first += _PIECE

    def _piece(self, film: Film, first: int, etag: str) -> str:
        """A MiB from ``first`` on; the film's ETag."""
        whole = self.day.bytes[film.hash_path]
        last = min(first + _PIECE, len(whole)) - 1
        headers = {"Range": f"bytes={first}-{last}"}
        if etag:
            headers["If-Range"] = etag
        check = checks.part(whole, first, last)
        return self.ask("GET /video/d, a MiB", f"/video/d/{film.hash_path}", check, headers)

    def _come_back(self, film: Film, etag: str) -> None:
        """What a browser asks when it has the film already: 304, without a byte of it."""

        def check(answer: Answer) -> None:
            checks.status(answer, 304)
            require(not answer.body, "bytes of a film that has not changed")

        path, headers = f"/video/d/{film.hash_path}", {"If-None-Match": etag}
        self.ask("GET /video/d, not modified", path, check, headers)
