// SPDX-License-Identifier: EUPL-1.2
// wattlife doctor
#include <filesystem>

#include "agent/cli_command.h"
#include "agent/contact.h"
#include "agent/doctor.h"
#include "agent/machine_source.h"
#include "agent/view_file.h"
#include "platform/battery_recalls_file.h"
#include "platform/os_support_file.h"
#include "platform/process.h"
#include "platform/sensors/sensors.h"
#include "platform/sensors/signs.h"

namespace wattlife {
namespace {

FolderFacts folder_facts(const std::string& name, const std::string& path) {
  FolderFacts folder{name, path, std::nullopt, {}};
  const Result<FolderRights> rights = folder_rights(path);
  if (rights) folder.rights = *rights;
  if (!rights) folder.problem = rights.error();
  // A file or a link in its place is no matter of who may look.
  std::error_code failed;
  const auto kind = std::filesystem::symlink_status(path, failed);
  const bool other =
      !failed && std::filesystem::exists(kind) && !std::filesystem::is_directory(kind);
  if (folder.problem && other) folder.problem->cause = Cause::malformed;
  return folder;
}

// What the sampler saw when it wrote the view: what is not there any more since then is gone.
std::vector<KnownPart> parts_of(const View& view) {
  std::vector<KnownPart> parts;
  for (const ViewBattery& battery : view.batteries) {
    if (battery.present) parts.push_back({KnownPart::Kind::battery, battery.name, ""});
  }
  for (const ViewDisk& disk : view.disks) {
    parts.push_back({KnownPart::Kind::drive, disk.name, disk.model});
  }
  for (const ViewGone& part : view.gone) {
    const auto kind = part.is_drive ? KnownPart::Kind::drive : KnownPart::Kind::battery;
    parts.push_back({kind, part.name, part.model, part.since});
  }
  return parts;
}

void look_at_state(const std::string& state, DoctorFacts& facts) {
  facts.folders.push_back(folder_facts("state", state));
  // Not requests/: nothing makes it yet, and measuring does not need it.
  for (const char* name : {"sampler", "agent", "public"}) {
    facts.folders.push_back(folder_facts(name, state + "/" + name));
  }
  const Result<View> view = read_view(state);
  if (!view) {
    facts.sampler.problem = view.error();
    return;
  }
  facts.sampler.written = view->today;
  facts.sampler.store_fault = view->store_fault;
  facts.known_before = parts_of(*view);
}

CollectorNews collector_news(const Settings& settings, const std::string& state) {
  CollectorNews news;
  news.wanted = !settings.text("CollectorUrl").empty();
  if (!news.wanted) return news;
  Result<Contact> contact = read_contact(state);
  if (contact) news.contact = *std::move(contact);
  if (!contact) news.problem = contact.error();
  return news;
}

Answer run_doctor(const CommandArguments& arguments) {
  const auto source = open_machine(arguments.text("--capture"), arguments.text("--config"));
  if (!source) return {exit_for(source.error()), "", source.error().text};
  DoctorFacts facts;
  if (source->capture != nullptr) {
    // What a recording shows at its begin and not at its end is gone.
    facts.known_before = parts_of(read_inventory(*source->tree));
    source->capture->advance_to_last();
  }
  const Now moment = source->capture != nullptr ? source->capture->now() : now();
  facts.today = std::chrono::floor<std::chrono::days>(moment.utc);
  facts.inventory = read_inventory(*source->tree);
  facts.power = read_power(*source->tree);
  facts.hidden = hidden_drives(*source->tree);
  facts.signs = read_signs(*source->tree, facts.signs_faults);
  if (auto table = built_in_battery_recalls()) facts.recalls = *std::move(table);
  const Settings settings = source->settings();
  facts.settings_problems = settings.problems();
  facts.installed_here = source->capture == nullptr;
  if (auto table = built_in_os_support()) facts.os_support = *std::move(table);
  if (facts.installed_here) {
    const std::string state = arguments.text("--state", default_state_folder());
    look_at_state(state, facts);
    facts.collector = collector_news(settings, state);
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
