// SPDX-License-Identifier: EUPL-1.2
// Which machine a program works on: the one it runs on, or a recorded one (--capture FILE); and
// whose settings hold (--config DIR).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/settings.h"
#include "platform/capture.h"
#include "platform/machine_tree.h"

namespace wattlife {

struct MachineSource {
  std::unique_ptr<MachineTree> tree;
  CaptureTree* capture = nullptr;           // `tree`, when it is a recorded machine
  std::vector<Now> moments;                 // of the recording, one per tick
  std::unique_ptr<MachineTree> configured;  // where settings come from, when not from `tree`

  // The settings in force now. A recorded machine has its own, unless a folder was given.
  Settings settings() const;
};

// Empty texts: this machine, the usual place for settings. `scratch_folder`: see LiveTreeOptions.
// Errors: those of the capture file: absent, denied, malformed (with the line), io.
Result<MachineSource> open_machine(const std::string& capture_path,
                                   const std::string& config_folder,
                                   const std::string& scratch_folder = "");

}  // namespace wattlife
