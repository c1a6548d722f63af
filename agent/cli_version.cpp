// SPDX-License-Identifier: EUPL-1.2
// wattlife version
#include "agent/cli_command.h"
#include "core/table.h"

namespace wattlife {
namespace {

Answer run_version(const CommandArguments& arguments) {
  const std::string version = WATTLIFE_VERSION;
  if (arguments.has("--json")) {
    return {Exit::fine, "{\"version\": " + json_string(version) + "}\n", ""};
  }
  return {Exit::fine, "wattlife " + version + "\n", ""};
}

}  // namespace

Command version_command() {
  return {"version",
          "Print the version of this program.",
          {{"--json", "", "As JSON, for scripts"}},
          run_version};
}

}  // namespace wattlife
