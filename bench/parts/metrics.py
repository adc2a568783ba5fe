"""What it costs a hot read that it is counted and timed: the jar twice, as it is and from a build that leaves Micrometer out."""

import os
import shutil
import urllib.error
import urllib.request
from pathlib import Path

from parts.machine import ROOT, BenchError, java, say
from parts.servers import Jvm, Surface

BARE = ROOT / "target/no-metrics-app/quarkus-run.jar"
TURNS = 4  # a round has so many of each, since what is asked for is smaller than what a turn alone can tell


class Build(Surface):
    """One build of the jar, without an AOT cache, over a copy of the JVM's store: of two on one folder only one would own it."""

    has = frozenset({"manifest", "stored"})

    def __init__(self, machine, shape, jar, name):
        super().__init__(machine, f"JVM-{name}", [java(), "-jar", str(jar)])
        self.counts = name == "metrics"
        shutil.copytree(shape.home, self.home)

    def must_differ(self):
        """Else the row would say nothing."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.management}/q/metrics", timeout=60) as answer:
                counted = b"surface_manifest_get_seconds_count" in answer.read()
        except urllib.error.HTTPError as e:
            counted = e.code != 404
        if counted != self.counts:
            raise BenchError(f"{self.name} {'has' if counted else 'has no'} metrics")

    def cpu_seconds(self):
        """Of all its threads, since its start."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Metrics:
    """Records into the rows of `rows`, under the JVM's name."""

    def __init__(self, rows):
        self.rows, self.machine, self.scale, self.stage = rows, rows.machine, rows.scale, rows.stage

    def measure(self):
        say("hot reads with metrics and without")
        shape = next((s for s in self.rows.surfaces if isinstance(s, Jvm)), None)
        jar = ROOT / "target/quarkus-app/quarkus-run.jar"
        if not shape or not BARE.exists():
            say(f"left out: {BARE.relative_to(ROOT)} isn't built")
            return
        shape.down()
        builds = [Build(self.machine, shape, BARE, "no-metrics"), Build(self.machine, shape, jar, "metrics")]
        try:
            for s in builds:
                s.up()
                s.must_differ()
                self.stage.check(s)
            for what in ("manifest", "stored"):
                for s in builds if self.scale.warm else ():
                    self.rows.wrk(s, what, 3 * self.scale.warm)
                for r in range(self.scale.rounds):
                    self.round(builds if r % 2 == 0 else builds[::-1], what)
        finally:
            for s in builds:
                s.down()
        shape.up()

    def round(self, builds, what):
        spent = {s: [0, 0] for s in builds}
        for turn in range(1 if self.scale.quick else TURNS):
            for s in builds if turn % 2 == 0 else builds[::-1]:
                before = s.cpu_seconds()
                requests = self.rows.wrk_answers(s, what, self.scale.seconds)["requests"]
                spent[s][0] += s.cpu_seconds() - before
                spent[s][1] += requests
        for s, (seconds, requests) in spent.items():
            self.rows.record(f"{what}-cpu-{'metrics' if s.counts else 'no-metrics'}", "JVM", 1e6 * seconds / requests)
