// SPDX-License-Identifier: EUPL-1.2
// wattlife battery-outlook FILE
#include <filesystem>

#include "agent/cli_command.h"
#include "agent/outlook_text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

constexpr std::size_t largest_report_bytes = std::size_t{16} << 20;

// Where a link leads to: here a person names the file, and may name a link.
std::string target_of(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path target = std::filesystem::canonical(path, failed);
  return failed ? path : target.string();
}

Answer run_battery_outlook(const CommandArguments& arguments) {
  std::optional<int> horizon_days;
  if (arguments.has("--horizon-days")) {
    const auto days = arguments.number("--horizon-days", 1, 1, longest_horizon_days);
    if (!days) return {Exit::usage, "", days.error().text};
    horizon_days = static_cast<int>(*days);
  }
  const std::string path = arguments.text("FILE");
  const auto file = read_file(target_of(path), largest_report_bytes);
  if (!file) return {exit_for(file.error()), "", file.error().text};
  auto points = capacity_points_in(*file);
  if (!points) return {Exit::data, "", path + ": " + points.error().text};
  const OutlookAnswer answer = outlook_of(*std::move(points), horizon_days);
  return {Exit::fine, arguments.has("--json") ? to_json(answer) : to_lines(answer), ""};
}

}  // namespace

Command battery_outlook_command() {
  return {
      "battery-outlook",
      "Say how healthy a battery is and what to expect of it, from the history of its capacity.",
      {{"FILE", "FILE", "A report of powercfg /batteryreport (XML or HTML), or a CSV file", true},
       {"--horizon-days", "N", "Also say what to expect after N days, at most 365"},
       {"--json", "", "As JSON, for scripts"}},
      run_battery_outlook};
}

}  // namespace wattlife
