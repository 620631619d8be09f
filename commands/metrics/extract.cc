#include "commands/metrics/extract.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "commands/metrics/context.h"
#include "commands/metrics/line_reader.h"
#include "commands/metrics/literal_filter.h"
#include "commands/metrics/names.h"
#include "commands/metrics/pattern.h"
#include "commands/metrics/plan_rule.h"
#include "commands/metrics/rates.h"
#include "commands/metrics/restart.h"
#include "commands/metrics/success_rate.h"
#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

// Finds the lines that may matter in many: by words first, and what is left
// by one automaton for all patterns.
class Sieve {
 public:
  explicit Sieve(const std::vector<schema::MetricRule>& rules) {
    std::string pattern = R"([\x00-\x08\x0b-\x1f]|)" + kRateWordPattern + "|" +
                          kSuccessWordPattern + "|" + kRestartPattern + "|" +
                          ConfigBlock::kOpenerPattern;
    // Lines that open a block are found by their end.
    std::vector<std::string> words = kRateWords;
    words.insert(words.end(), kSuccessWords.begin(), kSuccessWords.end());
    words.insert(words.end(), kRestartWords.begin(), kRestartWords.end());
    bool has_words = true;
    for (const schema::MetricRule& rule : rules) {
      const std::vector<std::string> required = required_literals(rule.pattern);
      has_words = has_words && !required.empty();
      words.insert(words.end(), required.begin(), required.end());
      // One group each, so that flags of one pattern end with it.
      pattern += "|(?:" + rule.pattern + ")";
      if (const std::string label = label_of(rule.pattern); !label.empty()) {
        const std::vector<std::string> front = required_literals(label + ".");
        has_words = has_words && !front.empty();
        words.insert(words.end(), front.begin(), front.end());
        pattern += "|(?:" + none_pattern(label) + ")";
      }
    }
    if (has_words && words.size() <= kWordsMax) {
      words_.emplace(words);
    }
    RE2::Options options = pattern_options();
    options.set_max_mem(kFilterBytesMax);
    options.set_never_capture(true);
    pattern_ = std::make_unique<RE2>(pattern, options);
  }

  // npos, or a place on the first line that may matter.
  std::size_t find(std::string_view text) const {
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t word = words_ ? words_->find(text.substr(at)) : 0;
      if (word == std::string_view::npos) {
        return word;
      }
      const std::size_t hit = at + word;
      const std::size_t feed = hit == 0 ? 0 : text.rfind('\n', hit - 1) + 1;
      const std::size_t begin = std::max(at, feed);
      const std::size_t end = std::min(text.find('\n', hit), text.size());
      if (!pattern_->ok() ||
          RE2::PartialMatch(piece(text.substr(begin, end - begin)),
                            *pattern_)) {
        return hit;
      }
      at = end + 1;
    }
    return std::string_view::npos;
  }

 private:
  static constexpr std::int64_t kFilterBytesMax = std::int64_t{64} << 20;
  static constexpr std::size_t kWordsMax = 40;

  std::optional<LiteralFilter> words_;
  std::unique_ptr<RE2> pattern_;
};

// Those of the plan's rules that read the log.
std::vector<schema::MetricRule> with_pattern(
    const std::vector<schema::MetricRule>& rules) {
  std::vector<schema::MetricRule> result;
  std::ranges::copy_if(
      rules, std::back_inserter(result), [](const schema::MetricRule& rule) {
        return !rule.pattern.empty();
      });
  return result;
}

class Extractor {
 public:
  Extractor(const std::vector<schema::MetricRule>& rules,
            const OnSample& on_sample)
      : sieve_(rules),
        sps_max_("max"),
        sps_last_("last"),
        success_("last"),
        on_sample_(on_sample) {
    for (const schema::MetricRule& rule : rules) {
      plan_rules_.emplace_back(rule);
    }
    if (on_sample_) {
      watch(rules);
    }
  }

  std::size_t find(std::string_view text) const { return sieve_.find(text); }

  bool consume(const Segment& raw) {
    Segment segment = raw;
    std::string clean;
    if (raw.continued || raw.cut) {
      clean = cleaned_piece(segment);
      segment.text = clean;
    } else if (has_control_character(raw.text)) {
      clean = cleaned(raw.text);
      segment.text = clean;
      segment.own_end = clean.size();
    }
    if (begins_new_attempt(segment.text)) {
      begin_attempt();
      if (on_sample_) {
        on_sample_({"",
                    Taken::kRestart,
                    0,
                    segment.line,
                    excerpt(segment.text, 0, segment.text.size())});
      }
      return false;
    }
    for (PlanRule& rule : plan_rules_) {
      rule.read(segment);
    }
    if (!segment.continued) {
      line_is_closed_ = block_.contains(segment.text);
    }
    if (!line_is_closed_) {
      read_built_ins(segment);
    }
    if (segment.cut && samples_end(segment.text) < segment.own_end) {
      line_is_closed_ = true;
    }
    return block_.is_open() || label_open_;
  }

  // Calls `give` with each metric's key, statistic and samples, by key.
  template <class Give>
  void for_each(const std::vector<schema::MetricRule>& rules, Give give) {
    std::vector<std::pair<schema::MetricRule, const Samples*>> all;
    const std::vector<schema::MetricRule> built_in = built_in_rules();
    for (const schema::MetricRule& rule : built_in) {
      all.emplace_back(rule,
                       rule.key == "sps_max"    ? &sps_max_
                       : rule.key == "sps_last" ? &sps_last_
                                                : &success_);
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
      all.emplace_back(rules[i], &plan_rules_[i].samples());
    }
    std::ranges::stable_sort(
        all, {}, [](const auto& entry) { return entry.first.key; });
    for (const auto& [rule, samples] : all) {
      give(rule, *samples);
    }
  }

