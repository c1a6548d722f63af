// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;
using Names = std::vector<std::string>;

TEST(CaptureTree, HoldsTheValuesOfItsFirstTick) {
  const CaptureTree tree = tree_of({{"a/b", "1"s}, {"a/c", Cause::denied}});
  EXPECT_EQ(*tree.read("a/b"), "1");
  EXPECT_EQ(tree.read("a/c").error().cause, Cause::denied);
  EXPECT_EQ(tree.read("a").error().cause, Cause::absent);
  EXPECT_EQ(tree.read("a/b/c").error().cause, Cause::absent);
  EXPECT_EQ(tree.read("").error().cause, Cause::absent);
}

TEST(CaptureTree, ListsFoldersThatArePathsImply) {
  const CaptureTree tree = tree_of({{"s/intel-rapl:0/name", "1"s},
                                    {"s/intel-rapl-mmio:0/name", "1"s},
                                    {"s/intel-rapl/enabled", "1"s},
                                    {"s/intel-rapl/uevent", "1"s},
                                    {"s0/x", "1"s},
                                    {"closed", Cause::denied}});
  EXPECT_EQ(*tree.list("s"), (Names{"intel-rapl", "intel-rapl-mmio:0", "intel-rapl:0"}));
  EXPECT_EQ(*tree.list("s/intel-rapl"), (Names{"enabled", "uevent"}));
  EXPECT_EQ(*tree.list(""), (Names{"closed", "s", "s0"}));
  EXPECT_EQ(tree.list("closed").error().cause, Cause::denied);
  EXPECT_EQ(tree.list("nowhere").error().cause, Cause::absent);
  EXPECT_EQ(tree.list("s/intel-rapl/uevent").error().cause, Cause::absent);
}

// A bay that is there and answers nothing.
TEST(CaptureTree, AStatedAbsenceImpliesTheFoldersAboveIt) {
  const CaptureTree tree =
      tree_of({{"battery/0/information", Cause::absent}, {"gone", Cause::absent}});
  EXPECT_EQ(*tree.list("battery"), (Names{"0"}));
  EXPECT_EQ(*tree.list("battery/0"), Names{});
  EXPECT_EQ(tree.read("battery/0/information").error().cause, Cause::absent);
  EXPECT_EQ(tree.list("gone").error().cause, Cause::absent);
  EXPECT_EQ(*tree.list(""), (Names{"battery"}));
}

TEST(CaptureTree, ValuesHoldUntilReplacedAndAbsenceTakesAllBelow) {
  auto capture = parse_capture(
      "wattlife-capture 1\nos linux\n"
      "tick boot_ms=1 awake_ms=1 utc=2026-01-05T08:00:00Z\n"
      "BAT0/uevent = zero\nBAT0-x/uevent = other\nBAT1/uevent = one\nBAT1/type = Battery\n"
      "tick boot_ms=2 awake_ms=2 utc=2026-01-05T08:01:00Z\n"
      "BAT0/uevent = changed\n"
      "tick boot_ms=3 awake_ms=3 utc=2026-01-05T08:02:00Z\n"
      "BAT1 !absent\nBAT1/uevent = swapped\nBAT0 !absent\n");
  ASSERT_TRUE(capture);
  CaptureTree tree(*std::move(capture));
  EXPECT_EQ(tree.now().boot.since_boot, Duration(1));
  EXPECT_EQ(*tree.read("BAT0/uevent"), "zero");

  ASSERT_TRUE(tree.advance());
  EXPECT_EQ(*tree.read("BAT0/uevent"), "changed");
  EXPECT_EQ(*tree.read("BAT1/uevent"), "one");

  ASSERT_TRUE(tree.advance());
  EXPECT_EQ(*tree.list(""), (Names{"BAT0-x", "BAT1"}));
  EXPECT_EQ(*tree.read("BAT1/uevent"), "swapped");
  EXPECT_EQ(tree.read("BAT1/type").error().cause, Cause::absent);

  EXPECT_FALSE(tree.advance());
  EXPECT_EQ(tree.now().boot.since_boot, Duration(3));
}

// Answers that a test changes while they are being recorded.
class ChangingTree final : public MachineTree {
 public:
  std::map<std::string, CapturedValue> answers;
  Os os() const override { return Os::linux_os; }
  Result<std::string> read(std::string_view path) const override { return as_tree().read(path); }
  Result<std::vector<std::string>> list(std::string_view path) const override {
    return as_tree().list(path);
  }

 private:
  CaptureTree as_tree() const { return tree_of({answers.begin(), answers.end()}); }
};

