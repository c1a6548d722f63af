// SPDX-License-Identifier: EUPL-1.2
// How busy the processors were and whether the internal panel is on: proc/stat, backlights, and
// the connectors of the graphics driver. All may be read by anyone, none wakes a device.
#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::string_view backlights = "sys/class/backlight";
constexpr std::string_view connectors = "sys/class/drm";

// "cpu  user nice system idle iowait irq softirq steal guest guest_nice": guest time is inside
// user time already.
void read_processors(std::string_view stat, Activity& into) {
  constexpr std::size_t counted_fields = 8;
  constexpr std::size_t idle_field = 3;
  constexpr std::size_t iowait_field = 4;
  std::string_view line = take_line(stat);
  if (!line.starts_with("cpu ")) return;
  take_word(line);
  std::int64_t total = 0;
  std::int64_t idle = 0;
  std::size_t field = 0;
  while (field < counted_fields) {
    const std::string_view word = take_word(line);
    if (word.empty()) break;
    const auto ticks = integer_from(word);
    // Bounded so that the sum cannot overflow: 2^59 ticks are a thousand million years.
    if (!ticks || *ticks < 0 || *ticks > (std::int64_t{1} << 59)) return;
    total += *ticks;
    if (field == idle_field || field == iowait_field) idle += *ticks;
    ++field;
  }
  if (field <= idle_field) return;
  into.cpu_total_ticks = total;
  into.cpu_busy_ticks = total - idle;
}

std::optional<std::string> word_at(const MachineTree& tree, const std::string& path) {
  const auto text = tree.read(path);
  if (!text || trimmed(*text).empty()) return std::nullopt;
  return std::string(trimmed(*text));
}

std::optional<std::int64_t> number_at(const MachineTree& tree, const std::string& path) {
  const auto word = word_at(tree, path);
  return word ? integer_from(*word) : std::nullopt;
}

// Firmware knows best which level is set, then the platform driver, then the raw register.
int preference(const std::optional<std::string>& type) {
  if (type == "firmware") return 0;
  if (type == "platform") return 1;
  return 2;
}

// The folder of the backlight that counts; empty when there is none.
std::string preferred_backlight(const MachineTree& tree) {
  const auto names = tree.list(backlights);
  if (!names) return "";
  std::string best;
  int best_preference = 0;
  for (const std::string& name : *names) {
    const std::string folder = std::string(backlights) + "/" + name;
    const int own = preference(word_at(tree, folder + "/type"));
    if (best.empty() || own < best_preference) {
      best = folder;
      best_preference = own;
    }
  }
  return best;
}

bool is_internal(std::string_view connector) {
  return connector.find("-eDP-") != std::string_view::npos ||
         connector.find("-LVDS-") != std::string_view::npos ||
         connector.find("-DSI-") != std::string_view::npos;
}

// Empty when this connector says nothing, or has no panel behind it (the second graphics chip).
std::optional<bool> connector_on(const MachineTree& tree, const std::string& folder) {
  if (word_at(tree, folder + "/status") == "disconnected") return std::nullopt;
  const auto enabled = word_at(tree, folder + "/enabled");
  const auto dpms = word_at(tree, folder + "/dpms");
  if (!enabled && !dpms) return std::nullopt;
  return enabled.value_or("enabled") == "enabled" && dpms.value_or("On") == "On";
}

std::optional<bool> any_panel_on(const MachineTree& tree) {
  const auto names = tree.list(connectors);
  if (!names) return std::nullopt;
  std::optional<bool> on;
  for (const std::string& name : *names) {
    if (!is_internal(name)) continue;
    const auto own = connector_on(tree, std::string(connectors) + "/" + name);
    if (own) on = on.value_or(false) || *own;
  }
  return on;
}

}  // namespace

void read_activity_linux(const MachineTree& tree, PowerReading& into) {
  if (const auto stat = tree.read("proc/stat")) read_processors(*stat, into.activity);

  const std::string backlight = preferred_backlight(tree);
  std::optional<bool> lit;
  if (!backlight.empty()) {
    if (const auto power = number_at(tree, backlight + "/bl_power")) lit = *power == 0;
    const auto level = number_at(tree, backlight + "/actual_brightness");
    const auto most = number_at(tree, backlight + "/max_brightness");
    constexpr std::int64_t most_steps = 1'000'000'000;
    if (level && most && *most > 0 && *most <= most_steps && *level >= 0 && *level <= *most) {
      into.activity.brightness = Ratio{(*level * 1000 + *most / 2) / *most};
    }
  }
  // On only when nobody says off; unknown when nobody says anything.
  const std::optional<bool> panel = any_panel_on(tree);
  if (panel || lit) into.activity.panel_on = panel.value_or(true) && lit.value_or(true);
}

}  // namespace wattlife
