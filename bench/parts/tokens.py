"""What it costs a hot read that its caller brings a token: the same service twice, with OIDC on and without."""

import base64
import json
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from parts.machine import BenchError, say
from parts.servers import TENANT, Surface

AUDIENCE = "surface-fs"


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """An issuer on loopback, as far as a service that takes tokens asks for one; its key is made and used by openssl."""

    def __init__(self, machine):
        self.key = machine.home / "issuer.pem"
        self.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.key)
        modulus = self.openssl("rsa", "-in", self.key, "-noout", "-modulus").decode().strip().partition("=")[2]
        keys = {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "bench", "e": "AQAB",
                          "n": url64(bytes.fromhex(modulus))}]}
        port = machine.free_port()
        self.url = f"http://127.0.0.1:{port}"
        about = {"issuer": self.url, "jwks_uri": self.url + "/keys", "token_endpoint": self.url + "/token",
                 "authorization_endpoint": self.url + "/authorize"}
        pages = {"/.well-known/openid-configuration": about, "/keys": keys}

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(pages.get(self.path, {})).encode()
                self.send_response(200 if self.path in pages else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Pages)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def openssl(self, *args, stdin=None):
        done = subprocess.run(["openssl", *map(str, args)], input=stdin, capture_output=True, timeout=60)
        if done.returncode:
            raise BenchError("openssl: " + done.stderr.decode(errors="replace"))
        return done.stdout

    def token(self):
        """A token good for a day, as long as those of the usual issuers are."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": "9fb22ae3-a256-4753-a504-8712311dbe33", "azp": "bench-scanner",
                  "jti": "trrtcc:1c82972c-623c-8d8e-7e10-90604d66e24a", "iat": now, "exp": now + 86400, "typ": "Bearer",
                  "scope": "surface.read surface.write", "tenant": TENANT, "client_id": "bench-scanner",
                  "realm_access": {"roles": ["offline_access", "default-roles-bench", "uma_authorization"]}}
        head = {"alg": "RS256", "typ": "JWT", "kid": "bench"}
        signed = ".".join(url64(json.dumps(part).encode()) for part in (head, claims))
        return signed + "." + url64(self.openssl("dgst", "-sha256", "-sign", self.key, stdin=signed.encode()))

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Without(Surface):
    """One shape of the service, started anew over that shape's own store, so that both of a pair are as fresh."""

    has = frozenset({"manifest"})

    def __init__(self, machine, shape):
        super().__init__(machine, f"{shape.name}-without-tokens", shape.program)
        self.shape, self.home = shape, shape.home


class WithTokens(Surface):
    """One shape of the service with OIDC on, over a copy of that shape's store."""

    has = frozenset({"manifest"})

    def __init__(self, machine, shape, issuer):
        super().__init__(machine, f"{shape.name}-with-tokens", shape.program)
        self.shape, self.issuer = shape, issuer
        self.token = issuer.token()

    def environment(self):
        return super().environment() | {"SURFACE_SECURITY_AUTH": "oidc", "QUARKUS_OIDC_AUTH_SERVER_URL": self.issuer.url}

    def alive(self):
        return "/q/openapi"

    def header_for(self, what):
        return "Authorization: Bearer " + self.token


class Tokens:
    """Records into the rows of `rows`, under the names of the shapes."""

    def __init__(self, rows):
        self.rows, self.machine, self.scale, self.stage = rows, rows.machine, rows.scale, rows.stage

    def measure(self):
        say("hot reads with tokens")
        issuer = Issuer(self.machine)
        shapes = self.rows.surfaces
        servers = [s for shape in shapes for s in (Without(self.machine, shape), WithTokens(self.machine, shape, issuer))]
        try:
            for s in servers:
                s.shape.down()
                if isinstance(s, WithTokens):
                    shutil.copytree(s.shape.home, s.home)
            for s in servers:
                s.up()
                if isinstance(s, WithTokens):
                    self.must_ask(s)
                self.stage.check(s)
            if self.scale.warm:
                for s in servers:
                    self.rows.wrk(s, "manifest", self.scale.warm)
            self.rows.alternate(servers, self.one)
        finally:
            for s in servers:
                s.down()
            issuer.close()
        for shape in shapes:
            shape.up()

    def one(self, server):
        rate, p99 = self.rows.wrk(server, "manifest", self.scale.seconds)
        row = "manifest-tokens" if isinstance(server, WithTokens) else "manifest-no-tokens"
        self.rows.record(row, server.shape.name, rate)
        self.rows.record(row + "-p99", server.shape.name, p99)

    def must_ask(self, server):
        """Else the row would say nothing."""
        try:
            urllib.request.urlopen(server.url("manifest", self.stage.keys[0]), timeout=60).close()
        except urllib.error.HTTPError as e:
            if e.code == 401:
                return
        raise BenchError(f"{server.name} gives its manifests to everybody")
