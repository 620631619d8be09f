// What a validation's run has recorded in Weights & Biases, as metrics.

#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "commands/metrics/extract.h"
#include "commands/services/wandb.h"
#include "commands/steps/attempt.h"

namespace commands::steps {

// Reads them in a thread of its own, with an HTTP client of its own: the
// service may want a minute until it has settled, and other validations go on.
// All else is of the thread that made it.
class WandbReader {
 public:
  // Null where the plan wants nothing from there, or the attempt cannot pass
  // any more.
  static std::unique_ptr<WandbReader> begin(const AttemptBasis& basis,
                                            schema::Outcome outcome);
  WandbReader(const WandbReader&) = delete;
  WandbReader& operator=(const WandbReader&) = delete;
  // Gives up what is not done.
  ~WandbReader();

  // Tells what is to be told; true once all is read.
  bool advance();
  // Once, after that. What could not be read is a doubt: its metric is
  // missing. kInterrupted.
  Result<metrics::Extraction> take();

 private:
  // Time for the thread: a wait ends when it is to give up.
  class Breath : public services::Pace {
   public:
    explicit Breath(const std::atomic<bool>& given_up) : given_up_(given_up) {}
    std::chrono::milliseconds now() override { return system_.now(); }
    bool pause(std::chrono::milliseconds span) override;

   private:
    services::SystemPace system_;
    const std::atomic<bool>& given_up_;
  };
  struct Line {
    std::string text;
    bool is_detail;  // of the conversation, else of a wait
  };

  WandbReader(const AttemptBasis& basis,
              std::vector<schema::MetricRule> rules,
              std::string run);
  void start(const services::wandb::RunName& name);
  void say(bool is_detail, std::string_view text);

  AttemptBasis basis_;
  std::vector<schema::MetricRule> rules_;
  std::string run_;
  services::HttpClient::Settings ours_;  // whom its client tells
  Result<services::wandb::Reading> reading_{services::wandb::Reading{}};
  std::mutex mutex_;
  std::vector<Line> lines_;
  std::atomic<bool> is_done_ = false;
  std::atomic<bool> given_up_ = false;
  Breath breath_{given_up_};
  std::jthread thread_;  // the last: it is joined before the rest goes
};

// In a rehearsal: asks for the run that the validation names, as far as it is
// there, and shows what is asked.
void rehearse_wandb(const StepContext& context,
                    const schema::Validation& planned);

}  // namespace commands::steps
