#!/usr/bin/env python3
"""GitHub's REST interface for one repository whose git side is a bare
repository on this disk: pull requests really have heads, and merging one
really moves the branch.

Its state:

  repository, id    owner/name and its number; `renamed`: the old name, which
                    is answered with a redirect
  git               the path of the bare repository
  token             the one that is let in, and `user`, whose it is
  users             login to {id, permission, type}
  pulls, releases   what is there; a test may change it
  reviews           of a pull's number: [{user, state, commit, ...}]; a commit
                    of "head" is the head as it is when first looked at
  checks, statuses  [{name, status, conclusion}], [{context, state}]
  issues            as github_issues.py has them; `issues_of`: the repository
                    whose they are, where it is another one
  rules             {approvals, checks, merge_commits}
  mergeable_after   so many looks at a pull find mergeable null
  move_head_on_merge, move_base_on_merge   a commit that is pushed just then
  per_page          pages are no longer than this
  spent_tags        tags that an immutable release has used

Throttling and broken answers are rules of fakes.py.
"""

import hashlib
import re
import subprocess

import fakes
import github_issues

VERSIONS = {"2022-11-28", "2026-03-10"}
BODY_MAX = 65536
NOTES_MAX = 125000


def failed(*errors):
    return fakes.Answer(422, {
        "message": "Validation Failed", "errors": list(errors),
        "documentation_url": "https://docs.github.example/rest",
        "status": "422"})


def words(status, message):
    return fakes.Answer(status, {
        "message": message, "status": str(status),
        "documentation_url": "https://docs.github.example/rest"})


