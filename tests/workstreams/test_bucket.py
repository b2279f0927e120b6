"""Files in a bucket, over real HTTP, against a server that speaks S3."""

import hashlib
from collections.abc import Iterator
from uuid import UUID

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from tests.conftest import World
from tests.workstreams.test_uploads import CONTENT, Sender
from workstreams import attachments, sweeping
from workstreams.choices import AttachmentKind
from workstreams.errors import StoreAway
from workstreams.filing import StrayFile
from workstreams.models import Attachment

# Nothing here is a secret: the server lets in whoever comes.
KEYS = {"region_name": "eu-central-1", "access_key": "any", "secret_key": "any"}  # pragma: allowlist secret


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that speaks S3, on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, settings: Settings) -> Iterator[object]:
    """An empty bucket that keeps the files."""
    store = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        region_name=KEYS["region_name"],
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    )
    made = store.create_bucket(Bucket="portal", CreateBucketConfiguration={"LocationConstraint": KEYS["region_name"]})
    use(settings, endpoint)
    yield made
    made.objects.all().delete()
    made.delete()


def use(settings: Settings, endpoint: str) -> None:
    """Keep files in the bucket behind this address."""
    options = {"bucket_name": "portal", "endpoint_url": endpoint, "addressing_style": "path", **KEYS}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "workstreams.storage.ObjectStorage", "OPTIONS": options},
    }


def names(bucket: object) -> list[str]:
    """Everything in the bucket."""
    return sorted(each.key for each in bucket.objects.all())  # type: ignore[attr-defined]


def add(world: World, content: bytes, number: int = 1) -> Attachment:
    """Add a file to `labels`."""
    return attachments.add(
        workstream=world.labels,
        actor=world.owner,
        upload=ContentFile(content, name="sample.csv"),
        kind=AttachmentKind.SAMPLE_DATA,
        client_key=UUID(int=number),
    )


def test_a_file_lives_in_the_bucket_until_it_is_removed(client: Client, world: World, bucket: object) -> None:
    added = add(world, CONTENT)
    assert names(bucket) == [added.key]
    assert "sample" not in added.key
    with pytest.raises(NotImplementedError):
        default_storage.url(added.key)

    client.force_login(world.member)
    address = f"/workstreams/{world.labels.public_id}/attachments/{added.public_id}/"
    assert client.get(address).getvalue() == CONTENT
    assert client.get(address, headers={"Range": "bytes=5-8"}).getvalue() == CONTENT[5:9]
    attachments.remove(attachment=added, actor=world.owner)
    sweeping.delete_stray_files(now=timezone.now())
    assert names(bucket) == []


def test_a_large_file_goes_there_in_parts(world: World, bucket: object) -> None:
    content = bytes(range(256)) * 50_000  # 12.8 MB: more than one part has
    added = add(world, content)
    etag = bucket.Object(added.key).e_tag  # type: ignore[attr-defined]

    assert "-" in etag  # how S3 marks what came in parts
    assert added.sha256 == hashlib.sha256(content).hexdigest()
    assert bucket.Object(added.key).get()["Body"].read() == content  # type: ignore[attr-defined]


def test_pieces_wait_in_the_bucket(world: World, bucket: object) -> None:
    sender = Sender(world)
    begun = sender.begin().json()
    sender.put(begun, 0, 2000)
    sender.put(begun, 2000)
    assert len(names(bucket)) == 2
    sender.finish(begun)
    sweeping.delete_stray_files(now=timezone.now())

    added = Attachment.objects.get()
    assert names(bucket) == [added.key]
    assert bucket.Object(added.key).get()["Body"].read() == CONTENT  # type: ignore[attr-defined]


def test_a_store_that_is_away_is_said_and_loses_nothing(
    client: Client, world: World, bucket: object, settings: Settings, endpoint: str
) -> None:
    kept = add(world, CONTENT)
    use(settings, "http://127.0.0.1:9")
    client.force_login(world.owner)
    address = f"/workstreams/{world.labels.public_id}/attachments/{kept.public_id}/"

    with pytest.raises(StoreAway):
        add(world, b"new", 2)
    answer = client.get(address)
    assert answer.status_code == 503
    assert "does not answer right now" in answer.content.decode()
    assert "sample.csv" in client.get(world.labels.get_absolute_url()).content.decode()
    attachments.remove(attachment=kept, actor=world.owner)
    assert sweeping.delete_stray_files(now=timezone.now()) == 0

    use(settings, endpoint)
    sweeping.delete_stray_files(now=timezone.now())
    assert names(bucket) == []
    assert StrayFile.objects.count() == 1  # of the one that could not be kept; its time comes later
