// The exit codes of the contract (docs/cli.md), and the one place where an
// error becomes one.

#pragma once

#include "ledger/result.h"

namespace tools {

constexpr int kExitDone = 0;
constexpr int kExitRejected = 1;   // a gate said no
constexpr int kExitUsage = 2;      // usage, plan, no such release, no ledger
constexpr int kExitWaiting = 3;    // for a person
constexpr int kExitBusy = 4;       // ledger busy, or overtaken
constexpr int kExitIntegrity = 5;  // the record is not what was written
constexpr int kExitUpstream = 6;   // an outside service or git failed
constexpr int kExitMachine = 7;    // this machine could not
constexpr int kExitBug = 70;       // our mistake
constexpr int kExitInterrupted = 130;

constexpr int exit_code(ledger::ErrorCode code) {
  switch (code) {
    case ledger::ErrorCode::kUsage:
    case ledger::ErrorCode::kNotFound:
      return kExitUsage;
    case ledger::ErrorCode::kRejected:
      return kExitRejected;
    case ledger::ErrorCode::kWaiting:
      return kExitWaiting;
    case ledger::ErrorCode::kConflict:
    case ledger::ErrorCode::kBusy:
      return kExitBusy;
    case ledger::ErrorCode::kCorruption:
      return kExitIntegrity;
    case ledger::ErrorCode::kUpstream:
      return kExitUpstream;
    case ledger::ErrorCode::kIo:
      return kExitMachine;
    case ledger::ErrorCode::kInterrupted:
      return kExitInterrupted;
    case ledger::ErrorCode::kInternal:
      break;
  }
  return kExitBug;
}

}  // namespace tools
