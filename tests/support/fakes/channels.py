#!/usr/bin/env python3
"""Discord, Slack and a receiver of signed webhooks, at one address:

  POST /api[/v10]/webhooks/ID/TOKEN   Discord; GET, and its messages too
  POST /services/T/B/TOKEN            Slack
  POST /hook                          a Standard Webhooks receiver

Its state: `token` of Discord and Slack, `secret` of the receiver, `gone` (a
list of discord, slack, hook that are deleted), and `discord`, `slack`, `hook`:
what was posted, each message once. Discord and Slack make a message of every
request; the receiver knows a repeat by its id and counts it in `repeats`.
"""

import base64
import hashlib
import hmac
import re
import time

import fakes

DISCORD = re.compile(r"/api(/v\d+)?/webhooks/(\d+)/([^/]+)"
                     r"(/messages/(\d+))?")
SLACK = re.compile(r"/services/([^/]+)/([^/]+)/([^/]+)")
CONTENT_MAX = 2000
TEXT_MAX = 40000
TOLERANCE_S = 300


def form_error(field, code, message):
    """Of Discord's newer versions."""
    return fakes.Answer(400, {
        "code": 50035, "message": "Invalid Form Body",
        "errors": {field: {"_errors": [{"code": code, "message": message}]}}})


class Channels(fakes.Fake):
    first_state = {"token": "s3cret-token",
                   "secret": "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtMjRi",
                   "gone": [], "discord": [], "slack": [], "hook": [],
                   "repeats": 0}
    secrets = ("s3cret-token", "c2VjcmV0LXNlY3JldC1zZWNyZXQtMjRi")

    def answer(self, request):
        discord = DISCORD.fullmatch(request.path)
        if discord:
            return self.discord(request, discord)
        slack = SLACK.fullmatch(request.path)
        if slack:
            return self.slack(request, slack)
        if request.path == "/hook":
            return self.hook(request)
        return fakes.Answer(404, {"message": "404: Not Found", "code": 0})

    # --- Discord ---

    def discord(self, request, match):
        version, webhook, token, _, message = match.groups()
        if "discord" in self.state["gone"]:
            return fakes.Answer(404, {"message": "Unknown Webhook",
                                      "code": 10015})
        if token != self.state["token"]:
            return fakes.Answer(401, {"message": "Invalid Webhook Token",
                                      "code": 50027})
        if message:
            found = [m for m in self.state["discord"] if m["id"] == message]
            return (fakes.Answer(200, found[0]) if found else
                    fakes.Answer(404, {"message": "Unknown Message",
                                       "code": 10008}))
        if request.method == "GET":
            return fakes.Answer(200, {"id": webhook, "type": 1,
                                      "name": "releases", "channel_id": "222"})
        return self.execute(request, version, webhook)

    def execute(self, request, version, webhook):
        body = request.json()
        kind = request.headers.get("content-type", "")
        if not kind.startswith("application/json") or body is None:
            return form_error("_", "CONTENT_TYPE", "Expected application/json")
        content = body.get("content") or ""
        if not content.strip():
            return fakes.Answer(400, {"message": "Cannot send an empty message",
                                      "code": 50006})
        if len(content) > CONTENT_MAX:
            if version is None:
                return fakes.Answer(400, {"content": [
                    f"Must be {CONTENT_MAX} or fewer in length."]})
            return form_error("content", "BASE_TYPE_MAX_LENGTH",
                              f"Must be {CONTENT_MAX} or fewer in length.")
        message = {"id": str(1370000000000000001 + len(self.state["discord"])),
                   "type": 0, "content": content, "channel_id": "222",
                   "webhook_id": webhook, "flags": body.get("flags", 0),
                   "allowed_mentions": body.get("allowed_mentions")}
        self.state["discord"].append(message)
        self.save_state()
        headers = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "4",
                   "X-RateLimit-Reset-After": "0.5"}
        if request.query.get("wait") in ("true", "True", "1"):
            return fakes.Answer(200, message, headers)
        return fakes.Answer(204, None, headers)

    # --- Slack ---

    def slack(self, request, match):
        if "slack" in self.state["gone"]:
            return fakes.Answer(404, "no_service")
        if match.group(3) != self.state["token"]:
            return fakes.Answer(403, "invalid_token")
        body = request.json()
        if not isinstance(body, dict):
            return fakes.Answer(400, "invalid_payload")
        if not body.get("text"):
            return fakes.Answer(400, "no_text")
        self.state["slack"].append({"text": body["text"][:TEXT_MAX]})
        self.save_state()
        return fakes.Answer(200, "ok", {"Content-Type": "text/html"})

    # --- Standard Webhooks ---

    def hook(self, request):
        if "hook" in self.state["gone"]:
            return fakes.Answer(410, "gone")
        name = request.headers.get("webhook-id", "")
        at = request.headers.get("webhook-timestamp", "")
        if not name or not at.isdigit():
            return fakes.Answer(400, "headers are missing")
        if abs(time.time() - int(at)) > TOLERANCE_S:
            return fakes.Answer(400, "timestamp out of tolerance")
        secret = self.state["secret"].removeprefix("whsec_")
        key = base64.b64decode(secret + "=" * (-len(secret) % 4))
        text = f"{name}.{at}.".encode() + request.body
        good = "v1," + base64.b64encode(
            hmac.new(key, text, hashlib.sha256).digest()).decode()
        given = request.headers.get("webhook-signature", "").split()
        if not any(hmac.compare_digest(good, one) for one in given):
            return fakes.Answer(401, "bad signature")
        if any(known["id"] == name for known in self.state["hook"]):
            self.state["repeats"] += 1
        else:
            self.state["hook"].append({"id": name, "body": request.json()})
        self.save_state()
        return fakes.Answer(204)


if __name__ == "__main__":
    fakes.main(Channels)
