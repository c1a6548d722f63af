// SPDX-License-Identifier: EUPL-1.2
#include "agent/machine_source.h"

#include <utility>

#include "platform/process.h"

namespace wattlife {

Settings MachineSource::settings() const {
  const MachineTree& from = configured ? *configured : *tree;
  return Settings::from([&](std::string_view path) { return from.read(path); });
}

Result<MachineSource> open_machine(const std::string& capture_path,
                                   const std::string& config_folder,
                                   const std::string& scratch_folder) {
  MachineSource source;
  std::unique_ptr<MachineTree> live;
  if (capture_path.empty() || !config_folder.empty()) {
    LiveTreeOptions options;
    options.config_folder = config_folder.empty() ? default_config_folder() : config_folder;
    options.scratch_folder = scratch_folder;
    live = live_machine_tree(options);
  }
  if (capture_path.empty()) {
    source.tree = std::move(live);
    return source;
  }
  const Result<std::string> text = read_file(capture_path, largest_capture_bytes);
  if (!text) return text.error();
  Result<Capture> capture = parse_capture(*text);
  if (!capture) return Error{capture.error().cause, capture_path + ": " + capture.error().text};
  for (const CaptureTick& tick : capture->ticks) source.moments.push_back(tick.now);
  auto recorded = std::make_unique<CaptureTree>(*std::move(capture));
  source.capture = recorded.get();
  source.tree = std::move(recorded);
  source.configured = std::move(live);
  return source;
}

}  // namespace wattlife
