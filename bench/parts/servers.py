"""The servers that are compared: this service in two shapes, and its peers, each on loopback with a folder of its own.

A server knows how it is started and which address stands for the manifest, the stored and the raw payload of a key.
"""

import hashlib
import os
import shutil
from pathlib import Path

from parts.machine import ROOT, find, java

TENANT, KIND = "bench", "sbom.fragment"
ZSTD = "Accept-Encoding: zstd"


class Server:
    """`name` heads a column; `dialect` is how the load program uploads to it."""

    dialect, header, put_path, put_flags = None, None, None, ()
    has = frozenset()  # bodies that it serves: manifest, stored, raw
    about = ""

    def __init__(self, machine, name):
        self.machine, self.name = machine, name
        self.port = machine.free_port()
        self.home = machine.home / name.replace(" ", "-")
        self.process = None

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def up(self):
        self.process = self.machine.start(self.command(), f"{self.name.replace(' ', '-')}.log", self.environment())
        self.machine.wait_http(self.process, self.port, self.alive())

    def down(self):
        if self.process:
            self.machine.end(self.process)
            self.process = None

    def environment(self):
        return {}

    def put_args(self):
        return ["-dialect", self.dialect, "-base", self.base, "-path", self.put_path, *self.put_flags]

    def url(self, what, key):
        return self.base + self.path(what, key)

    def listed(self, what, keys):
        """Paths for wrk, one for each key."""
        return [self.path(what, k) for k in keys]


class Surface(Server):
    dialect, put_path = "surface", f"{TENANT}/{KIND}"
    has = frozenset({"manifest", "stored", "raw"})

    def __init__(self, machine, name, program):
        super().__init__(machine, name)
        self.program = program
        self.grpc = machine.free_port()
        self.management = machine.free_port()

    def command(self):
        return [*self.program, "serve"]

    def environment(self):
        return {"SURFACE_HOME": str(self.home), "QUARKUS_HTTP_PORT": str(self.port),
                "QUARKUS_GRPC_SERVER_PORT": str(self.grpc), "QUARKUS_MANAGEMENT_PORT": str(self.management)}

    def alive(self):
        return f"/api/v1/tenants/{TENANT}/manifests?page_size=1"

    def path(self, what, key):
        rows = "manifests" if what == "manifest" else "payloads"
        return f"/api/v1/tenants/{TENANT}/{rows}/{KIND}/sha256:{key.digest}"

    def header_for(self, what):
        return ZSTD if what == "stored" else None

    def size(self):
        """Bytes of what has to be shipped, the Java runtime not counted."""
        return sum(f.stat().st_size for f in self.shipped())


class Jvm(Surface):
    def __init__(self, machine):
        cache = ROOT / "target/aot-app/app.aot"
        self.aot = cache.exists()
        self.app = cache.parent if self.aot else ROOT / "target/quarkus-app"
        program = [java()]
        if self.aot:
            program.append(f"-XX:AOTCache={cache}")
        super().__init__(machine, "JVM", [*program, "-jar", str(self.app / "quarkus-run.jar")])

    def shipped(self):
        return [f for f in self.app.rglob("*") if f.is_file()]


class Native(Surface):
    def __init__(self, machine):
        super().__init__(machine, "native", [str(ROOT / "target/surface-fs")])

    def shipped(self):
        return [ROOT / "target/surface-fs", *(ROOT / "target").glob("*.so")]


class OverS3(Surface):
    """One shape of the service over a bucket, with its local cache in front; `name` stays the shape's."""

    def __init__(self, machine, shape, bucket):
        super().__init__(machine, f"{shape.name}-over-s3", shape.program)
        self.shape, self.bucket = shape, bucket

    def environment(self):
        return super().environment() | {
            "SURFACE_STORE_TYPE": "s3", "SURFACE_STORE_ENDPOINT": self.bucket.base, "SURFACE_STORE_CREATE_BUCKETS": "true",
            "AWS_ACCESS_KEY_ID": self.bucket.access, "AWS_SECRET_ACCESS_KEY": self.bucket.secret,
            # Hits are what is measured, not how often 10,000 manifests of 30 s are asked for again.
            "SURFACE_CACHE_MANIFEST_MAX_AGE": "20m"}


