"""One upload on its way."""

import threading
from pathlib import Path

import pytest

from vireo_common.jobs import Job
from vireo_media.core.uploads import Upload, UploadState
from vireo_media.storage.staging import Results
from vireo_media.worker.steps.work import Work


@pytest.fixture
def work(tmp_path: Path) -> Work:
    source = tmp_path / "body"
    source.write_bytes(b"body")
    payload = {"upload_id": "0" * 32}
    job = Job(1, "encode", "aB3dE6g", payload, attempt=1, max_attempts=3, lease="1" * 32)
    upload = Upload("aB3dE6g", "0" * 32, UploadState.STORED, None, None)
    results = Results(tmp_path / "made")
    return Work(job, upload, source, results, threading.Event())
