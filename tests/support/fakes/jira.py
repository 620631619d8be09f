#!/usr/bin/env python3
"""Jira Cloud, as far as a bug check asks it.

state:
  user, token   what a request has to come with (Basic)
  issues        [{key, summary, category}]; category: new, indeterminate, done
  page          entries on a page, whatever is asked for
  bad_jql       text: what is wrong with the query
"""

import base64

import fakes


def error(status, *messages, **fields):
    return fakes.Answer(status, {"errorMessages": list(messages),
                                 "errors": fields})


class Jira(fakes.Fake):
    first_state = {"user": "ann@x.org", "token": "jira-t0ken", "issues": [],
                   "page": 100, "bad_jql": None}

    def answer(self, request):
        pair = "%s:%s" % (self.state["user"], self.state["token"])
        basic = base64.b64encode(pair.encode()).decode()
        self.secrets = (basic, self.state["token"])
        if request.headers.get("authorization") != "Basic " + basic:
            return error(401, "Client must be authenticated to access this "
                              "resource.")
        if request.path == "/rest/api/3/myself":
            return fakes.Answer(200, {"displayName": "Ann Example"})
        if request.path in ("/rest/api/3/search", "/rest/api/2/search"):
            return error(410, "The requested API has been removed. Please "
                              "migrate to the /rest/api/3/search/jql API.")
        if request.path != "/rest/api/3/search/jql":
            return error(404, "Not here")
        question = request.json()
        if self.state["bad_jql"]:
            return error(400, self.state["bad_jql"])
        return self.page(question)

    def page(self, question):
        begin = 0
        if "nextPageToken" in question:
            begin = int(question["nextPageToken"].removeprefix("token-"))
        end = begin + min(question.get("maxResults", 50), self.state["page"])
        issues = self.state["issues"]
        body = {"issues": [self.whole(issue, question.get("fields", ["id"]))
                           for issue in issues[begin:end]],
                "isLast": end >= len(issues)}
        if end < len(issues):
            body["nextPageToken"] = "token-%d" % end
        return fakes.Answer(200, body)

    @staticmethod
    def whole(issue, fields):
        if fields == ["id"]:
            return {"id": issue["key"]}
        every = {"summary": issue["summary"],
                 "status": {"name": "whatever", "statusCategory": {
                     "key": issue["category"]}}}
        return {"id": "1", "key": issue["key"],
                "fields": {key: every[key] for key in fields if key in every}}


if __name__ == "__main__":
    fakes.main(Jira)
