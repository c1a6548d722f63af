// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

constexpr const char* card1 = "sys/class/drm/card1/device";

using Sensors = std::vector<std::pair<std::string, std::string>>;

Answers card(const std::string& driver, const std::string& status, const Sensors& sensors,
             const std::string& slot = "0000:03:00.0") {
  Answers answers = {
      {card1 + "/uevent"s, "DRIVER=" + driver + "\nPCI_CLASS=30000\nPCI_SLOT_NAME=" + slot + "\n"},
      {card1 + "/power/runtime_status"s, status + "\n"}};
  for (const auto& [name, value] : sensors) {
    answers.emplace_back(card1 + "/hwmon/hwmon4/"s + name, value + "\n");
  }
  return answers;
}

std::vector<DiscreteGpu> gpus_of(const MachineTree& tree) {
  PowerReading reading;
  read_gpus_linux(tree, reading);
  EXPECT_TRUE(reading.faults.empty());
  return reading.gpus;
}

TEST(Gpus, OnlyDiscreteOnesAreListedAndTheirPowerOnlyWhileTheyAreAwake) {
  const Sensors amd = {
      {"freq1_label", "sclk"}, {"freq2_label", "mclk"}, {"power1_average", "23456000"}};
  const Sensors apu = {
      {"freq1_label", "sclk"}, {"in1_label", "vddnb"}, {"power1_average", "23456000"}};
  using Gpus = std::vector<DiscreteGpu>;
  const struct {
    const char* name;
    Answers answers;
    Gpus expected;
  } cases[] = {
      {"AMD awake", card("amdgpu", "active", amd), {{"card1", true, Power{23'456}}}},
      {"AMD asleep", card("amdgpu", "suspended", amd), {{"card1", false, {}}}},
      {"AMD on its way", card("amdgpu", "resuming", amd), {{"card1", false, {}}}},
      {"not managed", card("amdgpu", "unsupported", amd), {{"card1", {}, {}}}},
      {"newer kernels: input",
       card("amdgpu", "active", {{"freq2_label", "mclk"}, {"power1_input", "23456000"}}),
       {{"card1", true, Power{23'456}}}},
      {"no sensor of power",
       card("amdgpu", "active", {{"freq2_label", "mclk"}}),
       {{"card1", true, {}}}},
      {"AMD inside the processor", card("amdgpu", "active", apu), {}},
      {"AMD with both marks",
       card("amdgpu", "active", {{"freq2_label", "mclk"}, {"in1_label", "vddnb"}}),
       {}},
      {"AMD that says nothing", card("amdgpu", "active", {}), {}},
      {"NVIDIA awake", card("nvidia", "active", {}), {{"card1", true, {}}}},
      {"NVIDIA asleep",
       card("nouveau", "suspended", {{"power1_input", "1"}}),
       {{"card1", false, {}}}},
      {"Intel inside the processor", card("i915", "active", {}, "0000:00:02.0"), {}},
      {"Intel discrete", card("xe", "active", {}), {{"card1", true, {}}}},
      {"of a guest", card("virtio-pci", "active", {{"power1_input", "1"}}), {}},
      {"no cards", {{"sys/class/drm/version", "drm 1.1.0\n"s}}, {}},
      {"a connector is no card",
       {{"sys/class/drm/card1-eDP-1/device/uevent", "DRIVER=nvidia\n"s}},
       {}},
  };
  for (const auto& c : cases) EXPECT_EQ(gpus_of(tree_of(c.answers)), c.expected) << c.name;
}

// Reading a sensor of a chip that sleeps wakes it. And what was recorded decodes the same.
TEST(Gpus, ASleepingChipIsNotAsked) {
  const CaptureTree tree =
      tree_of(card("amdgpu", "suspended",
                   {{"freq2_label", "mclk"}, {"freq2_input", "1"}, {"power1_input", "1"}}));
  RecordingTree recorder(tree);
  const auto gpus = gpus_of(recorder);
  const CaptureTick tick = recorder.take_tick({});
  for (const auto& [path, value] : tick.changes) {
    EXPECT_FALSE(path.ends_with("_input") || path.ends_with("_average")) << path;
  }
  EXPECT_EQ(gpus_of(CaptureTree({{}, {tick}})), gpus);
  EXPECT_EQ(gpus, (std::vector<DiscreteGpu>{{"card1", false, {}}}));
}

TEST(Gpus, PowerThatMakesNoSenseIsEmpty) {
  for (const char* text : {"-1\n", "300000001\n", "x\n", "\n"}) {
    Answers answers = card("amdgpu", "active", {{"freq2_label", "mclk"}});
    answers.emplace_back(card1 + "/hwmon/hwmon4/power1_average"s, std::string(text));
    EXPECT_EQ(gpus_of(tree_of(answers)), (std::vector<DiscreteGpu>{{"card1", true, {}}})) << text;
  }
  // It fell asleep between the question and the reading.
  Answers refused = card("amdgpu", "active", {{"freq2_label", "mclk"}});
  refused.emplace_back(card1 + "/hwmon/hwmon4/power1_average"s, Cause::denied);
  EXPECT_EQ(gpus_of(tree_of(refused)), (std::vector<DiscreteGpu>{{"card1", true, {}}}));
}

}  // namespace
}  // namespace wattlife
