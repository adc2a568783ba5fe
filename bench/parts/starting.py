"""One start of the service: how long until its first 200, what that time consists of, and what it holds when idle."""

import re
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from parts.machine import BenchError
from parts.servers import Jvm, Surface

LINE = re.compile(r'event=start\.times message="main=(\d+)((?: \w+=[\d.]+)+)"')
CATEGORY = '-Dquarkus.log.category."io.surfacefs.app.StartTimes".level=DEBUG'


@dataclass
class Started:
    """`parts` in milliseconds, in the order in which they follow one another; together they are `ms`."""

    ms: float
    parts: dict


@dataclass
class Resident:
    """MiB that a process holds: all, of them memory of its own, of them pages of files."""

    all: float
    anonymous: float
    file: float

    @staticmethod
    def of(pid):
        sizes = {}
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in ("VmRSS", "RssAnon", "RssFile"):
                sizes[name] = int(value.split()[0]) / 1024
        return Resident(sizes["VmRSS"], sizes["RssAnon"], sizes["RssFile"])


def most_resident(pid):
    """The most that a process ever held, MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise BenchError("no VmHWM: the bench wants Linux")


class Sidecar(Surface):
    """A shape with the configuration of the shipped sidecar, in front of a service of the same shape."""

    def __init__(self, machine, shape, service):
        super().__init__(machine, f"{shape.name}-sidecar", shape.program)
        self.service = service
        if not isinstance(shape, Jvm):
            self.program = [*shape.program, "-Xmn16m"]

    def environment(self):
        return super().environment() | {
            "SURFACE_TENANT": "bench", "SURFACE_STORE_TYPE": "upstream",
            "SURFACE_STORE_ENDPOINT": f"http://127.0.0.1:{self.service.grpc}",
            "SURFACE_CACHE_TYPE": "disk", "SURFACE_CACHE_QUOTA": "3G", "SURFACE_CACHE_MEMORY_QUOTA": "32M",
            "SURFACE_INTAKE_QUOTA": "1G", "SURFACE_LIMITS_CONCURRENT_PUTS": "8", "SURFACE_LIMITS_CONCURRENT_FETCHES": "16"}


def start(machine, server, home):
    """Starts it on an empty folder. Its process is `server.process`, for the caller to end."""
    server.home = home
    program = [*server.program]
    program.insert(1, CATEGORY)
    log = f"start-{server.name}.log"
    (machine.home / log).unlink(missing_ok=True)
    ask = (f"GET {server.alive()} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n").encode()
    wall, begin = time.time(), time.perf_counter()
    server.process = machine.start([*program, "serve"], log, server.environment())
    while not answers(server.port, ask):
        if server.process.poll() is not None or time.perf_counter() - begin > 60:
            raise BenchError(f"{server.name} gave no 200:\n" + (machine.home / log).read_text(errors="replace")[-2000:])
        time.sleep(0.0002)  # leaves the core to what is starting
    ms = (time.perf_counter() - begin) * 1000
    return Started(ms, parts(machine.home / log, wall, ms))


def answers(port, ask):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
            s.sendall(ask)
            return s.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def parts(log, wall, ms):
    """What the service's own line says, what was before its code was reached, and what is left to the first answer."""
    end = time.monotonic() + 5
    while not (said := LINE.search(log.read_text(errors="replace"))):
        if time.monotonic() > end:
            raise BenchError(f"no start.times in {log.name}")
        time.sleep(0.01)
    found = {"runtime": int(said[1]) / 1000 - wall * 1000}
    for part in said[2].split():
        name, _, value = part.partition("=")
        found[name] = float(value)
    # REST is open before the last of the ports is, so this may be a little less than nothing.
    found["first answer"] = ms - sum(found.values())
    return found


def sections(binary):
    """Megabytes of a binary by what they are for."""
    names = {".text": "code", ".svm_heap": "objects of the image", ".rodata": "constants"}
    sizes = {}
    listed = subprocess.run(["readelf", "-SW", binary], capture_output=True, text=True, check=True, timeout=60).stdout
    for line in listed.splitlines():
        fields = re.match(r"\s*\[\s*\d+\]\s+(\S+)\s+(\S+)\s+\S+\s+\S+\s+([0-9a-f]+)", line)
        if fields and fields[2] != "NOBITS":
            name = names.get(fields[1], "the rest")
            sizes[name] = sizes.get(name, 0) + int(fields[3], 16) / 1e6
    return sizes


def shipped(shape):
    """Megabytes of what has to be shipped, by part."""
    if isinstance(shape, Jvm):
        cache = [f for f in shape.shipped() if f.suffix == ".aot"]
        return {"jars": (shape.size() - sum(f.stat().st_size for f in cache)) / 1e6,
                **({"AOT cache": cache[0].stat().st_size / 1e6} if cache else {})}
    binary, *libraries = shape.shipped()
    return {"binary": binary.stat().st_size / 1e6, **{f"of it {n}": s for n, s in sections(binary).items()},
            "libraries of the JDK beside it": sum(f.stat().st_size for f in libraries) / 1e6}
