"""What the fakes of services share: a real HTTP server on loopback.

    python3 FAKE.py WORLD

WORLD is a folder, the whole world of one fake:

  port      the fake writes it once it listens (a free one); never read
  journal   the fake adds a JSON line for every request, in the order they
            came: n, method, path, query, headers, body (JSON where it is),
            and `status`, what it answered (null: nothing, or not wholly).
            Secrets are in it as "***", so a test may see that they came.
  rules     JSON, written by the test whenever it likes: what goes wrong
  state     JSON, what the service knows; the fake reads it anew when it was
            written, and writes it when a request changed it

`rules` is a list; the first that fits a request is followed:

  method, path   of the request; path is a regular expression for all of it
  times          [1, 2]: only for the first and second that fit; without it
                 for all
  status, headers, body      an answer in place of the fake's own; a body that
                 is no text is sent as JSON
  after          true: the fake does what was asked, then the rule's answer
                 or fault takes the place of its own
  delay_s        before the answer
  fault          drop     closes without an answer
                 reset    the same, with a reset
                 cut      promises the whole body and sends half of it
                 drip     a byte every `drip_s`, for ever
                 chunked  the whole body, without saying how long it is
                 html     a page of HTML with the status (503)
                 gzip     the body compressed, whatever was asked for

A world called `tls` is served over TLS, with the files tls-cert and tls-key
beside it. A fake is a class: see `Fake`. Standard library alone.
"""

import gzip
import http.server
import json
import os
import pathlib
import re
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

PAGE = ("<html><head><title>503 Service Temporarily Unavailable</title>"
        "</head><body><h1>Sorry</h1></body></html>")


class Request:
    def __init__(self, method, target, headers, body):
        parts = urllib.parse.urlsplit(target)
        self.method = method
        self.path = urllib.parse.unquote(parts.path)
        self.raw_path = parts.path
        self.query = dict(urllib.parse.parse_qsl(parts.query, True))
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    def json(self):
        """The body, or None where it is no JSON."""
        try:
            return json.loads(self.body or b"null")
        except ValueError:
            return None


class Answer:
    """body: None, text, or something that becomes JSON."""

    def __init__(self, status, body=None, headers=None):
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    def data(self):
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body).encode()

    def all_headers(self):
        headers = dict(self.headers)
        if self.body is not None and "Content-Type" not in headers:
            text = isinstance(self.body, (str, bytes))
            headers["Content-Type"] = ("text/plain" if text
                                       else "application/json; charset=UTF-8")
        return headers


class Fake:
    """One service. A subclass says what it answers, and with which state it
    begins; one request is answered at a time."""

    first_state = {}
    secrets = ()  # what is not written into the journal

    def __init__(self, world):
        self.world = pathlib.Path(world)
        self.world.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.count = 0
        self.seen = {}  # how often each rule has fitted
        self.stamp = None
        self.state = json.loads(json.dumps(self.first_state))

    def answer(self, request):
        """An Answer."""
        raise NotImplementedError

    # --- the world ---

    def load_state(self):
        file = self.world / "state"
        try:
            stamp = file.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if stamp != self.stamp:
            self.state = json.loads(file.read_text())
            self.stamp = stamp

    def save_state(self):
        file = self.world / "state"
        self.write(file, json.dumps(self.state, indent=1))
        self.stamp = file.stat().st_mtime_ns

    def write(self, file, text):
        new = file.with_suffix(".new")
        new.write_text(text)
        os.replace(new, file)

    def rule_for(self, request):
        try:
            rules = json.loads((self.world / "rules").read_text())
        except FileNotFoundError:
            return None
        for rule in rules:
            if rule.get("method", request.method) != request.method:
                continue
            if not re.fullmatch(rule.get("path", ".*"), request.path):
                continue
            key = json.dumps(rule, sort_keys=True)
            self.seen[key] = self.seen.get(key, 0) + 1
            if self.seen[key] in rule.get("times", [self.seen[key]]):
                return rule
        return None

    def hide(self, text):
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text

    def note(self, request, status):
        self.count += 1
        body = request.json()
        if body is None and request.body:
            body = request.body.decode("utf-8", "replace")
        line = json.dumps({
            "n": self.count, "method": request.method, "path": request.path,
            "query": request.query, "headers": request.headers, "body": body,
            "status": status})
        with open(self.world / "journal", "a", encoding="utf-8") as journal:
            journal.write(self.hide(line) + "\n")

    # --- serving ---

    def handle(self, request):
        """The Answer and the rule that goes with it."""
        with self.lock:
            self.load_state()
            rule = self.rule_for(request) or {}
            answer = None
            own = not {"status", "fault", "body"} & set(rule)
            if own or rule.get("after") or rule.get("fault") in (
                    "cut", "drip", "chunked", "gzip"):
                answer = self.answer(request)
            if "status" in rule or "body" in rule:
                answer = Answer(rule.get("status", 200), rule.get("body"),
                                rule.get("headers"))
            elif answer is not None:
                answer.headers.update(rule.get("headers", {}))
            if rule.get("fault") == "html":
                answer = Answer(rule.get("status", 503), PAGE,
                                {"Content-Type": "text/html"})
            lost = rule.get("fault") in ("drop", "reset", "cut", "drip")
            self.note(request, None if lost else answer.status)
            return answer, rule


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake = None

    def serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        request = Request(self.command, self.path, self.headers.items(), body)
        answer, rule = self.fake.handle(request)
        time.sleep(rule.get("delay_s", 0))
        fault = rule.get("fault")
        if fault in ("drop", "reset"):
            self.leave(fault == "reset")
            return
        self.send(answer, fault, rule)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = serve

    def leave(self, reset=False):
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def send(self, answer, fault, rule):
        data = answer.data()
        headers = answer.all_headers()
        if fault == "gzip":
            data = gzip.compress(data)
            headers["Content-Encoding"] = "gzip"
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        if fault == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        elif answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault == "chunked":
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data))
        elif fault == "cut":
            self.wfile.write(data[:len(data) // 2])
            self.wfile.flush()
            self.leave()
        elif fault == "drip":
            self.drip(data, rule.get("drip_s", 0.05))
        else:
            self.wfile.write(data)

    def drip(self, data, pause_s):
        try:
            for byte in data[:-1]:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(pause_s)
            time.sleep(3600)
        except OSError:
            self.close_connection = True

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, BrokenPipeError, ValueError):
            self.close_connection = True

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)


def serve(fake):
    """Serves for ever; the port is in the world's folder."""
    handler = type("FakeHandler", (Handler,), {"fake": fake})
    server = Server(("127.0.0.1", 0), handler)
    certificate = fake.world.parent / "tls-cert"
    if fake.world.name == "tls" and certificate.exists():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, fake.world.parent / "tls-key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    fake.write(fake.world / "port", str(server.server_address[1]))
    server.serve_forever()


def main(fake_class):
    serve(fake_class(sys.argv[1]))
