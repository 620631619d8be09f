#!/usr/bin/env python3
"""Datadog, as far as series are sent to it.

state:
  key      the API key
  series   what was taken: [{metric, timestamp, value, tags}]
  twice    how many points came again
"""

import json

import fakes

BYTES_MAX = 512000


class Datadog(fakes.Fake):
    first_state = {"key": "dd-k3y-of-ann", "series": [], "twice": 0}

    def answer(self, request):
        self.secrets = (self.state["key"],)
        if request.headers.get("dd-api-key") != self.state["key"]:
            return fakes.Answer(403, {"errors": ["Forbidden"]})
        if request.path == "/api/v1/validate":
            return fakes.Answer(200, {"valid": True})
        if request.path != "/api/v2/series" or request.method != "POST":
            return fakes.Answer(404, {"errors": ["Not found"]})
        if len(request.body) > BYTES_MAX:
            return fakes.Answer(413, {"errors": ["Payload too large"]})
        wrong = self.take(request.json())
        self.save_state()
        return fakes.Answer(202, {"errors": wrong})

    def take(self, body):
        wrong = []
        for series in body["series"]:
            for point in series["points"]:
                if isinstance(point["value"], (str, bool)):
                    wrong.append("value is no number")
                    continue
                one = {"metric": series["metric"], "tags": series["tags"],
                       "type": series["type"], **point}
                key = json.dumps([one["metric"], one["tags"],
                                  one["timestamp"]])
                known = [s for s in self.state["series"] if key == json.dumps(
                    [s["metric"], s["tags"], s["timestamp"]])]
                if known:  # the point is overwritten
                    self.state["twice"] += 1
                    known[0].update(one)
                else:
                    self.state["series"].append(one)
        return wrong


if __name__ == "__main__":
    fakes.main(Datadog)
