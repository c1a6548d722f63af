// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "platform/sensors/decoders.h"
#include "tests/platform/tree_of.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

Activity activity_of(Answers answers) {
  PowerReading reading;
  read_activity_linux(tree_of(std::move(answers)), reading);
  EXPECT_TRUE(reading.faults.empty());
  return reading.activity;
}

TEST(Processors, BusyIsAllButIdleAndWaiting) {
  const struct {
    const char* name;
    std::string stat;
    std::optional<std::int64_t> busy;
    std::optional<std::int64_t> total;
  } cases[] = {
      {"all fields", "cpu  100 20 30 1000 50 6 7 8 90 10\ncpu0 1 1 1 1\n", 171, 1221},
      {"an old kernel", "cpu 100 20 30 1000\n", 150, 1150},
      {"too few fields", "cpu 100 20 30\n", std::nullopt, std::nullopt},
      {"other words", "intr 100 20 30 40\n", std::nullopt, std::nullopt},
      {"one processor only", "cpu0 100 20 30 40\n", std::nullopt, std::nullopt},
      {"negative", "cpu 100 -20 30 40\n", std::nullopt, std::nullopt},
      {"too large", "cpu 9000000000000000000 1 1 1\n", std::nullopt, std::nullopt},
      {"empty", "", std::nullopt, std::nullopt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Activity activity = activity_of({{"proc/stat", c.stat}});
    EXPECT_EQ(activity.cpu_busy_ticks, c.busy);
    EXPECT_EQ(activity.cpu_total_ticks, c.total);
  }
}

Answers backlight(const std::string& name, const std::string& type, const std::string& level,
                  const std::string& power = "0\n") {
  const std::string path = "sys/class/backlight/" + name;
  return {{path + "/type", type},
          {path + "/actual_brightness", level},
          {path + "/max_brightness", "1500\n"},
          {path + "/bl_power", power}};
}

Answers panel(const std::string& connector, const std::string& status, const std::string& enabled,
              const std::string& dpms) {
  const std::string path = "sys/class/drm/" + connector;
  return {{path + "/status", status}, {path + "/enabled", enabled}, {path + "/dpms", dpms}};
}

Answers both(Answers a, const Answers& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(Panel, IsOnOffOrUnknown) {
  const Answers on = panel("card0-eDP-1", "connected\n", "enabled\n", "On\n");
  const Answers dark = panel("card0-eDP-1", "connected\n", "enabled\n", "Off\n");
  const Answers shut = panel("card0-eDP-1", "connected\n", "disabled\n", "On\n");
  const Answers lit = backlight("intel_backlight", "raw\n", "750\n");
  const Answers unlit = backlight("intel_backlight", "raw\n", "750\n", "4\n");
  const struct {
    const char* name;
    Answers answers;
    std::optional<bool> panel_on;
  } cases[] = {
      {"nobody says anything", {}, std::nullopt},
      {"external only", panel("card0-HDMI-A-1", "connected\n", "enabled\n", "On\n"), std::nullopt},
      {"connector on", on, true},
      {"power saving", dark, false},
      {"lid shut, external in use", shut, false},
      {"LVDS", panel("card1-LVDS-1", "connected\n", "enabled\n", "On\n"), true},
      {"DSI off", panel("card1-DSI-1", "connected\n", "disabled\n", "Off\n"), false},
      {"backlight only", lit, true},
      {"backlight off only", unlit, false},
      {"both on", both(on, lit), true},
      {"backlight off, connector on", both(on, unlit), false},
      {"connector off, backlight on", both(dark, lit), false},
      {"second graphics chip without a panel",
       both(on, panel("card1-eDP-2", "disconnected\n", "disabled\n", "Off\n")), true},
      {"two panels, one on", both(dark, panel("card0-eDP-2", "connected\n", "enabled\n", "On\n")),
       true},
      {"a connector that says nothing",
       {{"sys/class/drm/card0-eDP-1/status", "connected\n"s}},
       std::nullopt},
      {"only dpms", {{"sys/class/drm/card0-eDP-1/dpms", "Off\n"s}}, false},
  };
  for (const auto& c : cases) EXPECT_EQ(activity_of(c.answers).panel_on, c.panel_on) << c.name;
}

TEST(Panel, BrightnessIsOfTheBacklightThatKnowsBest) {
  EXPECT_EQ(activity_of(backlight("intel_backlight", "raw\n", "750\n")).brightness, Ratio{500});
  EXPECT_EQ(activity_of(both(backlight("acpi_video0", "firmware\n", "300\n"),
                             backlight("intel_backlight", "raw\n", "750\n")))
                .brightness,
            Ratio{200});
  EXPECT_EQ(
      activity_of(both(backlight("a", "raw\n", "0\n"), backlight("b", "platform\n", "1500\n")))
          .brightness,
      Ratio{1000});
  for (const char* level : {"1501\n", "-1\n", "x\n", "\n"}) {
    EXPECT_EQ(activity_of(backlight("a", "raw\n", level)).brightness, std::nullopt) << level;
  }
}

}  // namespace
}  // namespace wattlife
