// What the files that make the sample events share.

#pragma once

#include <string>
#include <vector>

#include "schema/event.h"

namespace schema_tests {

const std::string kCommit = "1111111111111111111111111111111111111111";
const std::string kMerge = "2222222222222222222222222222222222222222";
const std::string kTagObject = "3333333333333333333333333333333333333333";
const std::string kBranch = "staging/v1.4.0-rc1";

// Fields most events of a candidate share.
template <class T>
T at_candidate() {
  T event;
  event.candidate = 1;
  event.commit = kCommit;
  return event;
}

void add_pull_request(std::vector<schema::Event>& all);
void add_posts(std::vector<schema::Event>& all);
void add_sendings(std::vector<schema::Event>& all);
void add_imported(std::vector<schema::Event>& all);

}  // namespace schema_tests
