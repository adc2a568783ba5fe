"""What is measured. Each method alternates the servers within every round and records one value a round."""

import os
import json
import subprocess
import time

from parts.far import Far
from parts.machine import ROOT, BenchError, find, plain_environment, resident_kib, say
from parts.metrics import Metrics
from parts.servers import KIND, TENANT, ZSTD
from parts.tokens import Tokens


class Rows:
    """`values[row][server]` is a list with one value for each round; names are those of report.ROWS."""

    def __init__(self, machine, scale, stage, surfaces, nginx, peers):
        self.machine, self.scale, self.stage = machine, scale, stage
        self.surfaces, self.nginx, self.peers = surfaces, nginx, peers
        self.values = {}
        self.salt = 0

    def record(self, row, server, value):
        self.values.setdefault(row, {}).setdefault(getattr(server, "name", server), []).append(value)

    def alternate(self, servers, measure):
        """measure(server) for each server in turn, the order reversed in every other round."""
        for r in range(self.scale.rounds):
            for s in servers if r % 2 == 0 else servers[::-1]:
                measure(s)

    def serving(self, what):
        return [s for s in [*self.surfaces, self.nginx, *self.peers] if what in s.has]

    def unique(self):
        self.salt += 1
        return f"run-{self.salt}"

    # -- hot reads ---------------------------------------------------------------------------------------------

    def wrk(self, server, what, seconds):
        """Requests a second, and their p99 in ms."""
        out = self.wrk_answers(server, what, seconds)
        return out["requests"] / out["seconds"], out["p99_ms"]

    def wrk_answers(self, server, what, seconds):
        keys = self.stage.keys
        paths = self.machine.home / f"paths-{server.name}-{what}"
        if not paths.exists():
            paths.write_text("\n".join(server.listed(what, keys)) + "\n")
        args = [find("wrk"), "-t1", f"-c{self.scale.connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s",
                "-s", ROOT / "bench/keys.lua", server.base, "--", paths, self.machine.home / "draws"]
        if server.header_for(what):
            args.append(server.header_for(what))
        done = subprocess.run(list(map(str, args)), capture_output=True, text=True, timeout=seconds + 60)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines:
            raise BenchError(f"wrk said nothing: {done.stderr[-500:]}")
        out = json.loads(lines[-1])
        least = min(k.manifest_bytes if what == "manifest" else k.stored_bytes for k in keys)
        if out["errors"] or not out["requests"] or out["bytes"] < out["requests"] * least:
            raise BenchError(f"WRONG BODY: {server.name}, {what}: {out}")
        return out

    def hot(self):
        for what, row in (("manifest", "manifest"), ("stored", "stored64")):
            say(f"hot reads: {what}")
            servers = self.serving(what)
            if self.scale.warm:
                for s in servers:
                    self.wrk(s, what, self.scale.warm)

            def one(s):
                rate, p99 = self.wrk(s, what, self.scale.seconds)
                self.record(row, s, rate)
                self.record(row + "-p99", s, p99)

            self.alternate(servers, one)

    def hot_with_tokens(self):
        Tokens(self).measure()

    def hot_with_metrics(self):
        Metrics(self).measure()

    def hot_beside_puts(self):
        """p99 of 64 KiB while four puts run; nginx is also asked beside the same puts into the same service."""
        say("p99 beside four puts")
        for surface in self.surfaces:
            def one(s):
                for count in (8, 16, 32):
                    p = self.machine.load_beside("put", *surface.put_args(), "-file", self.stage.big_file, "-ready",
                                                 "-salt", self.unique(), "-clients", 4, "-count", count)
                    p99 = self.wrk(s, "stored", self.scale.seconds)[1]
                    outlasted = p.poll() is None
                    self.machine.finish(p)
                    if outlasted or self.scale.quick:
                        break
                else:
                    raise BenchError("32 puts ended before the reads did")
                row = "stored64-p99-puts" if s is surface else f"nginx-p99-puts-{surface.name}"
                self.record(row, s, p99)

            self.alternate([surface, self.nginx], one)

    # -- large bodies ------------------------------------------------------------------------------------------

    def large_reads(self):
        say("large reads")
        big = self.stage.big
        stored = self.nginx.file("stored", big)

        def read(what, row):
            def one(s):
                if s == "zstd -d":
                    self.record(row, s, big.bytes / 1e6 / self.machine.timed(["zstd", "-dqc", stored]))
                    return
                header = s.header_for(what)
                out = self.machine.load("get", "-url", s.url(what, big), "-count", 2, "-seconds", self.scale.seconds / 2,
                                        "-bytes", big.bytes if what == "raw" else big.stored_bytes,
                                        *(["-header", header] if header else []))
                self.record(row, s, out["mb_s"])
            return one

        self.alternate(self.serving("stored"), read("stored", "stored-big"))
        self.alternate([*self.serving("raw"), "zstd -d"], read("raw", "raw-big"))

        def ranged(s):
            out = self.machine.load("range", "-url", s.url("raw", big), "-file", big.raw,
                                    "-count", 20 if self.scale.quick else 100)
            self.record("range", s, out["p50_ms"])

        self.alternate(self.surfaces, ranged)

    def large_puts(self):
        say("large puts")
        file = self.stage.big_file
        out = self.machine.home / "limit.zst"

        def one(s):
            os.sync()  # nobody pays for what another one left dirty
            if isinstance(s, str):
                self.record("put-big", s, self.stage.big.bytes / 1e6 / self.machine.timed([*s.split(), "-qf", file, "-o", out]))
                return
            done = self.machine.load("put", *s.put_args(), "-file", file, "-salt", self.unique(), "-count", 2)
            self.record("put-big", s, done["mb_s"])

        peers = [p for p in self.peers if p.dialect]
        self.alternate([*self.surfaces, "zstd -3 -T0", "zstd -3 -T1", *peers], one)
        for _ in range(self.scale.rounds):
            self.record("limit-sha", "openssl", self.openssl())

    def openssl(self):
        done = subprocess.run(["openssl", "speed", "-elapsed", "-seconds", "1", "-bytes", "1048576", "-evp", "sha256"],
                              capture_output=True, text=True, timeout=60)
        return float(done.stdout.split()[-1].rstrip("k")) / 1000

    def small_puts(self):
        say("small puts")
        much = ["-count", 32] if self.scale.quick else ["-seconds", self.scale.seconds]

        def one(s):
            os.sync()
            if s == "write+fsync+rename":
                out = self.machine.load("sync", "-dir", self.machine.home / "sync",
                                        "-seconds", 0.1 if self.scale.quick else self.scale.seconds)
            else:
                out = self.machine.load("put", *s.put_args(), "-random", 4096, "-salt", self.unique(), "-clients", 16, *much)
                self.record("put-small-p99", s, out["p99_ms"])
            self.record("put-small", s, out["per_s"])

        if self.scale.warm:
            for s in self.surfaces:
                self.machine.load("put", *s.put_args(), "-random", 4096, "-salt", self.unique(), "-clients", 16,
                                  "-seconds", self.scale.warm)
        self.alternate([*self.surfaces, "write+fsync+rename", *[p for p in self.peers if p.dialect]], one)

    def grpc(self):
        say("gRPC beside HTTP")
        mid = self.stage.mid

        def one(s):
            address = ["-base", f"http://127.0.0.1:{s.grpc}", "-tenant", TENANT, "-kind", KIND]
            count = ["-count", 2]
            get = [*address, "-digest", "sha256:" + mid.digest, "-bytes", mid.bytes]
            self.machine.load("grpcget", *get, "-check")
            self.record("grpc-get", s, self.machine.load("grpcget", *get, *count)["mb_s"])
            self.record("http-get", s, self.machine.load("get", "-url", s.url("raw", mid), *count, "-seconds", 0)["mb_s"])
            put = ["-file", mid.raw, *count]
            self.record("grpc-put", s, self.machine.load("grpcput", *address, *put, "-salt", self.unique())["mb_s"])
            self.record("http-put", s, self.machine.load("put", *s.put_args(), *put, "-salt", self.unique())["mb_s"])

        self.alternate(self.surfaces, one)

    def find_missing(self):
        say("findMissing")
        body, path = self.stage.missing_request()

        def one(s):
            out = self.machine.load("post", "-url", s.base + path, "-body", body, "-expect", '{"missing":[]}',
                                    "-count", 20 if self.scale.quick else 300)
            self.record("find-missing", s, out["p50_ms"])

        self.alternate(self.surfaces, one)

    def far_store(self):
        Far(self).measure()

    # -- memory and start --------------------------------------------------------------------------------------

    def slow_readers(self):
        """Every server is started anew, warmed, and then holds the readers; puts go on while it does."""
        for what, key, header in (("stored", self.stage.noise, ZSTD), ("raw", self.stage.mid, None)):
            say(f"slow readers: {what}")
            for s in [*self.surfaces, self.nginx]:
                if what == "raw" and s is self.nginx:
                    continue
                s.down()
                s.up()
                for _ in range(1 if self.scale.quick else 5):
                    self.machine.load("get", "-url", s.url(what, key), *(["-header", header] if header else []))
                alone = self.one_put(s)
                time.sleep(self.scale.hold / 5)
                before = resident_kib(s.process.pid)
                p = self.machine.load_beside("slow", "-address", f"127.0.0.1:{s.port}", "-path", s.path(what, key),
                                             "-readers", self.scale.readers,
                                             *(["-header", header] if header else []))
                most, end = 0, time.monotonic() + self.scale.hold
                while time.monotonic() < end:
                    most = max(most, resident_kib(s.process.pid))
                    time.sleep(0.2)
                self.record(f"slow-{what}", s, (most - before) / self.scale.readers)
                beside = self.one_put(s)
                if beside:
                    self.record(f"slow-{what}-put", s, beside / alone)
                self.machine.finish(p)

    def one_put(self, server):
        if server.dialect != "surface":
            return None
        os.sync()
        return self.machine.load("put", *server.put_args(), "-file", self.stage.big_file, "-salt", self.unique(),
                                 "-count", 1)["mb_s"]

    def starts(self):
        """From exec to the first 200 with an empty data folder; everything else is down."""
        say("starts")
        servers = [*self.surfaces, self.nginx, *self.peers]
        for s in servers:
            s.down()
        fresh = self.machine.home / "fresh"
        for r in range(self.scale.starts):
            for s in servers:
                env = s.environment()
                if s in self.surfaces:
                    env["SURFACE_HOME"] = str(fresh / f"{s.name}-{r}")
                args = [self.machine.load_path, "start", "-address", f"127.0.0.1:{s.port}", "-path", s.alive(),
                        "-idle", 0.2 if self.scale.quick else 3, "-log", self.machine.home / "starts.log",
                        "--", *s.command()]
                done = subprocess.run(list(map(str, args)), capture_output=True, text=True, timeout=120,
                                      env=plain_environment(env), cwd=self.machine.home)
                if done.returncode:
                    raise BenchError(done.stderr)
                out = json.loads(done.stdout)
                self.record("start", s, out["ms"])
                self.record("idle", s, out["rss_kib"] / 1024)
        for s in self.surfaces:
            self.record("size", s, s.size() / 1e6)
