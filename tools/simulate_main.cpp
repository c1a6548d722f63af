// SPDX-License-Identifier: EUPL-1.2
// wattlife-simulate: makes captures of laptops that were never watched, from captures that were.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "core/text.h"
#include "platform/capture.h"
#include "platform/process.h"
#include "tools/fortnight.h"

namespace {

constexpr int exit_usage = 64;
constexpr int exit_data = 65;
constexpr int exit_no_input = 66;
constexpr int exit_cannot_create = 73;

int fail(int code, const std::string& text) {
  std::cerr << "wattlife-simulate: " << text << "\n";
  return code;
}

struct Arguments {
  std::string snapshot;
  std::string output;
  std::string monday;
  std::string serial;
  std::uint64_t seed = 1;
  std::vector<std::string> policy;  // Key=value
};

int run_fortnight(const Arguments& arguments) {
  using namespace wattlife;
  const auto monday = day_from_iso8601(arguments.monday);
  if (!monday) return fail(exit_usage, "--until needs a day such as 2026-01-05");
  FortnightOptions options{arguments.seed, *monday, {}, arguments.serial};
  for (const std::string& pair : arguments.policy) {
    const std::size_t at = pair.find('=');
    if (at == std::string::npos) return fail(exit_usage, "--policy needs Key=value, not " + pair);
    options.policy.emplace_back(pair.substr(0, at), pair.substr(at + 1));
  }
  const auto text = read_file(arguments.snapshot, largest_capture_bytes);
  if (!text) return fail(exit_no_input, text.error().text);
  const auto snapshot = parse_capture(*text);
  if (!snapshot) return fail(exit_data, arguments.snapshot + ": " + snapshot.error().text);
  const auto capture = fortnight(*snapshot, options);
  if (!capture) return fail(exit_data, capture.error().text);
  const Done written = write_file_atomically(arguments.output, to_text(*capture), 0600);
  if (!written) return fail(exit_cannot_create, written.error().text);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  wattlife::prepare_output();
  CLI::App app{"Makes captures for demonstrations and tests."};
  app.require_subcommand(1);
  app.allow_windows_style_options(false);  // "/folder/file" is a path on Windows too
  Arguments arguments;
  CLI::App* const command = app.add_subcommand(
      "fortnight",
      "Play a working fortnight over the capture of one moment. What is made says "
      "that it is simulated.");
  command->add_option("SNAPSHOT", arguments.snapshot, "Capture of one moment")->required();
  command->add_option("-o,--output", arguments.output, "Capture to write")->required();
  command->add_option("--until", arguments.monday, "Monday after the fortnight")->required();
  command->add_option("--seed", arguments.seed, "The same seed gives the same fortnight");
  command->add_option("--serial", arguments.serial, "Serial number when the snapshot has none");
  command->add_option("--policy", arguments.policy, "Key=value, as an administrator would set");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  return run_fortnight(arguments);
}