class GitHub(fakes.Fake):
    first_state = {
        "repository": "acme/sim", "id": 77, "renamed": None, "git": "",
        "token": "ghp_s3cret", "user": "release-bot",
        "users": {"release-bot": {"id": 501, "permission": "write",
                                  "type": "User"}},
        "pulls": [], "releases": [], "reviews": {}, "checks": [],
        "statuses": [], "issues": [], "rules": {}, "mergeable_after": 1,
        "per_page": 100,
        "spent_tags": [], "move_head_on_merge": None,
        "move_base_on_merge": None}
    secrets = ("ghp_s3cret",)

    # What reading changes is kept here: a read never writes the state, which a
    # test may be writing at that moment.
    looks = {}
    heads = {}

    # --- git ---

    def git(self, *arguments, text=None, check=True):
        done = subprocess.run(
            ["git", "-c", "user.name=GitHub", "-c",
             "user.email=noreply@github.example", "-C", self.state["git"],
             *arguments], input=text, capture_output=True, text=True,
            check=False)
        if check and done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.strip() if done.returncode == 0 else None

    def ref(self, name):
        return self.git("rev-parse", "--verify", "--quiet", name, check=False)

    def commit_on(self, branch):
        """Somebody pushes an empty commit."""
        tip = self.ref(f"refs/heads/{branch}")
        new = self.git("commit-tree", f"{tip}^{{tree}}", "-p", tip, "-m",
                       "Somebody was faster")
        self.git("update-ref", f"refs/heads/{branch}", new)

    # --- every request ---

    def answer(self, request):
        refusal = self.refusal(request)
        if refusal:
            return refusal
        if request.path == "/user":
            login = self.state["user"]
            return self.answered({"login": login,
                                  "id": self.state["users"][login]["id"],
                                  "type": "User"})
        if request.path == f"/repos/{self.state.get('issues_of')}/issues":
            return github_issues.Issues.listed(self.state, request)
        base = "/repos/" + self.state["repository"]
        renamed = self.state.get("renamed")
        if renamed and request.path.startswith("/repos/" + renamed):
            rest = request.path.removeprefix("/repos/" + renamed)
            return fakes.Answer(301, {"message": "Moved Permanently"}, {
                "Location": f"/repositories/{self.state['id']}{rest}"})
        numeric = f"/repositories/{self.state['id']}"
        for prefix in (base, numeric):
            if request.path == prefix or request.path.startswith(prefix + "/"):
                return self.route(request, request.path.removeprefix(prefix))
        return words(404, "Not Found")

    def refusal(self, request):
        if not request.headers.get("user-agent"):
            return words(403, "Missing or invalid User Agent string. See "
                              "https://docs.github.example for guidance.")
        version = request.headers.get("x-github-api-version", "2022-11-28")
        if version not in VERSIONS:
            return words(400, "The API version is not supported")
        given = request.headers.get("authorization", "")
        if given not in (f"Bearer {self.state['token']}",
                         f"token {self.state['token']}"):
            return words(401, "Bad credentials")
        if request.path != "/" and request.path.endswith("/"):
            return words(404, "Not Found")
        return None

    def answered(self, body, status=200, headers=None):
        known = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4990",
                 "X-GitHub-Request-Id": f"R{self.count + 1}",
                 "x-github-api-version-selected": "2022-11-28"}
        known.update(headers or {})
        return fakes.Answer(status, body, known)

    ROUTES = (
        ("GET", r"", "repository_"), ("GET", r"/pulls", "list_pulls"),
        ("POST", r"/pulls", "open_pull"), ("GET", r"/pulls/(\d+)", "one_pull"),
        ("PATCH", r"/pulls/(\d+)", "edit_pull"),
        ("GET", r"/pulls/(\d+)/reviews", "reviews_of"),
        ("PUT", r"/pulls/(\d+)/merge", "merge"),
        ("GET", r"/collaborators/([^/]+)/permission", "permission"),
        ("GET", r"/commits/(.+)/check-runs", "check_runs"),
        ("GET", r"/commits/(.+)/status", "statuses"),
        ("GET", r"/issues", "issues"),
        ("GET", r"/releases/tags/(.+)", "release_of"),
        ("POST", r"/releases", "publish"))

    def route(self, request, path):
        for method, pattern, name in self.ROUTES:
            match = re.fullmatch(pattern, path)
            if match and request.method == method:
                return getattr(self, name)(request, *match.groups())
        return words(404, "Not Found")

    def paged(self, request, items, wrap=None):
        size = min(int(request.query.get("per_page", 30)), 100,
                   self.state["per_page"])
        page = int(request.query.get("page", 1))
        part = items[(page - 1) * size:page * size]
        headers = {}
        if page * size < len(items):
            # As GitHub does, by the repository's number.
            host = request.headers["host"]
            rest = request.raw_path.removeprefix(
                "/repos/" + self.state["repository"])
            rest = rest.removeprefix(f"/repositories/{self.state['id']}")
            more = "&".join(f"{key}={value}" for key, value
                            in request.query.items() if key != "page")
            url = (f"http://{host}/repositories/{self.state['id']}{rest}"
                   f"?{more}&page=")
            last = -(-len(items) // size)
            headers["Link"] = (f'<{url}{page + 1}>; rel="next", '
                               f'<{url}{last}>; rel="last"')
        body = part if wrap is None else {"total_count": len(items),
                                          wrap: part}
        return self.answered(body, headers=headers)

    def issues(self, request):
        return github_issues.Issues.listed(self.state, request)

    def repository_(self, _):
        return self.answered({"id": self.state["id"],
                              "full_name": self.state["repository"],
                              "permissions": {"push": True},
                              "allow_merge_commit": self.allows_merges()})

    def user(self, login):
        known = self.state["users"].get(login)
        return known and {"login": login, "id": known["id"],
                          "type": known.get("type", "User")}

    # --- pull requests ---

    def shown(self, pull, whole):
        merged = pull.get("merged", False)
        owner = self.state["repository"].split("/")[0]
        repository = {"full_name": self.state["repository"],
                      "id": self.state["id"]}
        if not merged and pull["state"] == "open":
            pull["head_sha"] = (self.ref("refs/heads/" + pull["head"])
                                or pull["head_sha"])
        shown = {
            "number": pull["number"], "id": 2900000000 + pull["number"],
            "state": pull["state"], "draft": pull.get("draft", False),
            "title": pull["title"], "body": pull["body"],
            "user": self.user(pull["user"]), "merged_at": pull.get("merged_at"),
            "html_url": f"https://github.example/{self.state['repository']}"
                        f"/pull/{pull['number']}",
            "head": {"ref": pull["head"], "sha": pull["head_sha"],
                     "label": f"{owner}:{pull['head']}", "repo": repository},
            "base": {"ref": pull["base"], "label": f"{owner}:{pull['base']}",
                     "sha": self.ref("refs/heads/" + pull["base"]),
                     "repo": repository},
            "merge_commit_sha": pull.get("merge_commit")}
        if whole:
            shown.update({"merged": merged, "mergeable": None,
                          "mergeable_state": "unknown"})
            looks = self.looks.get(pull["number"], 0) + 1
            self.looks[pull["number"]] = looks
            if looks > self.state["mergeable_after"] and not merged:
                shown["mergeable"] = self.tree_of(pull) is not None
                shown["mergeable_state"] = "clean"
        return shown

    def find_pull(self, number):
        for pull in self.state["pulls"]:
            if pull["number"] == int(number):
                return pull
        return None

    def list_pulls(self, request):
        wanted = request.query.get("state", "open")
        head = request.query.get("head", "")
        owner = self.state["repository"].split("/")[0]
        found = []
        for pull in reversed(self.state["pulls"]):
            if wanted not in ("all", pull["state"]):
                continue
            # Without an owner the filter is left out, silently.
            if ":" in head and head != f"{owner}:{pull['head']}":
                continue
            if request.query.get("base", pull["base"]) != pull["base"]:
                continue
            found.append(self.shown(pull, False))
        return self.paged(request, found)

    def open_pull(self, request):
        body = request.json() or {}
        head, base = body.get("head", ""), body.get("base", "")
        head_sha = self.ref("refs/heads/" + head)
        base_sha = self.ref("refs/heads/" + base)
        for name, known in (("head", head_sha), ("base", base_sha)):
            if known is None:
                return failed({"resource": "PullRequest", "field": name,
                               "code": "invalid"})
        owner = self.state["repository"].split("/")[0]
        for pull in self.state["pulls"]:
            if (pull["state"], pull["head"], pull["base"]) == ("open", head,
                                                               base):
                return failed({"resource": "PullRequest", "code": "custom",
                               "message": "A pull request already exists for "
                                          f"{owner}:{head}."})
        if self.git("rev-list", "--count", f"{base_sha}..{head_sha}") == "0":
            return failed({"resource": "PullRequest", "code": "custom",
                           "message": f"No commits between {base} and {head}"})
        if len(body.get("body") or "") > BODY_MAX:
            return failed({"resource": "Issue", "field": "body",
                           "code": "custom", "message": "body is too long "
                           f"(maximum is {BODY_MAX} characters)"})
        pull = {"number": 411 + len(self.state["pulls"]) + 1, "state": "open",
                "title": body.get("title", ""), "body": body.get("body"),
                "head": head, "base": base, "head_sha": head_sha,
                "user": self.state["user"]}
        self.state["pulls"].append(pull)
        self.save_state()
        return self.answered(self.shown(pull, True), 201)

    def one_pull(self, _, number):
        pull = self.find_pull(number)
        return (self.answered(self.shown(pull, True)) if pull
                else words(404, "Not Found"))

    def edit_pull(self, request, number):
        pull = self.find_pull(number)
        if pull is None:
            return words(404, "Not Found")
        for key in ("title", "body", "state"):
            if key in (request.json() or {}):
                pull[key] = request.json()[key]
        self.save_state()
        return self.answered(self.shown(pull, True))

    def reviews_of(self, request, number):
        pull = self.find_pull(number)
        if pull is None:
            return words(404, "Not Found")
        shown = []
        for index, review in enumerate(self.state["reviews"].get(number, [])):
            commit = review.get("commit")
            if commit == "head":
                commit = self.heads.setdefault(
                    (number, index), self.shown(pull, False)["head"]["sha"])
            name = review.get("id", 9001 + index)
            shown.append({
                "id": name, "user": self.user(review.get("user")),
                "body": review.get("body", ""), "state": review["state"],
                "commit_id": commit,
                "author_association": "NONE",
                "html_url": f"https://github.example/"
                            f"{self.state['repository']}/pull/{number}"
                            f"#pullrequestreview-{name}"})
            if review["state"] != "PENDING":
                shown[-1]["submitted_at"] = review.get(
                    "at", f"2026-02-01T10:{index:02d}:00Z")
        return self.paged(request, shown)

    def permission(self, _, login):
        known = self.state["users"].get(login)
        if known is None:
            return words(404, "Not Found")
        return self.answered({"permission": known["permission"],
                              "user": self.user(login)})

    # --- checks ---

    def check_runs(self, request, commit):
        shown = [{"id": 1 + i, "head_sha": commit, **check}
                 for i, check in enumerate(self.state["checks"])]
        return self.paged(request, shown, "check_runs")

    def statuses(self, request, commit):
        answer = self.paged(request, self.state["statuses"], "statuses")
        states = {one["state"] for one in self.state["statuses"]}
        answer.body["sha"] = commit
        answer.body["state"] = ("failure" if states & {"failure", "error"}
                                else "success" if states == {"success"}
                                else "pending")
        return answer

    # --- merging ---

    def allows_merges(self):
        return self.state["rules"].get("merge_commits", True)

    def tree_of(self, pull):
        """Of the merge, or None where it conflicts."""
        return self.git("merge-tree", "--write-tree",
                        "refs/heads/" + pull["base"], pull["head_sha"],
                        check=False)

    def approvals(self, pull):
        newest = {}
        for review in self.state["reviews"].get(str(pull["number"]), []):
            if review["state"] in ("APPROVED", "CHANGES_REQUESTED",
                                   "DISMISSED"):
                newest[review.get("user")] = review["state"]
        writers = [login for login, user in self.state["users"].items()
                   if user["permission"] in ("write", "admin")]
        return sum(state == "APPROVED" for login, state in newest.items()
                   if login in writers and login != pull["user"])

    def unmet_rule(self, pull):
        rules = self.state["rules"]
        if self.approvals(pull) < rules.get("approvals", 0):
            return ("At least 1 approving review is required by reviewers "
                    "with write access.")
        good = {check["name"] for check in self.state["checks"]
                if check.get("conclusion") in ("success", "neutral",
                                               "skipped")}
        good |= {one["context"] for one in self.state["statuses"]
                 if one["state"] == "success"}
        for name in rules.get("checks", []):
            if name not in good:
                return f'Required status check "{name}" is expected.'
        if not self.allows_merges():
            return "Merge commits are not allowed on this repository."
        return None

    def merge(self, request, number):
        pull = self.find_pull(number)
        body = request.json() or {}
        if pull is None:
            return words(404, "Not Found")
        for key, branch in (("move_head_on_merge", pull["head"]),
                            ("move_base_on_merge", pull["base"])):
            if self.state[key]:
                self.commit_on(branch)
                moved, self.state[key] = key, None
                self.save_state()
                if moved == "move_base_on_merge":
                    return words(405, "Base branch was modified. Review and "
                                      "try the merge again.")
        self.shown(pull, False)
        if pull["state"] != "open" or pull.get("draft"):
            return words(405, "Pull Request is not mergeable")
        if body.get("sha", pull["head_sha"]) != pull["head_sha"]:
            return words(409, "Head branch was modified. Review and try the "
                              "merge again.")
        rule = self.unmet_rule(pull)
        tree = self.tree_of(pull)
        if rule or tree is None:
            return words(405, rule or "Pull Request is not mergeable")
        base = "refs/heads/" + pull["base"]
        message = (body.get("commit_title", f"Merge #{number}") + "\n\n"
                   + body.get("commit_message", ""))
        commit = self.git("commit-tree", tree, "-p", self.ref(base), "-p",
                          pull["head_sha"], "-F", "-", text=message)
        self.git("update-ref", base, commit)
        pull.update({"state": "closed", "merged": True,
                     "merge_commit": commit,
                     "merged_at": "2026-02-01T11:00:00Z"})
        self.save_state()
        return self.answered({"sha": commit, "merged": True,
                              "message": "Pull Request successfully merged"})

    # --- releases ---

    def release_of(self, _, tag):
        for release in self.state["releases"]:
            if release["tag_name"] == tag and not release["draft"]:
                return self.answered(release)
        return words(404, "Not Found")

    def publish(self, request):
        body = request.json() or {}
        tag = body.get("tag_name", "")
        notes = body.get("body") or ""
        error = {"resource": "Release", "code": "custom", "field": "tag_name"}
        if not tag or tag.startswith("/") or ".." in tag:
            return failed({**error, "message": "tag_name is not a valid tag"})
        if tag in self.state["spent_tags"]:
            return failed({**error, "message": "tag_name was used by an "
                                               "immutable release"})
        if len(notes) > NOTES_MAX:
            return failed({**error, "field": "body", "message":
                           "body is too long (maximum is "
                           f"{NOTES_MAX} characters)"})
        if any(r["tag_name"] == tag and not r["draft"]
               for r in self.state["releases"]):
            return failed({"resource": "Release", "code": "already_exists",
                           "field": "tag_name"})
        if self.ref("refs/tags/" + tag) is None:
            self.git("update-ref", "refs/tags/" + tag, self.ref("HEAD"))
        number = 7000 + int(hashlib.sha1(tag.encode()).hexdigest()[:4], 16)
        release = {"id": number, "tag_name": tag, "name": body.get("name"),
                   "body": notes, "draft": body.get("draft", False),
                   "prerelease": body.get("prerelease", False),
                   "immutable": False, "assets": [],
                   "html_url": f"https://github.example/"
                               f"{self.state['repository']}/releases/tag/{tag}"}
        self.state["releases"].append(release)
        self.save_state()
        return self.answered(release, 201)


if __name__ == "__main__":
    fakes.main(GitHub)
