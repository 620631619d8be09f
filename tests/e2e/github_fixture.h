// A release whose forge is the fake GitHub, which has the scratch origin as
// its repository.

#pragma once

#include <string>
#include <vector>

#include "tests/e2e/release_test.h"
#include "tests/support/fake_server.h"

namespace e2e {

class GitHubTest : public ReleaseTest {
 protected:
  // Two approvals: of Robb (612) and of Jack (613).
  explicit GitHubTest(const std::string& more = "");

  Environment token() const {
    return {{"GITHUB_TOKEN", "ghp_s3cret"}, {"GITHUB_API_URL", fake_.url()}};
  }
  Ended release(const Arguments& more = {}, Environment with = {}) const;
  Ended all(const Arguments& more = {}, Environment with = {}) const;

  // As things are at GitHub, changed.
  template <class Change>
  void at_github(Change change) const {
    json state = fake_.state();
    change(state);
    fake_.set_state(state);
  }
  // The newest pull request there.
  json pull() const;
  void review(const std::string& login,
              const std::string& state,
              const std::string& commit = "head") const;
  void both_approve() const;

  // The pull request is open, and nobody has looked at it.
  void reach_opened() const;
  // Another value of the validation: the notes and the text follow it.
  void record_other_evidence() const;
  // The step's run is killed once GitHub has this request, answered by nobody;
  // it was done, or not.
  void die_while_it_answers(const std::string& method,
                            const std::string& path,
                            bool done) const;
  void expect_merged_once() const;
  void expect_released_once() const;

  support::FakeServer fake_;
};

}  // namespace e2e
