// Bounds in words, for both wings: what a plan demands and what a check was
// compared with. Pure.

#pragma once

#include <string>

#include "schema/event.h"

namespace schema {

// ">= 30000", "0.25 to 0.75", ">= last-stable - 5%".
std::string bound_text(const Acceptance& acceptance);
// What else it asks for, each with a space in front: samples, runs, a warn
// band; empty for a plain one.
std::string conditions_text(const Acceptance& acceptance);

// ">= 28500", with the baseline it was made from and the warn band.
std::string bound_text(const Check& check);
// The value, or "missing"; with its unit.
std::string actual_text(const Check& check);

}  // namespace schema
