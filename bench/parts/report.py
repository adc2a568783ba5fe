"""From values to the table: ratios of one round are formed first, then their median and range over the rounds."""

import statistics
from dataclasses import dataclass

SHAPES = ("JVM", "native")


@dataclass(frozen=True)
class Row:
    """One row of DESIGN section 15. `reference` is (row, server), `{shape}` standing for the shape that is compared, or
    None for an absolute figure; `less` is one that is taken away instead of divided by. `jvm` and `native` are what DESIGN asks for; `least` tells whether more is better."""

    measure: str
    row: str
    reference: object = None
    jvm: float = None
    native: float = None
    least: bool = True
    unit: str = ""
    less: object = None


def at_least(measure, row, reference, target=None):
    return Row(measure, row, reference, target, target and target * 0.7)


def at_most(measure, row, jvm=None, native=None, unit="", reference=None, less=None):
    return Row(measure, row, reference, jvm, native, False, unit, less)


ROWS = [
    at_least("GET manifest {1 KiB}, hot, of nginx", "manifest", ("manifest", "nginx"), 1.0),
    at_most("its p99, of nginx's", "manifest-p99", reference=("manifest-p99", "nginx")),
    Row("GET manifest {1 KiB}, hot, with a token that is checked, of without", "manifest-tokens",
        ("manifest-no-tokens", "{shape}"), 0.8, 0.8),
    at_most("its p99, of that without", "manifest-tokens-p99", reference=("manifest-no-tokens-p99", "{shape}")),
    at_most("CPU time of GET manifest {1 KiB}, hot, with metrics, of without", "manifest-cpu-metrics", 1.03,
            reference=("manifest-cpu-no-metrics", "{shape}")),
    at_most("CPU time of GET payload {64 KiB}, stored bytes, with metrics, of without", "stored-cpu-metrics", 1.03,
            reference=("stored-cpu-no-metrics", "{shape}")),
    at_least("GET payload {64 KiB}, stored bytes, of nginx", "stored64", ("stored64", "nginx"), 0.9),
    at_most("its p99, of nginx's", "stored64-p99", 3, 3 / 0.7, reference=("stored64-p99", "nginx")),
    at_most("its p99 while four PUTs of {big} run, of quiet nginx's", "stored64-p99-puts", 3, 3 / 0.7,
            reference=("stored64-p99", "nginx")),
    at_most("the same, of nginx's beside the same four PUTs", "stored64-p99-puts", 3, 3 / 0.7,
            reference=("nginx-p99-puts-{shape}", "nginx")),
    at_least("GET payload {big}, stored bytes, of nginx (sendfile)", "stored-big", ("stored-big", "nginx"), 1.0),
    at_least("GET payload {big} decompressed, of `zstd -d`", "raw-big", ("raw-big", "zstd -d"), 0.8),
    at_least("GET payload {big} decompressed, of bazel-remote", "raw-big", ("raw-big", "bazel-remote"), 1.5),
    at_most("64 KiB range in the middle of {big} decompressed", "range", 5, 5 / 0.7, "ms"),
    at_least("PUT {big} identity, of `zstd -3 -T0`", "put-big", ("put-big", "zstd -3 -T0"), 0.8),
    at_least("PUT {big} identity, of bazel-remote", "put-big", ("put-big", "bazel-remote"), 1.0),
    at_least("PUT 4 KiB durable, 16 clients, of bazel-remote", "put-small", ("put-small", "bazel-remote"), 1.5),
    at_least("PUT 4 KiB durable, 16 clients, of versitygw", "put-small", ("put-small", "versitygw")),
    at_least("PUT 4 KiB durable, 16 clients, of write + fsync + rename", "put-small", ("put-small", "write+fsync+rename")),
    at_least("gRPC GetPayload {mid}, of HTTP", "grpc-get", ("http-get", "{shape}"), 0.5),
    at_least("gRPC PutManifest {mid}, of HTTP", "grpc-put", ("http-put", "{shape}"), 0.5),
    at_most("findMissing of {missing} known keys, seen by the client", "find-missing", 2, 2 / 0.7, "ms"),
    at_least("over S3: GET manifest {1 KiB}, hit, of nginx", "far-manifest", ("far-manifest", "nginx"), 1.0),
    at_least("over S3: GET payload {64 KiB}, hit, stored bytes, of nginx", "far-stored64", ("far-stored64", "nginx"), 0.9),
    at_least("over S3: GET payload {big}, hit, stored bytes, of nginx (sendfile)", "far-stored-big",
             ("far-stored-big", "nginx"), 1.0),
    at_most("over S3: miss of {64 KiB}, of a GET from the store", "miss", 1.3, 1.3 / 0.7, reference=("miss", "bucket")),
    at_most("over S3: first byte of a miss of {big}, behind the store's own", "first-byte", 50, 50 / 0.7, "ms",
            less=("first-byte", "bucket")),
    at_most("over S3: findMissing of {missing} keys known within their age", "far-missing", 2, 2 / 0.7, "ms"),
    at_most("over S3: findMissing of {missing} keys that nobody has", "far-unknown", None, None, "ms"),
    at_most("start to first 200", "start", 1000, 50, "ms"),
    at_most("RSS when idle", "idle", None, 64, "MiB"),
    at_most("shipped bytes, without a Java runtime", "size", None, None, "MB"),
    at_most("RSS growth for each of {readers} slow readers, stored bytes", "slow-stored", 32, 32 / 0.7, "KiB"),
    at_most("RSS growth for each of {readers} slow readers, decompressed", "slow-raw", 384, 384 / 0.7, "KiB"),
    at_least("PUT {big} beside those of stored bytes, of alone", "slow-stored-put", None),
    at_least("PUT {big} beside those decompressed, of alone", "slow-raw-put", None),
]

