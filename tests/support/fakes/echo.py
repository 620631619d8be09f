#!/usr/bin/env python3
"""A service that says what it was asked, for tests of the HTTP client. A GET
of /bytes/N is answered with N bytes."""

import fakes


class Echo(fakes.Fake):
    def answer(self, request):
        if request.path.startswith("/bytes/"):
            return fakes.Answer(200, "x" * int(request.path.split("/")[-1]))
        return fakes.Answer(200, {
            "method": request.method, "path": request.path,
            "raw_path": request.raw_path, "query": request.query,
            "headers": request.headers, "body": request.body.decode()})


if __name__ == "__main__":
    fakes.main(Echo)
