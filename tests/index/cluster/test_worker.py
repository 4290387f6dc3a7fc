"""What a worker of a cluster does and sends back, without a cluster: it is what a local build does."""

import os
import pickle
import socket
from functools import partial

import pytest
from bad_files import BAD
from fakes import BagEmbedder

from index.cluster import worker as worker_module
from index.cluster.worker import Worker, made_by
from index.cluster.workers import RayWorkers, Share, _batches, _in_order, _Reader
from index.errors import ClusterError, ModelNotFound
from index.ingestion.indexing import build
from index.skip_reason import SkipReason
from index.storage.library import Library


class HereWorkers(RayWorkers):
    """Workers in this process, one item each, in an order in which no cluster has to give them; what travels is
    pickled, as Ray does it."""

    class _Pool:
        def __init__(self, worker):
            self._worker = worker

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._worker._extractor.close()

        def run(self, call, items, tick):
            for n in sorted(range(len(items)), key=lambda n: (-(n % 3), n)):
                yield n, call(_Remote(self._worker), items[n])

    def _pool(self, make_embedder, fingerprint):
        worker = Worker(made_by(), make_embedder)
        worker.start(fingerprint)
        return self._Pool(worker)


class _Remote:
    """Methods as Ray has them: `worker.read.remote(…)`."""

    def __init__(self, worker):
        self._worker = worker

    def __getattr__(self, name):
        class Method:
            @staticmethod
            def remote(*given):
                return travelled(getattr(self._worker, name)(*travelled(given)))

        return Method


def travelled(value):
    return pickle.loads(pickle.dumps(value))


def by_others():
    return HereWorkers(BagEmbedder, Share())


def both(tmp_path, folder, monkeypatch, **given):
    """Reports and libraries of a local build and of one by others, at the same time of day."""
    monkeypatch.setattr("index.ingestion.reading.time.time", lambda: 1.0)
    reports = [
        build(tmp_path / name, BagEmbedder(), [folder], workers=workers, **given)
        for name, workers in (("local", None), ("others", by_others()))
    ]
    return reports, [Library.open(tmp_path / name).manifest for name in ("local", "others")]


def assert_same(reports, manifests):
    told = [
        (r.added, r.changed, r.renamed, r.removed, r.unchanged, r.skipped, r.many, r.notes, r.n_chunks, r.n_embedded)
        for r in reports
    ]
    assert told[0] == told[1]
    assert manifests[0].files == manifests[1].files
    assert manifests[0].skipped == manifests[1].skipped and manifests[0].many == manifests[1].many


@pytest.fixture
def mixed(folder):
    """Articles of several kinds, files of several articles, and files that are none."""
    for name, data in BAD.items():
        (folder / name).write_bytes(data)
    (folder / "page.html").write_text("<html><title>Le musée</title><p>Le musée de Vernay ouvre demain.</p></html>")
    (folder / "false.pdf").write_bytes(b"not a PDF")
    (folder / "lines.jsonl").write_text(
        '{"title": "Un", "text": "Le premier article parle du pont."}\n'
        'broken\n{"text": ""}\n{"title": "Deux", "text": "Le second parle du port.", "date": "hier"}\n'
    )
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("Le café\n\nLe café du port ferme ce soir, dit le patron.")
    for n in range(40):
        (folder / f"n{n}.txt").write_text(f"Titre {n}\n\nLe corps du numéro {n} parle de la ville. Il est court.")
    return folder


def test_the_library_of_others_is_the_local_one_to_the_bit(tmp_path, mixed, monkeypatch):
    """Every file of it, every reason, every note."""
    reports, manifests = both(tmp_path, mixed, monkeypatch)
    assert_same(reports, manifests)
    assert len(reports[0].skipped) >= len(BAD) and reports[0].notes and reports[0].n_articles == 46


def test_a_second_build_takes_what_is_known(tmp_path, mixed, monkeypatch):
    """Changed, renamed, new, removed and unchanged, file by file; what did not change is not taken apart again."""
    both(tmp_path, mixed, monkeypatch)
    (mixed / "pont.txt").write_text("Le pont\n\nIl est de nouveau fermé, dit la mairie.")
    (mixed / "port.txt").rename(mixed / "harbour.txt")
    (mixed / "n1.txt").unlink()
    (mixed / "new.txt").write_text("Neuf\n\nUn article tout neuf parle du musée.")
    taken = []
    real = worker_module.parts
    monkeypatch.setattr(worker_module, "parts", lambda file, *rest: (taken.append(file.id), real(file, *rest))[1])
    reports, manifests = both(tmp_path, mixed, monkeypatch)
    assert_same(reports, manifests)
    assert (reports[1].changed, reports[1].removed, reports[1].added) == (("pont.txt",), ("n1.txt",), ("new.txt",))
    # Those that are no articles are tried each time, as in a local build.
    assert set(taken) == {"pont.txt", "harbour.txt", "new.txt", "false.pdf", *BAD} - {"huge.txt"}


