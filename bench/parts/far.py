"""The service with its store far away: hits of its local cache, misses, and what the store itself takes for the same."""

import hashlib
import json
import os
import shutil
import urllib.request

from parts.machine import find, say
from parts.servers import KIND, TENANT, ZSTD, OverS3, VersityGw

PAGE = 1_000
MISSES = 200


class Far:
    """Records into the rows of `rows`, under the names of the shapes."""

    def __init__(self, rows):
        self.rows, self.machine, self.scale, self.stage = rows, rows.machine, rows.scale, rows.stage
        self.nginx = rows.nginx

    def measure(self):
        gateway = find("versitygw")
        if not gateway:
            say("left out, not installed: versitygw, and with it the rows over S3")
            return
        say("over S3: every body is put there and comes back right")
        bucket = VersityGw(self.machine, gateway, self.nginx, "bucket")
        bucket.up()
        self.surfaces = [OverS3(self.machine, shape, bucket) for shape in self.rows.surfaces]
        self.fill(bucket)
        try:
            for s in self.surfaces:
                s.up()
                self.stage.check(s)
            self.hits()
            self.misses(bucket)
            self.first_bytes(bucket)
            self.missing()
        finally:
            for s in [*self.surfaces, bucket]:
                s.down()

    def fill(self, bucket):
        """The objects of the folder store are those of a bucket, since the layout is the same; they only want tags."""
        store = self.rows.surfaces[0].home / "store"
        for name in ("surface-cache", "surface-manifests"):
            target = bucket.home / "data" / name
            shutil.copytree(store / name, target)
            for file in target.rglob("*"):
                if file.is_file():
                    with open(file, "rb") as f:
                        os.setxattr(file, "user.etag", hashlib.file_digest(f, "md5").hexdigest().encode())

    def record(self, row, server, value):
        self.rows.record(row, server.shape.name if isinstance(server, OverS3) else server.name, value)

    def hits(self):
        servers = [*self.surfaces, self.nginx]
        for what, row in (("manifest", "far-manifest"), ("stored", "far-stored64")):
            say(f"over S3, hits: {what}")
            if self.scale.warm:
                for s in servers:
                    self.rows.wrk(s, what, self.scale.warm)

            def rate(s, what=what, row=row):
                # While the others had their turns every manifest came of age: what asks the bucket again is no hit.
                if self.scale.warm and s is not self.nginx:
                    self.rows.wrk(s, what, self.scale.warm)
                asked = self.asked(s)
                self.record(row, s, self.rows.wrk(s, what, self.scale.seconds)[0])
                if asked is not None:
                    say(f"  {s.name}, {what}: {self.asked(s) - asked:.0f} requests to the bucket during the measurement")

            self.rows.alternate(servers, rate)
        big = self.stage.big

        def one(s):
            header = s.header_for("stored")
            out = self.machine.load("get", "-url", s.url("stored", big), "-count", 2, "-seconds", self.scale.seconds / 2,
                                    "-bytes", big.stored_bytes, *(["-header", header] if header else []))
            self.record("far-stored-big", s, out["mb_s"])

        self.rows.alternate(servers, one)

    def asked(self, s):
        """How often a surface has asked its bucket so far; None of what has none."""
        if s is self.nginx:
            return None
        with urllib.request.urlopen(f"http://127.0.0.1:{s.management}/q/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("surface_store_requests_total{"))

    def evict(self, s):
        with urllib.request.urlopen(urllib.request.Request(s.base + "/api/v1/admin/cache:evict", method="POST"),
                                    timeout=600) as answer:
            json.load(answer)

    def direct(self, bucket, keys):
        return bucket.presigned(f"/surface-cache/{k.manifest['storage']['objectKey']}" for k in keys)

    def misses(self, bucket):
        """One client, each key once: what a miss of 64 KiB takes, of a GET of the same object from the store.

        Each key is a miss but once, in a cache that was empty at the start. To evict them instead would measure the file
        system: ext4 looks over the inodes that were freed within a minute, one by one, whenever it makes a file.
        """
        say("over S3: misses")
        for s in self.surfaces:
            s.down()
            shutil.rmtree(s.home / "cache")
            s.up()
        keys = self.stage.keys
        some = min(MISSES, len(keys) // (self.scale.rounds + 1))
        measured = [keys[r * some:(r + 1) * some] for r in range(self.scale.rounds)]
        rest = keys[self.scale.rounds * some:]
        for s in self.surfaces:  # so that its code is compiled
            self.fetch(s, bucket, rest, 4)
        turns = {s: iter(measured) for s in [*self.surfaces, bucket]}
        self.rows.alternate([*self.surfaces, bucket],
                            lambda s: self.record("miss", s, self.fetch(s, bucket, next(turns[s]), 1)["p50_ms"]))

    def fetch(self, s, bucket, keys, clients):
        if s is bucket:
            jobs = [(url, k.stored_sha, k.stored_bytes, None, None) for k, url in zip(keys, self.direct(bucket, keys))]
        else:
            jobs = [(s.url("stored", k), k.stored_sha, k.stored_bytes, None, ZSTD) for k in keys]
        path = self.machine.home / "misses"
        path.write_text("\n".join("\t".join("-" if f is None else str(f) for f in job) for job in jobs) + "\n")
        return self.machine.load("fetch", "-list", path, "-clients", clients)

    def first_bytes(self, bucket):
        say("over S3: first byte of a large miss")
        big = self.stage.big
        link = self.direct(bucket, [big])[0]

        def one(s):
            if s is bucket:
                out = self.machine.load("get", "-url", link, "-count", 1, "-seconds", 0, "-bytes", big.stored_bytes)
            else:
                self.evict(s)
                out = self.machine.load("get", "-url", s.url("stored", big), "-count", 1, "-seconds", 0,
                                        "-bytes", big.stored_bytes, "-header", ZSTD)
            self.record("first-byte", s, out["first_ms"])

        self.rows.alternate([*self.surfaces, bucket], one)

    def missing(self):
        """Keys that nobody has: each is asked for at the store."""
        say("over S3: findMissing")
        known, route = self.stage.missing_request()
        size = min(PAGE, len(self.stage.keys))
        digests = [hashlib.sha256(f"nobody has {n}".encode()).hexdigest() for n in range(size)]
        keys = json.dumps([{"kind": KIND, "digest": "sha256:" + d} for d in digests], separators=(",", ":"))
        unknown = self.machine.home / "unknown.json"
        unknown.write_text('{"keys":' + keys + "}")

        def one(s):
            for row, body, answer, count in (("far-missing", known, "[]", 100), ("far-unknown", unknown, keys, 5)):
                out = self.machine.load("post", "-url", s.base + route, "-body", body, "-expect", '{"missing":' + answer + "}",
                                        "-count", 3 if self.scale.quick else count)
                self.record(row, s, out["p50_ms"])

        self.rows.alternate(self.surfaces, one)
