"""Processes, tools and the temporary folder. What is started here is ended here, by its own id."""

import json
import os
import platform
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class BenchError(Exception):
    """Ends the run: something required is missing, or an answer was wrong."""


BEGIN = time.monotonic()


def say(text):
    print(f"{time.monotonic() - BEGIN:5.0f} s  {text}", file=sys.stderr, flush=True)


def find(tool):
    """The tool's path from PATH or where `go install` puts things, or None."""
    places = [os.environ.get("PATH", ""), os.path.expanduser("~/go/bin"), "/usr/local/go/bin", "/usr/sbin"]
    return shutil.which(tool, path=os.pathsep.join(places))


def require(tool, package):
    path = find(tool)
    if not path:
        raise BenchError(f"{tool} is missing: apt-get install {package}")
    return path


def java():
    """A `java` of at least 25 from JAVA_HOME or the usual places."""
    homes = [os.environ.get("JAVA_HOME", "")] + sorted(map(str, Path("/usr/lib/jvm").glob("*")), reverse=True)
    for home in filter(None, homes):
        release = Path(home, "release")
        if not Path(home, "bin/java").exists() or not release.exists():
            continue
        for line in release.read_text().splitlines():
            if line.startswith("JAVA_VERSION=") and int(line.split('"')[1].split(".")[0]) >= 25:
                return str(Path(home, "bin/java"))
    raise BenchError("no JDK 25 or newer: set JAVA_HOME")


def plain_environment(extra):
    """This environment without what would change a server's shipped defaults."""
    own = ("SURFACE_", "SCANNER_", "ZASTAVA_", "STELLAOPS_", "QUARKUS_", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
    env = {k: v for k, v in os.environ.items() if not k.startswith(own)}
    env.update(extra)
    return env


class Machine:
    """The run's folder, ports, child processes and the load program."""

    def __init__(self):
        base = os.environ.get("BENCH_DIR")
        if not base:
            base = tempfile.gettempdir()
            if self.filesystem(base) == "tmpfs":  # an fsync there costs nothing and proves nothing
                base = "/var/tmp"
        self.home = Path(tempfile.mkdtemp(prefix="surface-bench-", dir=base))
        self.running = []
        self.port = int(os.environ.get("BENCH_PORT", "22000"))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 8192 and os.geteuid() == 0:
            hard = 8192
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # children inherit it
        self.files = hard

    @staticmethod
    def filesystem(path):
        out = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True, timeout=10)
        return out.stdout.strip()

    def free_port(self):
        for self.port in range(self.port + 1, self.port + 900):
            with socket.socket() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    s.bind(("127.0.0.1", self.port))
                    return self.port
                except OSError:
                    continue
        raise BenchError("no free port: set BENCH_PORT")

    def build_load(self):
        go = require("go", "golang-go")
        self.load_path = str(self.home / "load")
        env = dict(os.environ, GOFLAGS="-mod=mod", GOWORK="off", CGO_ENABLED="0", GOTOOLCHAIN="local")
        done = subprocess.run([go, "build", "-o", self.load_path, "."], cwd=ROOT / "bench/load", env=env,
                              capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise BenchError("bench/load does not compile:\n" + done.stderr)
        version = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, timeout=60).stdout
        self.grpc = tuple(int(n) for n in re.findall(r"\d+", version)[:2]) >= (1, 24)  # its HTTP/2 without TLS

    def load(self, *args, timeout=300, stdin=None):
        """Runs the load program; its JSON, or BenchError with what it said."""
        done = subprocess.run([self.load_path, *map(str, args)], capture_output=True, text=True, timeout=timeout,
                              input=stdin)
        if done.returncode:
            raise BenchError(done.stderr.strip())
        return json.loads(done.stdout)

    def load_beside(self, *args):
        """The load program in the background; `finish` gives its JSON. Waits for its line `ready`."""
        p = subprocess.Popen([self.load_path, *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        self.running.append(p)
        line = p.stderr.readline()
        if line.strip() != "ready":
            self.end(p)
            raise BenchError(line.strip() or "the load program ended early")
        return p

    def finish(self, p, timeout=300):
        out, err = p.communicate(timeout=timeout)
        self.running.remove(p)
        if p.returncode:
            raise BenchError(err.strip())
        return json.loads(out)

    def start(self, command, log, env=None, cwd=None):
        """Starts a server in a session of its own, with its output in a log file of the run's folder."""
        with open(self.home / log, "ab") as out:
            p = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                 env=plain_environment(env or {}), cwd=cwd or self.home, start_new_session=True)
        p.log = self.home / log
        self.running.append(p)
        return p

    def wait_http(self, p, port, path, limit=60):
        """Waits for a 200 of a server that was started; tells the end of its log where none comes."""
        ask = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        end = time.monotonic() + limit
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
                    s.sendall(ask)
                    if s.recv(64).split(b" ")[1:2] == [b"200"]:
                        return
            except OSError:
                pass
            if p.poll() is not None:
                break
            time.sleep(0.02)
        tail = "\n".join(Path(p.log).read_text(errors="replace").splitlines()[-15:])
        raise BenchError(f"{Path(p.log).stem} gave no 200 on port {port}:\n{tail}")

    def end(self, p):
        """SIGTERM, then SIGKILL, to one process and the session it leads; waits for its end."""
        for sig, wait in ((signal.SIGTERM, 20), (signal.SIGKILL, 10)):
            if p.poll() is None:
                (os.killpg if os.getpgid(p.pid) == p.pid else os.kill)(p.pid, sig)
                try:
                    p.wait(wait)
                except subprocess.TimeoutExpired:
                    continue
        if p in self.running:
            self.running.remove(p)

    def close(self):
        for p in list(self.running):
            self.end(p)
        shutil.rmtree(self.home, ignore_errors=True)

    def timed(self, command, timeout=300):
        """Seconds that one command takes; its output goes nowhere."""
        t = time.perf_counter()
        subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True,
                       timeout=timeout)
        return time.perf_counter() - t

    def describe(self):
        cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                    if line.startswith("model name")), platform.machine())
        memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1048576
        return (f"{os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, Linux {platform.release()}, "
                f"{self.filesystem(self.home)}; load average at the start {os.getloadavg()[0]:.1f}")


def resident_kib(pid):
    """VmRSS of a process and its descendants, KiB."""
    total = 0
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            total += int(line.split()[1])
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            total += sum(resident_kib(int(c)) for c in children.read_text().split())
        except OSError:
            continue  # a thread or child that has just gone
    return total
