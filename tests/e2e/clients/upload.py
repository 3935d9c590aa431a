"""Uploads a file with tuspy, unchanged, which sends a checksum with each piece; prints where it is.

    upload.py '{"endpoint": address, "token": file, "file": path, "chunk": bytes}'

After its retries tuspy gives up; who calls it tries again.
"""

import json
import sys
import time
from pathlib import Path

import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

RETRIES, RETRY_SECONDS, PAUSE_SECONDS = 3, 1, 0.25


def main() -> None:
    """Upload it, however often the line is cut."""
    asked = json.loads(sys.argv[1])
    token, file = Path(asked["token"]), Path(asked["file"])
    client = TusClient(asked["endpoint"], headers={"Authorization": token.read_text()})
    uploader = client.uploader(
        str(file),
        chunk_size=asked["chunk"],
        metadata={"filename": file.name, "title": "By tuspy"},
        retries=RETRIES,
        retry_delay=RETRY_SECONDS,
        upload_checksum=True,
    )
    is_known = True
    while not is_known or uploader.offset < file.stat().st_size:
        client.set_headers({"Authorization": token.read_text()})
        try:
            if not is_known:
                uploader.offset, is_known = uploader.get_offset(), True
            uploader.upload_chunk()
        except (TusCommunicationError, requests.ConnectionError):
            is_known = uploader.url is None
            time.sleep(PAUSE_SECONDS)
    print(json.dumps({"url": uploader.url}))


main()
