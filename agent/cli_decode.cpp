// SPDX-License-Identifier: EUPL-1.2
// wattlife decode CAPTURE
#include <filesystem>

#include "agent/cli_command.h"
#include "agent/decode.h"
#include "platform/capture.h"
#include "platform/process.h"
#include "platform/sensors/sensors.h"

namespace wattlife {
namespace {

// Where a link leads to: here a person names the file, and may name a link.
std::string target_of(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path target = std::filesystem::canonical(path, failed);
  return failed ? path : target.string();
}

UtcDay day_of(const CaptureTree& tree) {
  return std::chrono::floor<std::chrono::days>(tree.now().utc);
}

Answer run_decode(const CommandArguments& arguments) {
  const std::string path = arguments.text("CAPTURE");
  const auto text = read_file(target_of(path), largest_capture_bytes);
  if (!text) return {exit_for(text.error()), "", text.error().text};
  auto capture = parse_capture(*text);
  if (!capture) return {Exit::data, "", path + ": " + capture.error().text};

  CaptureTree tree(*std::move(capture));
  DrivesThen first{day_of(tree), read_inventory(tree).disks};
  tree.advance_to_last();
  Decoded decoded = decode(tree);
  add_wear({std::move(first), {day_of(tree), decoded.inventory.disks}}, decoded.parts);
  return {Exit::fine, arguments.has("--json") ? to_json(decoded) : to_lines(decoded), ""};
}

}  // namespace

Command decode_command() {
  return {"decode",
          "Show what a capture says: machine, batteries, drives, counters, at its last moment.",
          {{"CAPTURE", "FILE", "A capture, as `wattlife capture` writes it", true},
           {"--json", "", "As JSON, for scripts"}},
          run_decode};
}

}  // namespace wattlife
