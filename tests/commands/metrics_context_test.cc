// Numbers that look like samples and are none.

#include "tests/commands/metrics_fixture.h"

namespace commands::metrics {
namespace {

TEST(LogContext, ConfigurationsAreNoSamples) {
  for (const char* log : {"config: {'lr': 0.1, 'sps': 40000}",
                          "Config(lr=0.1, sps=40000)",
                          "hparams sps=40000",
                          "overrides: sps=40000",
                          "args: ['--sps=40000']",
                          "Settings: SPS: 40000",
                          "Config:\n  trainer:\n    sps: 40000\n  lr: 1\n",
                          "config = {\n  \"a\": 1,\n  \"sps\": 40000\n}\n",
                          "\"config\":\n{\n  \"sps\": 40000\n}\n",
                          "thresholds:\n  sps: 40000\n\n  sps: 30000\n",
                          "Baselines:\n\tsps: 41000\n"}) {
    EXPECT_EQ(rates(log), "-/-") << log;
  }
}

TEST(LogContext, SamplesAfterAConfigurationCount) {
  EXPECT_EQ(rates("Config:\n  sps: 90000\nstart\nSPS: 41000\n"), "41000/41000");
  EXPECT_EQ(rates("config = {\n  \"sps\": 90000\n}\n  SPS: 41000\n"),
            "41000/41000");
}

TEST(LogContext, TargetsAndThresholdsAreNoSamples) {
  for (const char* line : {"target SPS: 40000",
                           "Target: 40000 sps",
                           "expected sps=40000",
                           "min_sps: 30000",
                           "sps_threshold=40000",
                           "sps_max >= 30000",
                           "SPS >= 30000",
                           "SPS == 30000",
                           "required: 30000 SPS",
                           "need at least 30000 sps",
                           "SPS: 40000 (target)",
                           "SPS: 40000 required",
                           "SPS target: 40000",
                           ">= 30000 sps",
                           "baseline 41000 sps",
                           "previous release: 41000 sps",
                           "acceptance: sps_max = 30000, sps: 30000",
                           "sps: 41000 -> 23000"}) {
    EXPECT_EQ(rates(line), "-/-") << line;
  }
}

TEST(LogContext, OtherStatisticsAreNoSamples) {
  for (const char* line : {"average SPS: 41000",
                           "Mean sps: 41000",
                           "Max SPS: 45000",
                           "p95 SPS: 45000",
                           "SPS (avg): 41000",
                           "SPS mean: 41000"}) {
    EXPECT_EQ(rates(line), "-/-") << line;
  }
}

TEST(LogContext, CommandsAndCommitsAreNoSamples) {
  for (const char* line : {"Command: train (args: sps=40000)",
                           "+ python train.py sps=40000",
                           "$ ./train sps=40000",
                           "uv run ./tools/run.py train sps=40000",
                           "./train --sps=40000",
                           "./train --sps 40000",
                           "Commit Message: raise SPS: 50000",
                           "commit 0f3c: SPS: 50000",
                           "# SPS: 50000",
                           "wrote /tmp/sps: 5"}) {
    EXPECT_EQ(rates(line), "-/-") << line;
  }
}

TEST(LogContext, ErrorTextsAreNoSamples) {
  for (const char* line : {"ERROR SPS: 12000",
                           "AssertionError: sps=12000",
                           "assert sps: 12000",
                           "ValueError: bad sps: 12000",
                           "SPS: 12000 below threshold 40000",
                           "sps=12000 is too low",
                           "sps: 12000 < 40000",
                           "check failed: sps: 12000",
                           "FAILED sps=12000",
                           "warning: sps=12000"}) {
    EXPECT_EQ(rates(line), "-/-") << line;
  }
}

TEST(LogContext, WordsElsewhereOnTheLineDoNoHarm) {
  for (const char* line : {"SPS: 41000 | config arena",
                           "target: 40000, SPS: 41000",
                           "target=40000 sps=41000",
                           "td_error=0.3 sps=41000",
                           "errors: 0 | SPS: 41000 | GPU usage: 40%",
                           "GPU usage: 40% | SPS: 41000",
                           "mean_loss=0.5, sps=41000",
                           "[12:00] epoch 3  SPS: 41000  best: 45000"}) {
    EXPECT_EQ(rates(line), "41000/41000") << line;
  }
}

TEST(LogContext, OtherWordsThatHoldTheLettersAreNoRates) {
  for (const char* line : {"https: 443",
                           "gsps5: 3",
                           "spsx=5",
                           "GPS: 5",
                           "http://x/sps: 5",
                           "sps.max: 5",
                           "sps-max: 5",
                           "SPS is 5",
                           "SPS [1, 2, 3]"}) {
    EXPECT_EQ(rates(line), "-/-") << line;
  }
}

}  // namespace
}  // namespace commands::metrics