UNITS = {"manifest": "/s", "manifest-tokens": "/s", "manifest-no-tokens": "/s", "manifest-tokens-p99": "ms",
         "manifest-no-tokens-p99": "ms", "manifest-cpu-metrics": "µs", "manifest-cpu-no-metrics": "µs", "stored-cpu-metrics": "µs", "stored-cpu-no-metrics": "µs",
         "stored64": "/s", "manifest-p99": "ms", "stored64-p99": "ms", "stored64-p99-puts": "ms",
         "nginx-p99-puts-JVM": "ms", "nginx-p99-puts-native": "ms",
         "stored-big": "MB/s", "raw-big": "MB/s", "range": "ms", "put-big": "MB/s", "put-small": "/s",
         "put-small-p99": "ms", "grpc-get": "MB/s", "http-get": "MB/s", "grpc-put": "MB/s", "http-put": "MB/s",
         "find-missing": "ms", "far-manifest": "/s", "far-stored64": "/s", "far-stored-big": "MB/s", "miss": "ms",
         "first-byte": "ms", "far-missing": "ms", "far-unknown": "ms", "start": "ms", "idle": "MiB", "size": "MB", "slow-stored": "KiB", "slow-raw": "KiB",
         "slow-stored-put": "", "slow-raw-put": "", "limit-sha": "MB/s"}

NAMES = {"manifest": "GET manifest {1 KiB}, hot", "manifest-tokens": "GET manifest {1 KiB}, hot, with a token that is checked",
         "manifest-no-tokens": "the same of a service that asks for none",
         "manifest-tokens-p99": "p99 of GET manifest with a token", "manifest-no-tokens-p99": "p99 of the same without", "stored64": "GET payload {64 KiB}, stored bytes, hot",
         "manifest-cpu-metrics": "CPU time of GET manifest {1 KiB}, hot, with metrics",
         "manifest-cpu-no-metrics": "the same of a build without metrics",
         "stored-cpu-metrics": "CPU time of GET payload {64 KiB}, stored bytes, with metrics",
         "stored-cpu-no-metrics": "the same of a build without metrics",
         "manifest-p99": "p99 of GET manifest", "stored64-p99": "p99 of GET payload {64 KiB}",
         "stored64-p99-puts": "p99 of GET payload {64 KiB} beside four PUTs of {big}",
         "nginx-p99-puts-JVM": "the same beside four PUTs into the JVM",
         "nginx-p99-puts-native": "the same beside four PUTs into the native binary",
         "stored-big": "GET payload {big}, stored bytes (MB/s of those), one stream",
         "raw-big": "GET payload {big} decompressed, one stream", "range": "range of 64 KiB of {big} decompressed",
         "put-big": "PUT {big} identity, one stream", "put-small": "PUT 4 KiB, 16 clients",
         "put-small-p99": "p99 of PUT 4 KiB", "grpc-get": "gRPC GetPayload {mid}", "http-get": "HTTP GET {mid}",
         "grpc-put": "gRPC PutManifest {mid}", "http-put": "HTTP POST {mid}", "find-missing": "findMissing {missing} keys",
         "far-manifest": "over S3: GET manifest {1 KiB}, hit", "far-stored64": "over S3: GET payload {64 KiB}, hit",
         "far-stored-big": "over S3: GET payload {big}, hit, one stream", "miss": "over S3: GET payload {64 KiB}, miss, one client",
         "first-byte": "over S3: first byte of a miss of {big}",
         "far-missing": "over S3: findMissing {missing} known keys", "far-unknown": "over S3: findMissing {missing} unknown keys",
         "start": "start to first 200, empty", "idle": "RSS when idle", "size": "shipped bytes",
         "slow-stored": "RSS growth for each slow reader, stored bytes",
         "slow-raw": "RSS growth for each slow reader, decompressed",
         "slow-stored-put": "PUT beside slow readers of stored bytes, of alone",
         "slow-raw-put": "PUT beside slow readers decompressed, of alone", "limit-sha": "SHA-256 (openssl speed)"}


