// How functions here answer: a value, or an error that says what, where and
// what to do next. Nothing of ours throws; RL_CHECK aborts on our mistakes.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <expected>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ledger {

// Decides the exit code of a command; tools/release_ledger/exit_code.h maps.
enum class ErrorCode {
  kUsage,        // the command line or the plan is wrong
  kNotFound,     // no such release, no ledger
  kRejected,     // a rule said no; the reason names the rule
  kWaiting,      // a person is needed
  kConflict,     // overtaken by somebody else's act
  kBusy,         // a lock was not free in time
  kCorruption,   // the record is not what was written
  kUpstream,     // an outside service or git failed
  kIo,           // this machine could not
  kInterrupted,  // Ctrl-C
  kInternal,     // our bug
};

struct Error {
  ErrorCode code;
  std::string reason;   // stable word for programs: "gate-not-passed"
  std::string message;  // what, and where
  std::string hint;     // what to do next; may be empty
};

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

using Status = Result<void>;

inline std::unexpected<Error> fail(ErrorCode code,
                                   std::string reason,
                                   std::string message,
                                   std::string hint = {}) {
  return std::unexpected(
      Error{code, std::move(reason), std::move(message), std::move(hint)});
}

}  // namespace ledger

#define RL_CHECK(condition, text)                                    \
  do {                                                               \
    if (!(condition)) {                                              \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, text); \
      std::abort();                                                  \
    }                                                                \
  } while (false)

#define RL_JOIN_(a, b) a##b
#define RL_JOIN(a, b) RL_JOIN_(a, b)

// Leaves the function with the error of `expression`, if it is one.
#define RL_TRY(expression)                                   \
  do {                                                       \
    if (auto RL_JOIN(rl_status_, __LINE__) = (expression);   \
        !RL_JOIN(rl_status_, __LINE__)) {                    \
      return std::unexpected(                                \
          std::move(RL_JOIN(rl_status_, __LINE__).error())); \
    }                                                        \
  } while (false)

// `RL_ASSIGN(auto x, f())`: x is the value, or the function leaves.
#define RL_ASSIGN(target, expression)                                         \
  auto RL_JOIN(rl_result_, __LINE__) = (expression);                          \
  if (!RL_JOIN(rl_result_, __LINE__)) {                                       \
    return std::unexpected(std::move(RL_JOIN(rl_result_, __LINE__).error())); \
  }                                                                           \
  target = std::move(*RL_JOIN(rl_result_, __LINE__))
