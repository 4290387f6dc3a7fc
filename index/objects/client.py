"""The one door to minio, which speaks with S3 and whatever answers like it; its errors in words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from index.errors import CorpusError
from index.objects.address import SCHEME, Source

_SERVER = "https://s3.amazonaws.com"
_KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws/credentials"
CONNECTIONS = 4
"""Objects that are fetched at once."""


class Gone(Exception):
    """An object went between the listing and now."""


class TooLarge(Exception):
    """An object has more bytes than it may have."""


class Closed(Exception):
    """An object is there and cannot be had, whatever else can; its text says why."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as its bucket lists it."""

    key: str
    etag: str
    """Changes with its bytes."""
    size: int


class Bucket:
    """Reads a source. Safe to use from several threads. Every method raises CorpusError, in a line for a person."""

    def __init__(self, source: Source) -> None:
        """Take server, region and keys from the environment variables and the file that other S3 programs use."""
        try:
            import urllib3
            from minio import Minio
            from minio.credentials import AWSConfigProvider, ChainedProvider, EnvAWSProvider
        except ImportError:
            raise CorpusError(f"{source} needs the extra for object storage: pip install 'citeline[objects]'") from None
        self.source = source
        self.server = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or _SERVER
        at = urlsplit(self.server)
        if at.scheme not in ("http", "https") or not at.hostname or at.path.strip("/") or at.query or at.username:
            raise CorpusError("AWS_ENDPOINT_URL is no address of a server: expected https://HOST or http://HOST:PORT")
        self.server = f"{at.scheme}://{at.netloc}"
        keys = ChainedProvider([EnvAWSProvider(), AWSConfigProvider()])
        try:
            keys.retrieve()
        except Exception:  # whatever such a file may hold
            raise CorpusError(f"no keys for {source} at {self.server}. Set {_KEYS}, and run it again") from None
        pool = urllib3.PoolManager(
            maxsize=CONNECTIONS,
            timeout=urllib3.Timeout(connect=5, read=60),
            retries=urllib3.Retry(total=3, backoff_factor=0.3, status_forcelist=[500, 502, 503, 504]),
            ca_certs=os.environ.get("AWS_CA_BUNDLE") or _certificates(),
        )
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None
        with self._in_words():
            self._client: Any = Minio(
                at.netloc, secure=at.scheme == "https", region=region, credentials=keys, http_client=pool
            )

    def listing(self) -> Iterator[Listed]:
        """Yield every object of the source, in the order of their keys."""
        with self._in_words():
            for each in self._client.list_objects(self.source.bucket, prefix=self.source.start, recursive=True):
                yield Listed(str(each.object_name), str(each.etag or ""), int(each.size or 0))

    def fetch(self, key: str, most: int) -> tuple[bytes, str]:
        """Return the bytes of an object, at most so many, and its etag. Raises Gone, TooLarge, Closed."""
        from urllib3.exceptions import DecodeError

        with self._in_words(f"{SCHEME}{self.source.bucket}/{key}"):
            response = self._client.get_object(self.source.bucket, key)
            is_whole = False
            try:
                data = response.read(most + 1)
                is_whole = len(data) <= most
            except DecodeError:
                raise Closed("its bytes are not what its Content-Encoding says") from None
            finally:
                if not is_whole:
                    response.close()  # what is left of it is not wanted
                response.release_conn()
        if not is_whole:
            raise TooLarge
        return data, str(response.headers.get("etag", "")).removeprefix("W/").strip('"')

    @contextmanager
    def _in_words(self, what: str = "") -> Iterator[None]:
        """Turn whatever goes wrong with `what`, or the source, into a line."""
        from xml.etree.ElementTree import ParseError

        from minio.error import MinioException, S3Error
        from urllib3.exceptions import HTTPError

        try:
            yield
        except S3Error as error:
            raise self._refusal(what, error.code or "", error.response.status, error.message or "") from None
        except (HTTPError, OSError) as error:
            reason = getattr(error, "reason", None) or error
            raise CorpusError(
                f"{self.server} does not answer ({type(reason).__name__}). What was fetched before is kept: check the "
                "network and AWS_ENDPOINT_URL, and run it again"
            ) from None
        except (MinioException, ParseError, ValueError, TypeError) as error:
            raise CorpusError(
                f"{self.server} does not answer as object storage does ({type(error).__name__}). Check AWS_ENDPOINT_URL"
            ) from None

    def _refusal(self, what: str, code: str, status: int, message: str) -> Exception:
        code, source = re.sub(r"[^A-Za-z0-9]", "", code)[:60] or str(status), self.source
        what = "".join(c if c.isprintable() else "?" for c in what)[:300] or str(source)
        if code == "NoSuchKey":
            return Gone()
        if code == "InvalidObjectState":
            return Closed("it is in an archive of the object storage, from which it has to be restored")
        if code == "NoSuchBucket":
            return CorpusError(
                f"there is no bucket {source.bucket} at {self.server}. Check its name, and AWS_ENDPOINT_URL for a "
                "server other than Amazon's"
            )
        if status in (401, 403):
            return CorpusError(f"{self.server} refuses to show {what} ({code}). Check {_KEYS}")
        said = "".join(c for c in message if c.isprintable())[:200]
        return CorpusError(f"{self.server} does not give {what} ({code}{': ' if said else ''}{said})")


def _certificates() -> str:
    from certifi import where

    return str(where())
