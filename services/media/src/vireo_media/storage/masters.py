"""The master playlist of a stream, as the rows say it: renditions that are ready, and captions."""

from pymysql.cursors import Cursor

from vireo_media.core.playlists import Subtitles, master_playlist
from vireo_media.storage import renditions

CAPTIONS = "SELECT Language, Label FROM Captions WHERE PathHash = %s ORDER BY Language"


def master_of(cursor: Cursor, hash_path: str, upload_id: str) -> str:
    """The master of an upload, in a transaction that holds its row; empty where there is nothing
    but sound."""
    rows = renditions.of_upload(cursor, hash_path, upload_id)
    ready = [row.made for row in rows if row.state == "ready"]
    if not any(made.height for made in ready):
        return ""
    return master_playlist(ready, captions_of(cursor, hash_path))


def captions_of(cursor: Cursor, hash_path: str) -> list[Subtitles]:
    """What a master says of a video's captions; no two have the same label."""
    cursor.execute(CAPTIONS, (hash_path,))
    found: list[Subtitles] = []
    for language, label in cursor.fetchall():
        taken = {each.label for each in found}
        name = f"{label} ({language})" if label in taken else label
        found.append(Subtitles(language, name, f"../../captions/{hash_path}/{language}"))
    return found