def test_a_file_that_only_the_worker_cannot_read_is_no_article_less(tmp_path, folder):
    """A machine without the shared folder would see no file at all: the build ends, and says which machine it was."""

    class Blind(HereWorkers):
        def _pool(self, make_embedder, fingerprint):
            pool = super()._pool(make_embedder, fingerprint)
            real = pool._worker.read
            pool._worker.read = lambda files: (away(folder), real(files), back(folder))[1]
            return pool

    with pytest.raises(ClusterError, match=rf"{socket.gethostname()} cannot read .*pont.txt.* same path"):
        build(tmp_path / "library", BagEmbedder(), [folder], workers=Blind(BagEmbedder, Share()))
    assert not (tmp_path / "library" / "CURRENT").exists()
    assert build(tmp_path / "library", BagEmbedder(), [folder], workers=by_others()).n_articles == 2


def test_a_file_that_was_being_written_is_passed_over_as_ever(tmp_path, folder, monkeypatch):
    """That says nothing of the machine: the file is listed, and the build goes on."""
    real = worker_module.bytes_of

    def written(file):
        if file.id == "pont.txt":
            raise worker_module.Unreadable("changing")
        return real(file)

    monkeypatch.setattr(worker_module, "bytes_of", written)
    report = build(tmp_path / "library", BagEmbedder(), [folder], workers=by_others())
    assert report.added == ("port.txt",) and [each.why.code for each in report.skipped] == ["changing"]


def away(folder):
    for path in folder.glob("*.txt"):
        path.rename(path.with_suffix(".away"))


def back(folder):
    for path in folder.glob("*.away"):
        path.rename(path.with_suffix(".txt"))


def test_machines_that_differ_are_told_apart(monkeypatch):
    """Other code, another library, other weights, none at all: each one line that names machine and remedy."""
    for name, shown in (("citeline's code", "citeline's code"), ("lxml", "lxml"), ("Python", "Python")):
        with pytest.raises(ClusterError, match=rf"has {shown} .*, this machine other\. Install the same"):
            Worker(made_by() | {name: "other"}, None).start("")
    with pytest.raises(ClusterError, match=r"has other weights of bag.*citeline models fetch bag"):
        Worker(made_by(), BagEmbedder).start("another fingerprint")

    def missing():
        raise ModelNotFound("bag is not on this machine. Fetch it: citeline models fetch bag")

    with pytest.raises(ClusterError, match=r"^on .*: bag is not on this machine"):
        Worker(made_by(), missing).start("")
    assert Worker(made_by(), BagEmbedder).start(BagEmbedder().fingerprint)


def test_a_refusal_arrives_as_it_was_raised(tmp_path):
    """Kind, reason and words, also of one whose reason holds a reason."""
    for code, params, kind in (("no_text", {}, "NotAnArticle"), ("cannot_open", {"error": "x"}, "Unreadable")):
        error = getattr(worker_module, kind)(code, **params)
        again = travelled(worker_module.Refusal.of(error)).error()
        assert (type(again), str(again), again.reason) == (type(error), str(error), error.reason)
    inner = SkipReason("kept", (("reason", SkipReason("no_text")),))
    again = travelled(worker_module.Refusal.of(worker_module.NotAnArticle.of(inner))).error()
    assert again.reason == inner
    assert str(worker_module.Refusal.of(ValueError("other")).error()) == "other"


def test_results_are_put_in_order():
    """Whatever the order of arrival; a batch holds what is left."""
    batches = _batches(list(range(10)), 4)
    assert batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] and _batches([], 4) == []
    assert list(_in_order(iter([(2, batches[2]), (0, batches[0]), (1, batches[1])]))) == list(range(10))


def test_a_gpu_gets_many_groups_at_once_and_gives_each_its_own():
    """The groups are what they were, in one call."""
    worker, embedder = Worker(made_by(), BagEmbedder), BagEmbedder()
    worker.start(embedder.fingerprint)
    groups = [["un pont", "un port"], ["un musée"], ["une ville", "une rue", "un quai"]]
    apart, together = worker.embed(groups, False), worker.embed(groups, True)
    assert [each.tobytes() for each in apart] == [each.tobytes() for each in together]
    assert worker._embedder.encoded[-6:] == [text for texts in groups for text in texts]


def test_the_articles_of_a_reader_are_those_of_the_file_taken_up_last(tmp_path, folder):
    """Two files one after the other: each gives its own, and a file whose bytes are known gives none."""
    from index.documents import scan

    found, _ = scan([folder], tmp_path / "library")
    worker = Worker(made_by(), None)
    known = worker.read([(found[0], "")])[0].digest
    reader = _Reader(iter(worker.read([(found[0], known), (found[1], "")])))
    assert reader.digest(found[0]) == known and reader.parts(found[0], lambda: None) == []
    assert reader.digest(found[1]) != known
    (part,) = reader.parts(found[1], lambda: None)
    assert part.content == b"" and reader.article(part, partial(int))[0].id == found[1].id