class Nginx(Server):
    """One worker, sendfile, no logs. Its files are the bodies that the first service answered."""

    has = frozenset({"manifest", "stored", "raw"})
    about = "one worker, `sendfile on`, `tcp_nopush on`, no access log, files from the page cache"

    def __init__(self, machine, path):
        super().__init__(machine, "nginx")
        self.path_to = path
        self.root = self.home / "html"
        for what in self.has:
            (self.root / what).mkdir(parents=True)

    def command(self):
        conf = self.home / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        temp = "".join(f"{t}_temp_path {self.home}/{t};" for t in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf.write_text(f"""worker_processes 1; daemon off; {user} pid {self.home}/pid; error_log stderr error;
events {{ worker_connections 4096; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type application/json;
{temp} server {{ listen 127.0.0.1:{self.port}; root {self.root}; location = / {{ return 200; }} }} }}
""")
        return [self.path_to, "-e", "stderr", "-p", self.home, "-c", conf]

    def alive(self):
        return "/"

    def file(self, what, key):
        return self.root / what / key.digest

    def path(self, what, key):
        return f"/{what}/{key.digest}"

    def header_for(self, what):
        return None


class VersityGw(Server):
    """S3 over a folder. Objects that are read were put into its folder as files; reads carry a presigned query."""

    dialect, put_path = "s3", "bench/put"
    has = frozenset({"manifest", "stored", "raw"})
    about = "S3 gateway over a folder, presigned requests; its puts are not synced"
    access, secret = "bench", "benchsecret"

    def __init__(self, machine, path, nginx, name="versitygw"):
        super().__init__(machine, name)
        self.path_to, self.nginx, self.signed = path, nginx, {}
        self.put_flags = ("-key", self.access, "-secret", self.secret)
        for d in ("iam", "data/bench"):
            (self.home / d).mkdir(parents=True)

    def fill(self, keys):
        for what in self.has:
            shutil.copytree(self.nginx.root / what, self.home / "data/bench" / what)

    def presigned(self, paths):
        """Addresses that need no header, for paths that begin with a bucket."""
        out = self.machine.home / "presigned"
        self.machine.load("presign", "-base", self.base, "-key", self.access, "-secret", self.secret, "-out", out,
                          stdin="".join(f"{path}\n" for path in paths))
        return out.read_text().splitlines()

    def command(self):
        return [self.path_to, "--port", f"127.0.0.1:{self.port}", "--iam-dir", self.home / "iam", "--keep-alive",
                "--quiet", "--health", "/health", "posix", self.home / "data"]

    def environment(self):
        return {"ROOT_ACCESS_KEY": self.access, "ROOT_SECRET_KEY": self.secret}

    def alive(self):
        return "/health"

    def listed(self, what, keys):
        return [line[len(self.base):] for line in self.presigned(f"/bench/{what}/{k.digest}" for k in keys)]

    def path(self, what, key):
        return self.listed(what, [key])[0]

    def header_for(self, what):
        return None


class Registry(Server):
    """Debian's docker-registry (CNCF distribution). Blobs that are read were laid into its folder."""

    dialect, put_path = "registry", "bench"
    has = frozenset({"manifest", "stored", "raw"})
    about = "CNCF distribution 2.8, file system driver, blobs; its puts are synced"

    def __init__(self, machine, path, nginx):
        super().__init__(machine, "docker-registry")
        self.path_to, self.nginx = path, nginx
        self.digests = {}
        self.home.mkdir()

    def fill(self, keys):
        top = self.home / "data/docker/registry/v2"
        for what in self.has:
            for key in keys:
                source = self.nginx.file(what, key)
                if not source.exists():
                    continue
                with open(source, "rb") as f:
                    d = hashlib.file_digest(f, "sha256").hexdigest()
                self.digests[what, key.digest] = d
                blob = top / "blobs/sha256" / d[:2] / d
                link = top / "repositories/bench/_layers/sha256" / d
                blob.mkdir(parents=True, exist_ok=True)
                link.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, blob / "data")
                (link / "link").write_text("sha256:" + d)

    def command(self):
        conf = self.home / "config.yml"
        conf.write_text(f"""version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {self.home}/data}}, cache: {{blobdescriptor: inmemory}}}}
http: {{addr: "127.0.0.1:{self.port}", secret: bench}}
""")
        return [self.path_to, "serve", conf]

    def alive(self):
        return "/v2/"

    def path(self, what, key):
        return f"/v2/bench/blobs/sha256:{self.digests[what, key.digest]}"

    def header_for(self, what):
        return None


class BazelRemote(Server):
    """bazel-remote in zstd mode. It takes part where DESIGN 15 names it: large reads of raw bytes, and puts."""

    dialect, put_path = "bazel", "cas"
    has = frozenset({"raw"})
    about = "CAS over HTTP, `--storage_mode zstd`"

    def __init__(self, machine, path, nginx):
        super().__init__(machine, "bazel-remote")
        self.path_to, self.nginx = path, nginx
        self.home.mkdir()

    def command(self):
        return [self.path_to, "--dir", self.home / "data", "--max_size", "50", "--storage_mode", "zstd",
                "--http_address", f"127.0.0.1:{self.port}", "--grpc_address", "none",
                "--access_log_level", "none", "--disable_http_ac_validation"]

    def alive(self):
        return "/status"

    def fill(self, keys):
        import http.client
        for key in keys:
            source = self.nginx.file("raw", key)
            if source.exists():
                c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
                with open(source, "rb") as f:
                    c.request("PUT", f"/cas/{key.digest}", f, {"Content-Length": str(source.stat().st_size)})
                    c.getresponse().read()
                c.close()

    def path(self, what, key):
        return f"/cas/{key.digest}"

    def header_for(self, what):
        return None


def surfaces(machine):
    """This service in the shapes that were built."""
    found = []
    if Path(ROOT / "target/quarkus-app/quarkus-run.jar").exists():
        found.append(Jvm(machine))
    if os.access(ROOT / "target/surface-fs", os.X_OK):
        found.append(Native(machine))
    return found


def peers(machine, nginx):
    """Peers that are installed, and the names of those that are not."""
    found, missing = [], []
    for tool, make in (("versitygw", VersityGw), ("docker-registry", Registry), ("bazel-remote", BazelRemote)):
        path = find(tool)
        if path:
            found.append(make(machine, path, nginx))
        else:
            missing.append(tool)
    return found, missing
