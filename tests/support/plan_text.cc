#include "tests/support/plan_text.h"

namespace support {
namespace {

std::string to_toml(const ValidationText& validation) {
  std::string text = "[[validation]]\nname = \"" + validation.name +
                     "\"\nmodule = \"train\"\nlocation = \"" +
                     validation.location + "\"\nsets = " + validation.sets +
                     "\n" + validation.more + "\n";
  if (!validation.expected_sps.empty()) {
    text += "[[validation.acceptance]]\nkey = \"sps_max\"\nop = \">=\"\n";
    text += "expected = " + validation.expected_sps + "\n";
  }
  return text + "\n";
}

}  // namespace

PlanText two_approvals() {
  PlanText plan;
  plan.approval = R"(required = 2
roles = { release-manager = ["Robb"], technical-lead = ["Jack", "Jill"] }
allow_starter = false)";
  return plan;
}

PlanText two_reviews(const std::string& more) {
  PlanText plan = two_approvals();
  plan.more = "[forge]\nkind = \"github\"\nrepository = \"acme/sim\"\n" + more +
              R"(
[[person]]
name = "Robb"
emails = ["robb@x.org"]
github = 612

[[person]]
name = "Jack"
emails = ["jack@x.org"]
github = 613
)";
  return plan;
}

std::string to_toml(const PlanText& plan) {
  std::string text = "[run]\n";
  text += R"(local = ["sh", "./train.sh", "{name}", "{args}"])";
  text += "\n" + plan.run + "\n\n";
  for (const ValidationText& validation : plan.validations) {
    text += to_toml(validation);
  }
  return text + "[approval]\n" + plan.approval + "\n\n" + plan.more + "\n";
}

}  // namespace support
