#!/usr/bin/env python3
"""Weights & Biases' GraphQL, as far as metrics are read from it.

state:
  key     the API key a request has to come with
  runs    {"entity/project/run": {states: [one for each look, the last
          stays], summary: TEXT of JSON as the service keeps it, or
          summaries: [one for each look], history: [{key: value}]}}
  every   such a run, for all names that are not among them
"""

import base64
import json

import fakes


def graphql(data, *messages):
    body = {"data": data}
    if messages:
        body["errors"] = [{"message": text, "path": ["project"]}
                          for text in messages]
    return fakes.Answer(200, body)


class Wandb(fakes.Fake):
    first_state = {"key": "wandb-k3y", "runs": {}}

    def __init__(self, world):
        super().__init__(world)
        self.looks = {}

    def answer(self, request):
        basic = base64.b64encode(
            ("api:" + self.state["key"]).encode()).decode()
        self.secrets = (basic, self.state["key"])
        if request.path != "/graphql" or request.method != "POST":
            return fakes.Answer(404, {"error": "not here"})
        if request.headers.get("authorization") != "Basic " + basic:
            return fakes.Answer(401, {"errors": ["invalid API key"]})
        asked = request.json()
        query, variables = asked["query"], asked.get("variables", {})
        if "viewer" in query:
            return graphql({"viewer": {"username": "ann"}})
        name = "%s/%s/%s" % (variables["entity"], variables["project"],
                             variables["name"])
        run = self.state["runs"].get(name, self.state.get("every"))
        if run is None:
            projects = {key.rsplit("/", 1)[0] for key in self.state["runs"]}
            known = name.rsplit("/", 1)[0] in projects
            return graphql({"project": {"run": None} if known else None})
        if "sampledHistory" in query:
            return graphql({"project": {"run": {"sampledHistory": [
                self.sampled(run, json.loads(spec))
                for spec in variables["specs"]]}}})
        return graphql({"project": {"run": self.whole(name, run)}})

    def whole(self, name, run):
        look = self.looks.get(name, 0)
        self.looks[name] = look + 1
        states = run.get("states", ["finished"])
        summaries = run.get("summaries", [run.get("summary")])
        return {"state": states[min(look, len(states) - 1)],
                "summaryMetrics": summaries[min(look, len(summaries) - 1)],
                "historyLineCount": len(run.get("history", []))}

    @staticmethod
    def sampled(run, spec):
        """Rows that lack one of the keys are not given."""
        rows = [dict(row, _step=step)
                for step, row in enumerate(run.get("history", []))]
        rows = [{key: row[key] for key in spec["keys"]} for row in rows
                if all(key in row for key in spec["keys"])]
        every = max(1, -(-len(rows) // spec.get("samples", 500)))
        return rows[::every]


if __name__ == "__main__":
    fakes.main(Wandb)
