// SPDX-License-Identifier: EUPL-1.2
// wattlife doctor
#include <filesystem>

#include "agent/cli_command.h"
#include "agent/doctor.h"
#include "agent/machine_source.h"
#include "platform/battery_recalls_file.h"
#include "platform/os_support_file.h"
#include "platform/process.h"
#include "platform/sensors/sensors.h"
#include "platform/sensors/signs.h"

namespace wattlife {
namespace {

// Windows has access lists instead of modes, of which the standard library knows nothing; there the
// sampler itself refuses a folder that others can write, at its start.
FolderFacts folder_facts(const std::string& state, const std::string& name, bool with_modes) {
  FolderFacts folder{name, state + "/" + name, std::nullopt, false, true};
  if (const Done there = check_folder(folder.path); !there) {
    folder.problem = there.error();
    return folder;
  }
  std::error_code failed;
  const auto rights = std::filesystem::status(folder.path, failed).permissions();
  using Perms = std::filesystem::perms;
  folder.others_may_write =
      with_modes && !failed && (rights & (Perms::others_write | Perms::group_write)) != Perms::none;
  return folder;
}

Answer run_doctor(const CommandArguments& arguments) {
  constexpr std::size_t largest_view_bytes = std::size_t{4} << 20;
  const auto source = open_machine(arguments.text("--capture"), arguments.text("--config"));
  if (!source) return {exit_for(source.error()), "", source.error().text};
  if (source->capture != nullptr) source->capture->advance_to_last();

  DoctorFacts facts;
  const Now moment = source->capture != nullptr ? source->capture->now() : now();
  facts.today = std::chrono::floor<std::chrono::days>(moment.utc);
  facts.inventory = read_inventory(*source->tree);
  facts.power = read_power(*source->tree);
  facts.hidden = hidden_drives(*source->tree);
  facts.signs = read_signs(*source->tree, facts.signs_faults);
  if (auto table = built_in_battery_recalls()) facts.recalls = *std::move(table);
  facts.settings_problems = source->settings().problems();
  facts.installed_here = source->capture == nullptr;
  if (auto table = built_in_os_support()) facts.os_support = *std::move(table);
  if (facts.installed_here) {
    const std::string state = arguments.text("--state", default_state_folder());
    // Not requests/: nothing makes it yet, and measuring does not need it.
    for (const char* name : {"sampler", "agent", "public"}) {
      facts.folders.push_back(folder_facts(state, name, source->tree->os() != Os::windows));
    }
    const auto view = read_file(state + "/public/view.json", largest_view_bytes);
    if (view) facts.view.text = *view;
    if (!view) facts.view.problem = view.error();
  }
  const std::vector<Check> checks = examined(facts);
  return {any_failed(checks) ? Exit::negative : Exit::fine,
          arguments.has("--json") ? checks_as_json(checks) : checks_as_lines(checks), ""};
}

}  // namespace

Command doctor_command() {
  return {"doctor",
          "Look for what is wrong on this laptop, and say what to do about it.",
          {{"--state", "DIR", "Where the sampler keeps its state (default: the system's place)"},
           {"--config", "DIR", "Where settings are (default: the system's own place)"},
           {"--capture", "FILE", "Look at a recorded machine instead"},
           {"--json", "", "As JSON, for scripts"}},
          run_doctor};
}

}  // namespace wattlife
