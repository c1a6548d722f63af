// SPDX-License-Identifier: EUPL-1.2
// wattlife: the command line, for people and scripts. Wiring only: rows to command line, answer to
// standard output, standard error and exit code.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "agent/cli_command.h"
#include "core/text.h"
#include "platform/process.h"

namespace {

using wattlife::Answer;
using wattlife::Command;
using wattlife::CommandArguments;
using wattlife::CommandOption;
using wattlife::Exit;

std::vector<Command> commands() {
  using namespace wattlife;
  return {battery_outlook_command(),
          capture_command(),
          config_show_command(),
          decode_command(),
          doctor_command(),
          export_command(),
          mijn_command(),
          policy_list_command(),
          self_command(),
          status_command(),
          version_command()};
}

// "--output" of "-o,--output": the name under which a command finds it.
std::string long_name(std::string_view names) {
  return std::string(wattlife::split(names, ',').back());
}

void add_option(CLI::App& app, const CommandOption& row, CommandArguments& into) {
  const std::string name = long_name(row.name);
  const std::string help(row.help);
  if (row.value.empty()) {
    app.add_flag_callback(
        std::string(row.name), [&into, name] { into.set(name, ""); }, help);
    return;
  }
  const auto take = [&into, name](const std::string& value) { into.set(name, value); };
  app.add_option_function<std::string>(std::string(row.name), take, help)
      ->required(row.required)
      ->type_name(std::string(row.value))
      ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

// "config show" is the command "show" of the group "config"; without a group it stands at the top.
CLI::App& group_of(CLI::App& app, std::string_view name, std::map<std::string, CLI::App*>& groups) {
  const std::size_t space = name.find(' ');
  if (space == std::string_view::npos) return app;
  CLI::App*& group = groups[std::string(name.substr(0, space))];
  if (group == nullptr) {
    group = app.add_subcommand(std::string(name.substr(0, space)));
    group->require_subcommand(1);
  }
  return *group;
}

int run(int argc, char** argv) {
  CLI::App app{"Wattlife: what this laptop uses and how healthy it is."};
  app.name("wattlife");
  app.require_subcommand(1);
  app.allow_windows_style_options(false);  // "/folder/file" is a path on Windows too
  const std::vector<Command> rows = commands();
  CommandArguments arguments;
  std::map<std::string, CLI::App*> groups;
  std::vector<std::pair<const CLI::App*, const Command*>> known;
  for (const Command& row : rows) {
    const std::string name(wattlife::split(row.name, ' ').back());
    CLI::App* command = group_of(app, row.name, groups).add_subcommand(name, std::string(row.help));
    for (const CommandOption& option : row.options) add_option(*command, option, arguments);
    known.emplace_back(command, &row);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help is not an error; everything else is a wrong command line.
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  for (const auto& [command, row] : known) {
    if (!command->parsed()) continue;
    const Answer answer = row->run(arguments);
    std::cout << answer.output << std::flush;
    if (!answer.problem.empty()) std::cerr << "wattlife: " << answer.problem << "\n";
    return static_cast<int>(std::cout ? answer.exit : Exit::io);
  }
  return static_cast<int>(Exit::internal);
}

}  // namespace

int main(int argc, char** argv) {
  wattlife::prepare_output();
  return run(argc, argv);
}
