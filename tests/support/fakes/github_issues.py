#!/usr/bin/env python3
"""GitHub's list of issues, for a bug check; `Issues` is a part of a fake of
more of GitHub, too.

state:
  token        what a request has to come with; null: anybody may look
  repository   "owner/name"
  issues       [{number, title, state, labels: [name], pull_request?}]
  page         entries on a page, whatever is asked for
"""

import urllib.parse

import fakes


def error(status, message):
    return fakes.Answer(status, {
        "message": message, "status": str(status),
        "documentation_url": "https://docs.github.com/rest"})


class Issues:
    """`state` and `base` (the address that it is reached at) are the fake's.
    """

    @staticmethod
    def listed(state, request):
        wanted = [label for label in
                  request.query.get("labels", "").split(",") if label]
        issues = [issue for issue in state.get("issues", [])
                  if request.query.get("state", "open") in
                  (issue.get("state", "open"), "all")
                  and set(wanted) <= set(issue.get("labels", []))]
        size = min(int(request.query.get("per_page", 30)), 100,
                   state.get("page", 100))
        page = int(request.query.get("page", 1))
        shown = issues[(page - 1) * size:page * size]
        answer = fakes.Answer(200, [Issues.whole(state, issue)
                                    for issue in shown])
        if page * size < len(issues):
            query = urllib.parse.urlencode({**request.query,
                                            "page": page + 1})
            host = request.headers["host"]
            answer.headers["Link"] = (
                f'<http://{host}/repositories/77/issues?{query}>; rel="next", '
                f'<http://{host}/repositories/77/issues?{query}>; rel="last"')
        return answer

    @staticmethod
    def whole(state, issue):
        result = {"number": issue["number"], "title": issue["title"],
                  "state": issue.get("state", "open"),
                  "html_url": "https://github.example/%s/issues/%d" % (
                      state["repository"], issue["number"]),
                  "labels": [{"name": label}
                             for label in issue.get("labels", [])]}
        if issue.get("pull_request"):
            result["pull_request"] = {"url": "https://api.github.example/"}
        return result


class GithubIssues(fakes.Fake):
    first_state = {"token": "gh-t0ken", "repository": "acme/sim",
                   "issues": [], "page": 100}

    def answer(self, request):
        token = self.state["token"]
        self.secrets = (token,) if token else ()
        if not request.headers.get("user-agent"):
            return error(403, "Missing or invalid User Agent string.")
        if token and request.headers.get("authorization") != "Bearer " + token:
            return error(401, "Bad credentials")
        if request.path == "/user":
            return fakes.Answer(200, {"login": "release-bot", "id": 501})
        if request.path in ("/repos/%s/issues" % self.state["repository"],
                            "/repositories/77/issues"):
            return Issues.listed(self.state, request)
        return error(404, "Not Found")


if __name__ == "__main__":
    fakes.main(GithubIssues)