 private:
  void watch(const std::vector<schema::MetricRule>& rules) {
    sps_max_.watch("sps_max", on_sample_);
    sps_last_.watch("sps_last", on_sample_);
    success_.watch("eval_success_rate", on_sample_);
    for (std::size_t i = 0; i < rules.size(); ++i) {
      plan_rules_[i].samples().watch(rules[i].key, on_sample_);
    }
  }

  // Of a piece each part by itself, so that it is known where its own begins
  // and ends. In front stand words that mean nothing: where a piece begins no
  // line does.
  static std::string cleaned_piece(Segment& segment) {
    constexpr std::string_view kNoBegin = "w w w w w ";
    const std::string_view text = segment.text;
    const std::size_t size = segment.own_end - segment.own_begin;
    std::string clean(segment.continued ? kNoBegin : "");
    clean += cleaned(text.substr(0, segment.own_begin));
    const std::size_t own_begin = clean.size();
    clean += cleaned(text.substr(segment.own_begin, size));
    const std::size_t own_end = clean.size();
    clean += cleaned(text.substr(segment.own_end));
    segment.own_begin = own_begin;
    segment.own_end = own_end;
    return clean;
  }

  void begin_attempt() {
    for (PlanRule& rule : plan_rules_) {
      rule.samples().reset();
    }
    sps_max_.reset();
    sps_last_.reset();
    success_.reset();
    block_.close();
    label_open_ = false;
    line_is_closed_ = true;
  }

  void read_built_ins(const Segment& segment) {
    const auto rate = [&](const Found& found) {
      add(sps_max_, segment, found);
      add(sps_last_, segment, found);
    };
    const bool empty =
        segment.text.find_first_not_of(" \t") == std::string_view::npos;
    if (label_open_ && empty) {
      return;  // the second half of a "\r\n"
    }
    if (label_open_) {
      find_wrapped_rate(segment.text, rate);
    }
    find_rates(
        segment.text, label_open_ ? std::string_view() : segment.before, rate);
    label_open_ = !segment.cut && ends_with_rate_label(segment.text);
    find_success_rates(segment.text, [&](const Found& found) {
      add(success_, segment, found);
    });
  }

  static void add(Samples& samples,
                  const Segment& segment,
                  const Found& found) {
    if (!segment.owns(found.begin)) {
      return;  // it is the neighbour's
    }
    const Place place{segment.line, segment.text, found.begin, found.end};
    const bool at_end = found.end >= segment.text.size();
    const bool cut =
        at_end && (segment.cut || may_be_broken(segment.text, segment.after));
    if (cut || found.number.reading == Reading::kDoubtful) {
      samples.add_doubtful(place);
    } else if (found.number.reading == Reading::kNone) {
      samples.add_none(place);
    } else {
      samples.add(found.number.value, place);
    }
  }

  Sieve sieve_;
  std::vector<PlanRule> plan_rules_;
  Samples sps_max_;
  Samples sps_last_;
  Samples success_;
  const OnSample& on_sample_;
  ConfigBlock block_;
  bool label_open_ = false;      // the segment before ended with "SPS:"
  bool line_is_closed_ = false;  // for the built-in metrics
};

}  // namespace

ledger::Result<Extraction> extract(
    const std::filesystem::path& log,
    const std::vector<schema::MetricRule>& all_rules,
    bool process_ended,
    const OnSample& on_sample) {
  const std::vector<schema::MetricRule> rules = with_pattern(all_rules);
  Extractor extractor(rules, on_sample);
  LineScan scan;
  scan.find = [&](std::string_view text) { return extractor.find(text); };
  scan.consume = [&](const Segment& segment) {
    return extractor.consume(segment);
  };
  RL_TRY(scan_lines(log, process_ended, scan));
  Extraction result;
  RL_ASSIGN(result.names_seen, names_at_end(log));
  const std::string file = log.filename().string();
  extractor.for_each(
      rules, [&](const schema::MetricRule& rule, const Samples& samples) {
        add_metric(result, rule, samples, file);
      });
  return result;
}

ledger::Result<Extraction> extract(const std::filesystem::path& log,
                                   const std::vector<schema::MetricRule>& rules,
                                   bool process_ended) {
  return extract(log, rules, process_ended, nullptr);
}

void add_metric(Extraction& extraction,
                const schema::MetricRule& rule,
                const Samples& samples,
                const std::string& file) {
  if (const auto& doubt = samples.doubt()) {
    schema::MetricDoubt& unsure = extraction.unsure.emplace_back();
    unsure.key = rule.key;
    unsure.line = doubt->line;
    unsure.text = doubt->text;
    unsure.file = file;
  }
  const auto summary = samples.summary();
  if (!summary) {
    return;
  }
  schema::Metric& metric = extraction.metrics.emplace_back();
  metric.key = rule.key;
  metric.value = summary->value;
  schema::MetricSource& source = extraction.sources.emplace_back();
  source.key = rule.key;
  source.statistic = rule.statistic;
  source.unit = rule.unit;
  source.samples = summary->samples;
  source.file = file;
  source.line = summary->line;
  source.text = summary->text;
}

}  // namespace commands::metrics
