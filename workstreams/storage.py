"""Where files are kept: a folder, or a bucket of an object store. Both hand out parts, and neither hands out addresses.

An address of the store would let in whoever has it; here everybody is asked each time who they are.
"""

from typing import Any, Protocol, cast

from botocore.config import Config
from django.core.files.storage import FileSystemStorage, default_storage
from storages.backends.s3 import S3Storage

IN_MEMORY = 2_500_000


class Part(Protocol):
    """A part of a file that is being read. What is read last may be shorter than asked for."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class DiskStorage(FileSystemStorage):
    """A folder of this machine, or one that several machines share."""

    def part(self, key: str, start: int, _end: int) -> Part:
        """The file from `start` on; whoever reads it stops at the end they asked for."""
        source = self.open(key)
        source.seek(start)
        return cast("Part", source)


class ObjectStorage(S3Storage):  # type: ignore[misc]  # the library has no types
    """A bucket. Nothing in it is public, and large files go there in several parts at once."""

    def __init__(self, **options: Any) -> None:
        """With time-outs a person can wait for."""
        config = Config(
            connect_timeout=3,
            read_timeout=20,
            retries={"max_attempts": 2, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": options.pop("addressing_style", "auto")},
            # Checksums beyond those of S3 itself are not understood by every store that speaks it.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(
            client_config=config, file_overwrite=True, default_acl=None, max_memory_size=IN_MEMORY, **options
        )

    def part(self, key: str, start: int, end: int) -> Part:
        """The bytes from `start` up to `end`."""
        wanted = f"bytes={start}-{max(start, end - 1)}"
        return cast("Part", self.bucket.Object(key).get(Range=wanted)["Body"])

    def url(self, *_: Any, **__: Any) -> str:
        """There is none. Raises: NotImplementedError, as where there is no store."""
        raise NotImplementedError("Files are handed out by the portal alone.")


def part_of(key: str, start: int, end: int) -> Part:
    """A part of a kept file."""
    return cast("DiskStorage | ObjectStorage", default_storage).part(key, start, end)
