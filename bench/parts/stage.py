"""The bodies, the same for every server, and the one check of each of them before anything is timed."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass

from parts.machine import ROOT, BenchError, say
from parts.servers import KIND, TENANT, ZSTD

SMALL_RAW = 65522  # incompressible, so that one zstd frame of it is 64 KiB
MANIFEST = 1024


@dataclass(frozen=True)
class Scale:
    """How much is measured. Sizes in bytes, times in seconds."""

    keys: int = 10_000
    big: int = 256 << 20
    mid: int = 64 << 20
    rounds: int = 5
    seconds: float = 3
    warm: float = 4
    connections: int = 32
    readers: int = 1_000
    hold: float = 10
    starts: int = 5
    quick: bool = False

    @staticmethod
    def tiny():
        return Scale(keys=64, big=3 << 20, mid=1 << 20, rounds=1, seconds=1, warm=0, connections=4, readers=20,
                     hold=1, starts=1, quick=True)


@dataclass
class Key:
    """One artefact: hex digest of its raw bytes, and where those lie if they are kept as a file."""

    digest: str
    raw: object = None
    bytes: int = 0
    manifest: dict = None


class Stage:
    def __init__(self, machine, scale, nginx):
        self.machine, self.scale, self.nginx = machine, scale, nginx
        self.samples = ROOT / "src/test/resources/samples"
        self.checked = 0

    def make(self):
        """Writes the large bodies. Text is real scanner output told again with other names, versions and digests."""
        m, s = self.machine, self.scale
        samples = os.environ.get("BENCH_SAMPLES", str(self.samples))
        self.big_file, self.mid_file = m.home / "big.json", m.home / "mid.json"
        m.load("text", "-size", s.big, "-samples", samples, "-seed", 1, "-out", self.big_file)
        m.load("text", "-size", s.mid, "-samples", samples, "-seed", 2, "-out", self.mid_file)
        rng = random.Random(15)
        weights = [1 / (rank + 1) ** 0.99 for rank in range(s.keys)]
        draws = rng.choices(range(1, s.keys + 1), weights, k=100_000)
        (m.home / "draws").write_text("\n".join(map(str, draws)) + "\n")

    def seed(self, surface):
        """Puts everything into one running service."""
        m, s = self.machine, self.scale
        build = "bench@" + "x" * 10
        one = m.home / "digests"
        m.load("put", *surface.put_args(), "-build", build, "-random", SMALL_RAW, "-salt", "probe", "-count", 1,
               "-out", one)
        length = len(self.answer(surface.url("manifest", Key(one.read_text().strip()))))
        build += "x" * (MANIFEST - length)
        m.load("put", *surface.put_args(), "-build", build, "-random", SMALL_RAW, "-salt", "seed", "-clients", 8,
               "-count", s.keys, "-out", one, timeout=600)
        self.keys = [Key(d, bytes=SMALL_RAW) for d in one.read_text().split()]
        self.big = self.put_file(surface, self.big_file)
        self.mid = self.put_file(surface, self.mid_file)
        m.load("put", *surface.put_args(), "-random", s.mid, "-salt", "mid", "-count", 1, "-out", one)
        self.noise = Key(one.read_text().strip(), bytes=s.mid)

    def put_file(self, surface, path):
        out = self.machine.home / "digests"
        self.machine.load("put", *surface.put_args(), "-file", path, "-salt", path.name, "-count", 1, "-out", out)
        digest = out.read_text().strip()
        # the service's copy carries the mark that makes it unique: take over what it answers, after checking it
        key = Key(digest, path, path.stat().st_size)
        self.fetch([(surface.url("raw", key), digest, key.bytes, path, None)])
        return key

    def answer(self, url, header=None):
        name, _, value = (header or "Accept: */*").partition(": ")
        with urllib.request.urlopen(urllib.request.Request(url, headers={name: value}), timeout=60) as r:
            return r.read()

    def collect(self, surface):
        """Takes every body from the service into nginx's files, each held against a digest."""
        files = [(surface.url("manifest", k), None, None, self.nginx.file("manifest", k), None) for k in self.all()]
        self.fetch(files)
        jobs = []
        for k in self.all():
            body = self.nginx.file("manifest", k).read_bytes()
            k.manifest = json.loads(body)
            k.manifest_sha = hashlib.sha256(body).hexdigest()
            k.manifest_bytes = len(body)
            if k.manifest["digest"] != "sha256:" + k.digest or k.manifest["storage"]["rawSizeBytes"] != k.bytes:
                raise BenchError(f"WRONG BODY: manifest of {k.digest}: {body[:300]}")
            k.stored_sha = k.manifest["storage"]["sha256"].removeprefix("sha256:")
            k.stored_bytes = k.manifest["storage"]["sizeBytes"]
            jobs.append((surface.url("stored", k), k.stored_sha, k.stored_bytes, self.nginx.file("stored", k), ZSTD))
        self.fetch(jobs)
        for k in (self.big, self.mid):
            os.link(k.raw, self.nginx.file("raw", k))
        for k in (self.big, self.mid, self.keys[0]):  # what is stored is what any zstd decodes to the raw bytes
            out = subprocess.run(["zstd", "-dqc", "--", self.nginx.file("stored", k)], capture_output=True, timeout=120)
            if out.returncode or hashlib.sha256(out.stdout).hexdigest() != k.digest:
                raise BenchError(f"WRONG BODY: the stored bytes of {k.digest} do not decode to it")
        small = {len(self.nginx.file("stored", k).read_bytes()) for k in self.keys}
        if max(small) > 65536 or min(small) < 65000:
            raise BenchError(f"the stored bytes of small payloads should be 64 KiB and are {small}")

    def all(self):
        return [*self.keys, self.big, self.mid, self.noise]

    def check(self, server):
        """Every body of every key from one server, once."""
        jobs = []
        for what in sorted(server.has):
            keys = self.all() if what != "raw" else [self.big, self.mid]
            if what == "raw" and server.dialect == "surface":
                keys = self.all()
            for k, path in zip(keys, server.listed(what, keys)):
                sha, size = {"manifest": (k.manifest_sha, k.manifest_bytes), "stored": (k.stored_sha, k.stored_bytes),
                             "raw": (k.digest, k.bytes)}[what]
                jobs.append((server.base + path, sha, size, None, server.header_for(what)))
        n = self.fetch(jobs)
        say(f"  {server.name}: {n} bodies are right")
        self.checked += n

    def fetch(self, jobs):
        if not jobs:
            raise BenchError("nothing was checked")
        lines = ["\t".join("-" if f is None else str(f) for f in job) for job in jobs]
        path = self.machine.home / "list"
        path.write_text("\n".join(lines) + "\n")
        done = self.machine.load("fetch", "-list", path, "-clients", 4, timeout=600)
        if done["checked"] != len(jobs):
            raise BenchError(f"{done['checked']} of {len(jobs)} bodies were checked")
        return done["checked"]

    def copy_store(self, source, target):
        """The same objects for another shape of the service: what is compared holds the same bytes."""
        shutil.copytree(source.home, target.home)

    def missing_request(self):
        keys = [{"kind": KIND, "digest": "sha256:" + k.digest} for k in self.keys[:1000]]
        path = self.machine.home / "missing.json"
        path.write_text(json.dumps({"keys": keys}, separators=(",", ":")))
        return path, f"/api/v1/tenants/{TENANT}/manifests:findMissing"
