// SPDX-License-Identifier: EUPL-1.2
// Questions to the drivers of macOS through its I/O registry, answered in the bytes they gave. Any
// of these calls can hang, so machine_tree_macos makes them through a BoundedReader; none of them
// writes, and none needs root.
//
// Sources: NVMeSMARTLibExternal.h and IOStorageDeviceCharacteristics.h of Apple's storage families,
// as smartmontools (lib/os_darwin.cpp) uses them; IOBacklightDisplay.cpp of Apple's IOGraphics. The
// attributes of Apple silicon's panels are documented nowhere; ioreg of such Macs shows them.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife::macos {

// All properties of the first entry of the class `name`, as an XML property list.
Result<std::string> entry_properties(const std::string& path, const std::string& name);

// How many NVMe drives are inside this machine and have a health log, as text. Those on Thunderbolt
// are no part of it, and namespaces without media behind them (firmware) are no drives.
Result<std::string> internal_drives();
// "identify", "log/02", "size" (bytes, uint64) or "model" of the one that is `number` in the order
// of the registry.
Result<std::string> drive_value(unsigned number, const std::string& path, std::string_view value);

// The EDID of the panel in the lid, where it stands in the registry: on Intel. Absent elsewhere.
Result<std::string> panel_edid();
// What Apple silicon says of it in its place, as an XML property list. Absent on Intel.
Result<std::string> panel_attributes();

// Names of those variables in NVRAM that tell of Activation Lock, a line each; never what is in
// them, which is the name and account of a person.
Result<std::string> lock_variables();

}  // namespace wattlife::macos
