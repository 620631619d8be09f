#!/usr/bin/env python3
"""Asana, as far as a bug check asks it.

state:
  token      what a request has to come with
  project    the gid of the only project
  sections   [{gid, name}]
  tasks      {gid of a section: [{gid, name, completed, permalink_url, ...}]}
  page       at most so many entries on a page, whatever is asked for
"""

import base64
import re

import fakes

FIRST = {
    "token": "asana-t0ken", "project": "42", "page": 100,
    "sections": [{"gid": "900110", "name": "Backlog"},
                 {"gid": "900111", "name": "Active"}],
    "tasks": {"900110": [], "900111": []},
}


def error(status, message, **more):
    return fakes.Answer(status, {"errors": [dict(message=message, **more)]})


class Asana(fakes.Fake):
    first_state = FIRST

    def __init__(self, world):
        super().__init__(world)
        self.secrets = (self.state["token"],)

    def answer(self, request):
        self.secrets = (self.state["token"],)
        if (request.headers.get("authorization")
                != "Bearer " + self.state["token"]):
            return error(401, "Not Authorized")
        if request.path == "/users/me":
            return self.whole(request, {
                "gid": "1", "resource_type": "user", "name": "Ann Example",
                "email": "ann@x.org", "workspaces": []})
        match = re.fullmatch(r"/projects/([^/]+)/sections", request.path)
        if match:
            if not match[1].isdigit():
                return error(400, "project: Not a Long: " + match[1])
            if match[1] != self.state["project"]:
                return error(404, "project: Unknown object: " + match[1])
            return self.page(request, self.state["sections"])
        match = re.fullmatch(r"/sections/([^/]+)/tasks", request.path)
        if match:
            if match[1] not in self.state["tasks"]:
                return error(404, "section: Unknown object: " + match[1])
            tasks = self.state["tasks"][match[1]]
            if request.query.get("completed_since") == "now":
                tasks = [task for task in tasks if not task.get("completed")]
            return self.page(request, tasks)
        return error(404, "No matching route for request")

    def whole(self, request, entry):
        return fakes.Answer(200, {"data": self.chosen(request, entry)})

    def chosen(self, request, entry):
        """The fields that were asked for; without opt_fields the compact
        ones, and `completed` is none of them."""
        wanted = request.query.get("opt_fields", "name,resource_type")
        fields = ["gid"] + wanted.split(",")
        return {key: entry[key] for key in fields if key in entry}

    def page(self, request, entries):
        if "limit" not in request.query:
            return fakes.Answer(
                200, {"data": [self.chosen(request, e) for e in entries]})
        limit = int(request.query["limit"])
        if not 1 <= limit <= 100:
            return error(400, "limit: Must be between 1 and 100")
        limit = min(limit, self.state["page"])
        begin = 0
        if "offset" in request.query:
            begin = self.begin_of(request.query["offset"], len(entries))
            if begin is None:
                return error(400, "offset: Your pagination token is invalid.")
        end = begin + limit
        body = {"data": [self.chosen(request, e) for e in entries[begin:end]],
                "next_page": None}
        if end < len(entries):
            offset = base64.urlsafe_b64encode(b"at=%d" % end).decode()
            target = f"{request.path}?limit={limit}&offset={offset}"
            body["next_page"] = {"offset": offset, "path": target,
                                 "uri": "https://app.asana.com" + target}
        return fakes.Answer(200, body)

    @staticmethod
    def begin_of(offset, count):
        try:
            text = base64.urlsafe_b64decode(offset).decode()
            begin = int(text.removeprefix("at="))
        except ValueError:
            return None
        return begin if text.startswith("at=") and begin < count else None


if __name__ == "__main__":
    fakes.main(Asana)