def number(x):
    if abs(x) >= 100:
        return f"{x:,.0f}"
    return f"{x:.1f}" if abs(x) >= 10 else f"{x:.2f}"


def spread(values):
    middle = number(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({number(min(values))}–{number(max(values))})"


class Report:
    def __init__(self, values, scale, missing):
        self.values, self.missing = values, missing
        mib = lambda n: f"{n >> 20} MiB"
        self.words = {"{1 KiB}": "1 KiB", "{64 KiB}": "64 KiB", "{big}": mib(scale.big), "{mid}": mib(scale.mid),
                      "{readers}": f"{scale.readers:,}", "{missing}": f"{min(1000, scale.keys):,}"}

    def word(self, text):
        for k, v in self.words.items():
            text = text.replace(k, v)
        return text

    def cell(self, row, shape):
        """The figure of one shape of the service, and whether it is what DESIGN asks for (None: nothing asked)."""
        mine = self.values.get(row.row, {}).get(shape)
        if not mine:
            return None
        if row.reference:
            where, who = (part.replace("{shape}", shape) for part in row.reference)
            theirs = self.values.get(where, {}).get(who)
            if not theirs:
                return None
            mine = [a / b for a, b in zip(mine, theirs)]
        if row.less:
            mine = [a - b for a, b in zip(mine, self.values[row.less[0]][row.less[1]])]
        target = row.jvm if shape == "JVM" else row.native
        middle = statistics.median(mine)
        met = None if target is None else middle >= target if row.least else middle <= target
        return spread(mine) + (f" {row.unit}" if row.unit else ""), met

    def ratios(self):
        lines = ["| measure | asked of JVM, native | JVM | native |", "|---|---|---|---|"]
        for row in ROWS:
            cells = [self.cell(row, shape) for shape in SHAPES]
            if not any(cells):
                continue
            sign = "≥" if row.least else "≤"
            asked = ", ".join("–" if t is None else f"{sign} {number(t)}" for t in (row.jvm, row.native))
            told = ["" if c is None else c[0] + (" **short**" if c[1] is False else "") for c in cells]
            lines.append(f"| {self.word(row.measure)} | {asked} | {told[0]} | {told[1]} |")
        return "\n".join(lines)

    def absolutes(self):
        order = ["JVM", "native", "nginx", "versitygw", "docker-registry", "bazel-remote", "bucket"]
        heads = [s for s in order if any(s in v for v in self.values.values())]
        lines = ["| medians (lowest–highest) | " + " | ".join("its bucket (versitygw)" if h == "bucket" else h for h in heads) + " | limits |", "|---" * (len(heads) + 2) + "|"]
        for row, servers in self.values.items():
            unit = UNITS[row]
            cells = [spread(servers[h]) if h in servers else "" for h in heads]
            limits = "; ".join(f"{s if s.startswith('write') else f'`{s}`'} {spread(v)}" for s, v in servers.items()
                               if s not in heads)
            lines.append(f"| {self.word(NAMES[row])}{', ' + unit if unit else ''} | " + " | ".join(cells) + f" | {limits} |")
        return "\n".join(lines)

    def markdown(self, head):
        left_out = f"\nLeft out, because not installed: {', '.join(self.missing)}.\n" if self.missing else ""
        return f"{head}\n{left_out}\n{self.ratios()}\n\n{self.absolutes()}\n"
