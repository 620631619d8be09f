// Whole logs as training really leaves them: several programs write into one
// file, and what one of them says in passing looks like another's sample.

#include "tests/commands/metrics_fixture.h"

namespace commands::metrics {
namespace {

TEST(LogShapes, ADashboardRedrawnInPlace) {
  std::string log;
  for (const char* sps : {"39.1K", "41.2K", "40.8K"}) {
    log += fmt::format(
        "\x1b[H\x1b[2J\x1b[36m╭────────────────────────────╮\x1b[0m\n"
        "\x1b[36m│\x1b[0m \x1b[1mtrainer 3.0\x1b[0m  CPU: 35.2%  GPU: 78% "
        "\x1b[36m│\x1b[0m\n"
        "\x1b[36m│\x1b[0m Steps      2.1M │ Evaluate   45% \x1b[36m│\x1b[0m\n"
        "\x1b[36m│\x1b[0m SPS       {} │ Train      30% \x1b[36m│\x1b[0m\n"
        "\x1b[36m╰────────────────────────────╯\x1b[0m\n",
        sps);
  }
  EXPECT_EQ(rates(log), "41200/40800");
}

TEST(LogShapes, AProgressBarWithItsRateInTheUnit) {
  std::string log = "train:   0%|          | 0/1000 [00:00<?, ?steps/s]";
  for (const char* rate : {"38.9k", "41.2k", "40.1k"}) {
    log += fmt::format(
        "\rtrain:  45%|████▌     | 450/1000 [00:10<00:12, {}steps/s, "
        "loss=0.25]",
        rate);
  }
  EXPECT_EQ(rates(log + "\n"), "41200/40100");
  EXPECT_EQ(rates("eval: 45%|##  | 450/1000 [00:10<00:12, 41.2kit/s]\n"),
            "-/-");
}

TEST(LogShapes, AClusterJobWithThePrefixesOfItsLauncher) {
  const char* log =
      "I 10-02 12:00:01 log_lib.py:425] Start streaming logs for job 1.\n"
      "INFO: Tip: use Ctrl-C to exit log streaming (task will not be killed).\n"
      "(arena-train, pid=2231) + uv run ./tools/run.py arena sps=90000\n"
      "(arena-train, pid=2231) [12:00:05] INFO  Epoch 1 - 87.75 ksps - eta 1h\n"
      "(head, rank=0, pid=2231) [12:01:05] INFO  Epoch 2 - 88.5 ksps\n"
      "(worker1, rank=1, pid=2232, ip=10.0.0.2) [12:01:06] INFO  Epoch 2 - "
      "88.1 ksps\n"
      "(arena-train, pid=2231) [SUMMARY] Exit Code: 0\n"
      "✓ Job finished (status: SUCCEEDED).\n";
  EXPECT_EQ(rates(log), "88500/88100");
}

TEST(LogShapes, AJobThatLostItsMachineAndCameBack) {
  const char* log =
      "(train, pid=1) SPS: 90000\n"
      "(train, pid=1) [SUMMARY] Termination reason: cluster_stop\n"
      "I 10-02 13:00:00 controller.py:88] Job recovered, resuming from "
      "checkpoint saved at step 1000\n"
      "(train, pid=7) SPS: 41000\n"
      "(train, pid=7) SPS: 40000\n";
  EXPECT_EQ(rates(log), "41000/40000");
}

TEST(LogShapes, TryingAnUploadAgainIsNoNewAttemptAtTraining) {
  for (const char* line : {"Upload attempt 2 of 5 failed, retrying",
                           "wandb: Network error, attempt 3",
                           "connecting to redis, attempt 2",
                           "[12:00] retry: attempt 4/10 for checkpoint"}) {
    EXPECT_EQ(rates(fmt::format("SPS: 90000\n{}\nSPS: 40000\n", line)),
              "90000/40000")
        << line;
  }
}

TEST(LogShapes, ATrackersSummaryAtTheEnd) {
  const char* log =
      "SPS: 41000\n"
      "wandb: Run history:\n"
      "wandb:          overview/sps ▁▃▅▇█\n"
      "wandb: Run summary:\n"
      "wandb:          overview/sps 40500.5\n"
      "wandb:  eval/success_rate: 0.93\n";
  EXPECT_EQ(rates(log), "41000/40500.5");
  EXPECT_EQ(value(extracted(log), "eval_success_rate"), 0.93);
}

TEST(LogShapes, JsonLines) {
  const char* log =
      "{\"time\":\"2025-10-02T12:00:01Z\",\"level\":\"info\",\"step\":100,"
      "\"sps\":41234.5,\"loss\":2.5e-1}\n"
      "{\"time\":\"2025-10-02T12:00:02Z\",\"level\":\"error\",\"msg\":\"too "
      "slow\",\"sps\":12}\n"
      "{\"time\":\"2025-10-02T12:00:03Z\",\"level\":\"info\",\"sps\":null}\n";
  EXPECT_EQ(rates(log), "41234.5/-");
}

TEST(LogShapes, APrettyPrintedDictionary) {
  const char* log =
      "metrics = {'epoch': 3,\n"
      "           'losses': {'policy': 0.1, 'value': 0.2},\n"
      "           'overview/sps': np.float64(41234.0),\n"
      "           'eval/success_rate': 0.5}\n";
  EXPECT_EQ(rates(log), "41234/41234");
  EXPECT_EQ(value(extracted(log), "eval_success_rate"), 0.5);
}

TEST(LogShapes, AConfigurationPrintedAsYamlWithoutAHeading) {
  const char* log =
      "run: stable.smoke\n"
      "trainer:\n"
      "  total_timesteps: 1000\n"
      "  sps: 90000\n"
      "wandb:\n"
      "  enabled: false\n"
      "  success_rate: 1\n"
      "seed: 1\n"
      "SPS: 41000\n";
  EXPECT_EQ(rates(log), "41000/41000");
  EXPECT_EQ(value(extracted(log), "eval_success_rate"), std::nullopt);
}

TEST(LogShapes, ATracebackWithTheSourceThatFailed) {
  const char* log =
      "SPS: 41000\n"
      "Traceback (most recent call last):\n"
      "  File \"train.py\", line 40, in <module>\n"
      "    raise ValueError(f\"SPS: 5 is below {bound}\")\n"
      "ValueError: SPS: 5 is below 30000\n";
  EXPECT_EQ(rates(log), "41000/41000");
}

TEST(LogShapes, CommandsCommitsAndSettingsOfAShell) {
  for (const char* line :
       {"HEAD is now at 0f3c1d2 Raise SPS: 50000 (#12)",
        "0f3c1d2a9 perf: SPS: 50000 on four GPUs",
        "* 4fa52581 Merge: sps=50000",
        "export SPS=50000",
        "sky jobs launch -n train --env SPS=50000 train.yaml",
        "Running: ./tools/run.py arena sps=50000",
        "++ sps=50000",
        "torchrun --nproc-per-node=4 train sps=50000"}) {
    EXPECT_EQ(rates(line), "-/-") << line;
  }
}

TEST(LogShapes, SeveralRanksAndTheirTotal) {
  const char* log =
      "[rank0]:2025-10-02 12:00:01,123 INFO SPS: 10250\n"
      "[rank1]:2025-10-02 12:00:01,125 INFO SPS: 10100\n"
      "[rank0]:2025-10-02 12:00:01,130 INFO Total SPS: 41000\n"
      "[rank3]: SPS per rank: 99999\n";
  EXPECT_EQ(rates(log), "41000/41000");
}

TEST(LogShapes, TablesAndNumbersWithoutTheirLabel) {
  const char* log =
      "| step | SPS   | loss |\n"
      "|------|-------|------|\n"
      "| 100  | 41234 | 0.5  |\n";
  EXPECT_EQ(rates(log), "-/-");
}

TEST(LogShapes, AnotherProgramsSixteenBitText) {
  std::string log;
  for (const char c : std::string_view("SPS: 41234\r\n")) {
    log += c;
    log += '\0';
  }
  EXPECT_EQ(rates(log), "-/-");
}

TEST(LogShapes, PercentagesWithTheirCounts) {
  const auto share = [](const char* text) {
    return value(extracted(text), "eval_success_rate");
  };
  EXPECT_EQ(share("eval success rate: 93.5% (187/200)\n"), 0.935);
  EXPECT_EQ(share("[eval] success_rate = 0.935 over 200 episodes\n"), 0.935);
  EXPECT_EQ(share("eval_success_rate: 93.5\n"), std::nullopt);
}

TEST(LogShapes, AThousandNumbersThatAreNoneOfOurs) {
  std::string log;
  for (int i = 0; i < 1000; ++i) {
    log += fmt::format(
        "[{}] kl={} lr={}e-4 fps={} it/s={} gps: {} steps={}k tokens/s={}\n",
        i,
        i * 3,
        i,
        i * 7,
        i * 5,
        i,
        i,
        i * 11);
  }
  EXPECT_EQ(rates(log), "-/-");
  const Extraction extraction = extracted(log);
  EXPECT_TRUE(extraction.metrics.empty());
  EXPECT_TRUE(extraction.unsure.empty());
}

TEST(LogShapes, EverySampleIsToldAsItIsTaken) {
  const LogFile log(
      "SPS: 10\nRestarting training\nSPS: 41234\nSPS: nan\nSPS: 1.234,5\n");
  std::vector<std::string> told;
  const auto result = extract(log.path(), {}, true, [&](const Sample& sample) {
    told.push_back(fmt::format("{} {} {} {}",
                               sample.line,
                               sample.key,
                               static_cast<int>(sample.taken),
                               sample.value));
  });
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(told,
            (std::vector<std::string>{"1 sps_max 0 10",
                                      "1 sps_last 0 10",
                                      "2  3 0",
                                      "3 sps_max 0 41234",
                                      "3 sps_last 0 41234",
                                      "4 sps_max 1 0",
                                      "4 sps_last 1 0",
                                      "5 sps_max 2 0",
                                      "5 sps_last 2 0"}));
}

}  // namespace
}  // namespace commands::metrics
