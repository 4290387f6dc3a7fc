"""Articles in object storage, from a real server that speaks S3 on loopback, by the command.

Needs minio and, in an environment of its own, moto's server: tests/scale/setup.sh.
"""

import contextlib
import gzip
import http.server
import json
import threading

import pytest
from engines import need
from fakes import BagEmbedder
from s3_server import S3Process

from index.ingestion import build
from index.objects import client, settle_source
from index.storage import Library

need("objects", "minio")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def storage():
    server = S3Process()
    server.start()
    yield server
    server.kill()


@pytest.fixture
def bucket(storage, request, monkeypatch, tmp_path):
    """A bucket that no other test has, with articles under press/; the environment names its server and keys."""
    name = "b" + "".join(each for each in request.node.name if each.isalnum() and each.isascii()).lower()[-50:]
    monkeypatch.setenv("AWS_ENDPOINT_URL", storage.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("CITELINE_OBJECTS", str(tmp_path / "objects"))
    for each in ("AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(each, raising=False)
    storage.make(name)
    for n in range(30):
        storage.put(name, f"press/2024/{n:02}.txt", article(n))
    storage.put(name, "press/à la une/été 100%+.html", "<title>Musée</title><p>Le musée ouvre demain.</p>".encode())
    storage.put(name, "pressure/x.txt", article(99))
    return name


def article(n, said="rouvre lundi"):
    return f"Titre {n}\n\nLe pont numéro {n} de Vernay {said}, dit la mairie.".encode()


def one_line(result):
    code, _out, err = result
    lines = [line for line in err.splitlines() if not line.endswith("…")]
    assert code == 1 and len(lines) == 1 and lines[0].startswith("citeline: "), result
    return lines[0]


def test_a_bucket_is_read_as_a_folder_is(storage, bucket, citeline, tmp_path):
    """The same articles, texts and vectors as from a folder with the same files; its changes are followed."""
    source = f"s3://{bucket}/press"
    code, out, err = citeline("index", source, "--json")
    assert code == 0 and "31 objects, 31 fetched" in err, err
    for n in range(30):
        path = tmp_path / "press" / "2024" / f"{n:02}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(article(n))
    (tmp_path / "press" / "à la une").mkdir()
    (tmp_path / "press" / "à la une" / "été 100%+.html").write_text("<title>Musée</title><p>Le musée ouvre demain.</p>")
    build(tmp_path / "local", BagEmbedder(), [tmp_path / "press"])
    one, other = Library.open(tmp_path / "library"), Library.open(tmp_path / "local")
    same = [name for name in one.manifest.files if not name.startswith("articles-")]
    assert one.by_id.keys() == other.by_id.keys() and len(one.by_id) == 31
    assert {name: one.manifest.files[name] for name in same} == {name: other.manifest.files[name] for name in same}

    storage.put(bucket, "press/2024/03.txt", article(3, "reste clos!!"))
    storage.put(bucket, "press/2024/new.md", b"# Neuf\n\nUn article tout neuf.")
    storage.put(bucket, "press/film.mp4", b"x")
    storage.delete(bucket, "press/2024/04.txt")
    _, out, err = citeline("index", "--json")
    report = json.loads(out)
    assert "31 objects, 2 fetched" in err and "1 gone" in err and "1 not fetched" in err
    assert (report["changed"], report["added"], report["removed"]) == (
        ["2024/03.txt"],
        ["2024/new.md"],
        ["2024/04.txt"],
    )
    assert [each["path"] for each in report["skipped"]] == [f"{source}/film.mp4"]
    code, out, err = citeline("index")
    assert code == 0 and "nothing new" in err and "nothing changed: 31 articles" in out

    status = json.loads(citeline("status", "--json")[1])
    assert status["folders"] == [source]
    assert source in citeline("status")[1]
    storage.put(bucket, "more/one.txt", article(50))
    citeline("index", f"s3://{bucket}/more")
    code, out, err = citeline("index", "--forget", source, "--json")
    assert len(json.loads(out)["removed"]) == 31 and source not in err
    assert json.loads(citeline("status", "--json")[1])["folders"] == [f"s3://{bucket}/more"]


def test_more_objects_than_a_page_of_the_listing(storage, bucket, citeline):
    """1,000 come at a time."""
    for n in range(1001):
        storage.put(bucket, f"many/{n:04}.mp4", b"")
    storage.put(bucket, "many/zzz.txt", article(1))
    code, out, err = citeline("index", f"s3://{bucket}/many")
    assert code == 0 and "1 object, 1 fetched" in err and "1,001 not fetched" in err and "1 articles" in out


def test_no_key_becomes_a_path_elsewhere(storage, bucket, citeline, tmp_path):
    for key in ("../up.txt", "a/../../../up.txt", "a//b.txt", "./z.txt", "/etc/cron.txt", "a/01.txt/x.txt", "a/01.txt"):
        storage.put(bucket, f"odd/{key}", article(7))
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    code, out, err = citeline("index", f"s3://{bucket}/odd")
    assert code == 0 and "1 object, 1 fetched" in err and "6 not fetched" in err
    assert out.count("its key cannot be the name of a file") == 6
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    folder = settle_source(f"s3://{bucket}/odd")
    assert all(path.is_relative_to(folder.parent) or path.is_relative_to(tmp_path / "library") for path in new)


def test_compressed_objects_are_unpacked_within_limits(storage, bucket, citeline, tmp_path):
    """As a browser would; one that only says so, one in an archive and one that unpacks to too much are left out."""
    storage.put(bucket, "gz/a.txt", gzip.compress(article(1)), Content_Encoding="gzip")
    storage.put(bucket, "gz/false.txt", article(2), Content_Encoding="gzip")
    storage.put(bucket, "gz/bomb.txt", gzip.compress(b"x" * 30_000_000), Content_Encoding="gzip")
    storage.put(bucket, "gz/cold.txt", article(3), x_amz_storage_class="GLACIER")
    code, out, err = citeline("index", f"s3://{bucket}/gz")
    assert code == 0 and "1 object, 1 fetched" in err and "3 not fetched" in err, (out, err)
    assert "Content-Encoding" in out and "may have 10,000,000" in out and "restored" in out
    assert Library.open(tmp_path / "library").articles[0].lines[2].endswith("rouvre lundi, dit la mairie.")
    assert "1 object, nothing new" in citeline("index")[2]


def test_what_is_wrong_is_said_in_one_line(storage, bucket, citeline, monkeypatch, tmp_path):
    """No such bucket, nothing under the prefix, no keys, no server, another server, half an address."""
    source = f"s3://{bucket}/press"
    assert "there is no bucket nobodys-bucket at http://127.0.0.1" in one_line(citeline("index", "s3://nobodys-bucket"))
    assert f"under s3://{bucket}/nothing" in one_line(citeline("index", f"s3://{bucket}/nothing"))
    assert "expected s3://BUCKET" in one_line(citeline("index", "s3://"))
    assert "s3://other was never read on this machine" in one_line(citeline("index", "--forget", "s3://other"))
    storage.put(bucket, "false/a.pdf", b"no PDF")
    code, _, err = citeline("index", f"s3://{bucket}/false")
    assert code == 1 and f"found in s3://{bucket}/false; 1 skipped, such as s3://{bucket}/false/a.pdf: it is " in err
    citeline("index", source)
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        assert "http://127.0.0.1:9 does not answer" in one_line(citeline("index"))
        patch.setenv("AWS_ENDPOINT_URL", "ftp://somebody:secret@host/x")
        said = one_line(citeline("index"))
        assert "AWS_ENDPOINT_URL is no address" in said and "secret" not in said
    with monkeypatch.context() as patch:
        patch.delenv("AWS_SECRET_ACCESS_KEY")
        assert f"no keys for {source}" in one_line(citeline("index"))
        (tmp_path / "none").write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
        assert citeline("index")[0] == 0  # as other programs find them
    assert Library.open(tmp_path / "library").manifest.n_articles == 31


class Odd(http.server.BaseHTTPRequestHandler):
    """Answers what it is told to, whatever is asked."""

    answer = (200, {}, b"")

    def do_GET(self):
        status, headers, body = self.answer
        self.send_response(status)
        for name, value in ({"Content-Length": len(body)} | headers).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


XML = {"Content-Type": "application/xml"}
DENIED = b"<Error><Code>Access<b>Denied</Code><Message>no\x1b[31m</Message></Error>"
LISTED = (
    b"<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><Contents><Key>press/a.txt</Key>"
    b"<ETag>&quot;e&quot;</ETag><Size>10</Size></Contents></ListBucketResult>"
)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((403, XML, b"<Error><Code>InvalidAccessKeyId</Code></Error>"), r"refuses to show .*InvalidAccessKeyId.*AWS_ACC"),
        ((403, XML, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"), "refuses to show .*AccessDenied"),
        ((400, XML, b"<Error><Code>Odd</Code><Message>a&#10;b</Message></Error>"), r"does not give .*\(Odd: ab\)"),
        ((403, XML, DENIED), "does not answer as object storage does"),
        ((200, {"Content-Type": "text/html"}, b"<html><p>Hello"), "does not answer as object storage does"),
        ((200, XML, b"\xff\xfe"), "does not answer as object storage does"),
        ((404, {"Content-Type": "text/html"}, b"none"), "does not answer as object storage does"),
        ((503, XML, b""), "does not answer"),
        ((200, XML | {"Content-Length": 5000}, LISTED), "does not answer"),
    ],
)  # fmt: skip
def test_a_server_that_answers_oddly_is_said_in_one_line(bucket, citeline, monkeypatch, answer, said):
    import re

    monkeypatch.setattr(Odd, "answer", answer)
    monkeypatch.setenv("AWS_REGION", "eu-west-3")  # else it is asked for the region first
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        line = one_line(citeline("index", f"s3://{bucket}/press"))
        assert re.search(said, line) and line.isprintable(), line
    finally:
        server.shutdown()
        server.server_close()


def test_the_server_is_killed_while_objects_are_fetched(bucket, citeline, tmp_path, monkeypatch):
    """One line; when it is back with the same objects, what was fetched is not fetched again."""
    server = S3Process()
    server.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    fetch, fetched, deaths = client.Bucket.fetch, [], [server.kill]

    def counted(self, key, most):
        if len(fetched) >= 10 and deaths:  # once, by whichever thread is first
            with contextlib.suppress(IndexError):
                deaths.pop()()
        found = fetch(self, key, most)
        fetched.append(key)
        return found

    def fill():
        server.make("again")
        for n in range(30):
            server.put("again", f"press/{n:02}.txt", article(n))

    monkeypatch.setattr(client.Bucket, "fetch", counted)
    fill()
    assert "does not answer" in one_line(citeline("index", "s3://again/press"))
    kept = len(fetched)
    assert 10 <= kept < 30 and not (tmp_path / "library" / "CURRENT").exists()
    server.start()
    try:
        fill()
        code, out, err = citeline("index", "s3://again/press")
        assert code == 0 and f"30 objects, {30 - kept} fetched" in err and "30 articles" in out
        assert sorted(fetched) == [f"press/{n:02}.txt" for n in range(30)]
    finally:
        server.kill()


def test_a_cluster_reads_the_copies(bucket, citeline, tmp_path):
    """With --ray as from a folder: the library is the one of one machine."""
    need("ray", "ray")
    from raylets import files_of, raylets

    from index.cluster import Share
    from index.cluster.workers import RayWorkers

    assert citeline("index", f"s3://{bucket}/press")[0] == 0
    with raylets(1):
        workers = RayWorkers(BagEmbedder, Share())
        build(tmp_path / "ray", BagEmbedder(), [settle_source(f"s3://{bucket}/press")], workers=workers)
    assert files_of(tmp_path / "ray") == files_of(tmp_path / "library")
