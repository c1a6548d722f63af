// SPDX-License-Identifier: EUPL-1.2
// wattlife config show, wattlife policy list
#include "agent/cli_command.h"
#include "agent/machine_source.h"
#include "core/settings.h"
#include "core/table.h"

namespace wattlife {
namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + " ";
}

// What may be shown of a value: a secret only says that it is there.
std::string shown(const Setting& row, const Settings::Value& value) {
  return row.secret && !value.text.empty() ? "(secret)" : value.text;
}

std::string config_table(const Settings& settings_in_force, bool with_origin) {
  std::string lines;
  for (const Setting& row : settings()) {
    const Settings::Value& value = settings_in_force.value(row.key);
    lines += padded(std::string(row.key), 22) + padded(shown(row, value), with_origin ? 40 : 0);
    if (with_origin) lines += value.origin;
    while (!lines.empty() && lines.back() == ' ') lines.pop_back();
    lines += "\n";
  }
  return lines;
}

Table config_rows(const Settings& settings_in_force) {
  Table table{{"key", "value", "configured", "origin"}, {}};
  for (const Setting& row : settings()) {
    const Settings::Value& value = settings_in_force.value(row.key);
    const std::string text = shown(row, value);
    table.rows.push_back(
        {std::string(row.key), text.empty() ? Cell() : Cell(text), value.configured, value.origin});
  }
  return table;
}

Answer run_config_show(const CommandArguments& arguments) {
  const auto source = open_machine(arguments.text("--capture"), arguments.text("--config"));
  if (!source) return {exit_for(source.error()), "", source.error().text};
  const Settings in_force = source->settings();
  Answer answer;
  answer.output = arguments.has("--json") ? to_json(config_rows(in_force)) + "\n"
                                          : config_table(in_force, arguments.has("--origin"));
  // An invalid value is not in force, so whoever wrote it has to hear it here.
  for (const Error& problem : in_force.problems()) {
    answer.problem += (answer.problem.empty() ? "" : "\n") + problem.text;
    answer.exit = Exit::configuration;
  }
  return answer;
}

Answer run_policy_list(const CommandArguments& arguments) {
  const bool dutch = arguments.has("--nl");
  Table table{{"key", "default", "meaning"}, {}};
  std::string lines;
  for (const Setting& row : settings()) {
    const std::string meaning(dutch ? row.dutch : row.english);
    const std::string standard(row.default_text);
    table.rows.push_back(
        {std::string(row.key), standard.empty() ? Cell() : Cell(standard), meaning});
    lines += std::string(row.key);
    if (!standard.empty()) lines += " (" + standard + ")";
    if (!row.choices.empty()) lines += " [" + std::string(row.choices) + "]";
    lines += "\n    " + meaning + "\n";
  }
  return {Exit::fine, arguments.has("--json") ? to_json(table) + "\n" : lines, ""};
}

}  // namespace

Command config_show_command() {
  return {"config show",
          "Show the settings that are in force on this laptop.",
          {{"--origin", "", "Also where each comes from, and whether it is locked"},
           {"--config", "DIR", "Where settings are (default: the system's own place)"},
           {"--capture", "FILE", "The settings of a recorded machine"},
           {"--json", "", "As JSON, for scripts"}},
          run_config_show};
}

Command policy_list_command() {
  return {"policy list",
          "List all settings, with their defaults and meanings.",
          {{"--nl", "", "In Dutch"}, {"--json", "", "As JSON, for scripts"}},
          run_policy_list};
}

}  // namespace wattlife