TEST(RecordingTree, TellsOnlyWhatWasReadAndHasChanged) {
  ChangingTree machine;
  machine.answers = {{"a", "1"s}, {"b", "1"s}, {"unread", "1"s}};
  RecordingTree recorder(machine);
  EXPECT_EQ(*recorder.read("b"), "1");
  EXPECT_EQ(*recorder.read("a"), "1");
  EXPECT_FALSE(recorder.read("none"));
  EXPECT_EQ(recorder.take_tick({}).changes, (Answers{{"a", "1"s}, {"b", "1"s}}));

  machine.answers["b"] = "2"s;
  (void)recorder.read("a");
  (void)recorder.read("b");
  EXPECT_EQ(recorder.take_tick({}).changes, (Answers{{"b", "2"s}}));

  machine.answers["a"] = Cause::denied;
  machine.answers.erase("b");
  (void)recorder.read("a");
  (void)recorder.read("b");
  EXPECT_EQ(recorder.take_tick({}).changes, (Answers{{"a", Cause::denied}, {"b", Cause::absent}}));
  EXPECT_TRUE(recorder.take_tick({}).changes.empty());
}

TEST(RecordingTree, TellsWhenANameLeavesAList) {
  ChangingTree machine;
  machine.answers = {{"s/BAT0/uevent", "0"s}, {"s/BAT1/uevent", "1"s}};
  RecordingTree recorder(machine);
  const auto read_all = [&] {
    const auto names = recorder.list("s");
    for (const std::string& name : names ? *names : Names{}) {
      (void)recorder.read("s/" + name + "/uevent");
    }
    return recorder.take_tick({}).changes;
  };
  EXPECT_EQ(read_all(), (Answers{{"s/BAT0/uevent", "0"s}, {"s/BAT1/uevent", "1"s}}));
  machine.answers.erase("s/BAT1/uevent");
  EXPECT_EQ(read_all(), (Answers{{"s/BAT1", Cause::absent}}));
  machine.answers["s/BAT1/uevent"] = "1"s;
  EXPECT_EQ(read_all(), (Answers{{"s/BAT1/uevent", "1"s}}));
  machine.answers.clear();
  EXPECT_EQ(read_all(), (Answers{{"s/BAT0", Cause::absent}, {"s/BAT1", Cause::absent}}));
}

TEST(RecordingTree, TellsWhatIsListedAndAnswersNothing) {
  ChangingTree machine;
  machine.answers = {{"battery/0/information", Cause::absent}, {"battery/1/status", "1"s}};
  RecordingTree recorder(machine);
  const auto read_all = [&] {
    EXPECT_TRUE(recorder.list("battery"));
    for (const char* path : {"battery/0/information", "battery/0/status", "battery/1/information",
                             "battery/1/status"}) {
      (void)recorder.read(path);
    }
    return recorder.take_tick({}).changes;
  };
  EXPECT_EQ(read_all(),
            (Answers{{"battery/0/information", Cause::absent}, {"battery/1/status", "1"s}}));
  EXPECT_TRUE(read_all().empty());
  machine.answers["battery/0/information"] = "pack"s;
  EXPECT_EQ(read_all(), (Answers{{"battery/0/information", "pack"s}}));
  machine.answers["battery/0/information"] = Cause::absent;
  EXPECT_EQ(read_all(), (Answers{{"battery/0/information", Cause::absent}}));
}

TEST(RecordingTree, TellsFoldersThatCouldNotBeListed) {
  ChangingTree machine;
  machine.answers = {{"s", Cause::denied}};
  RecordingTree recorder(machine);
  EXPECT_FALSE(recorder.list("s"));
  EXPECT_EQ(recorder.take_tick({}).changes, (Answers{{"s", Cause::denied}}));
  machine.answers = {{"s/x", "1"s}};
  EXPECT_TRUE(recorder.list("s"));
  (void)recorder.read("s/x");
  EXPECT_EQ(recorder.take_tick({}).changes, (Answers{{"s", Cause::absent}, {"s/x", "1"s}}));
}

// The law: a capture that was recorded answers as the machine did, at every tick.
TEST(RecordingTree, ACaptureOfACaptureAnswersTheSame) {
  ChangingTree machine;
  RecordingTree recorder(machine);
  Capture capture;
  std::vector<std::map<std::string, CapturedValue>> moments = {
      {{"s/a/x", "1"s}, {"s/b/x", "2"s}},
      {{"s/a/x", "1"s}},
      {{"s/a/x", Cause::busy}, {"s/b/x", "2"s}, {"s/c/x", "3"s}},
      {},
      {{"s/c/x", "3"s}},
  };
  const auto reads = [](const MachineTree& tree) {
    std::string told;
    const auto names = tree.list("s");
    for (const std::string& name : names ? *names : Names{}) {
      const auto value = tree.read("s/" + name + "/x");
      told += name + "=" + (value ? *value : name_of(value.error().cause)) + ";";
    }
    return told;
  };
  std::vector<std::string> told;
  for (const auto& moment : moments) {
    machine.answers = moment;
    told.push_back(reads(recorder));
    capture.ticks.push_back(recorder.take_tick({}));
  }
  CaptureTree tree(capture);
  for (const std::string& expected : told) {
    EXPECT_EQ(reads(tree), expected);
    tree.advance();
  }
  EXPECT_EQ(told[2], "a=busy;b=2;c=3;");
}

}  // namespace
}  // namespace wattlife
