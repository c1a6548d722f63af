// SPDX-License-Identifier: EUPL-1.2
// The battery report of Windows, as XML: made by its own powercfg.exe, which writes nowhere but in
// a file. The report also holds hours and energy of use; the file is gone when this returns, and
// the decoder takes out capacity only (platform/sensors/powercfg.h).
#pragma once

#include <string>

#include "core/result.h"
#include "core/time.h"

namespace wattlife {

// A tool of the system needs seconds; one that takes longer is ended.
inline constexpr Duration longest_tool_run = std::chrono::seconds(30);

// Full path of powercfg.exe in the folder of the system; never looked for along PATH.
std::string powercfg_path();

// Runs `program` (a full path) with `arguments` as they are, without a window and without handles
// of ours. Errors: absent or denied as the system says, busy when it took longer than `limit` and
// was ended, io when it ended with a number other than 0.
Done run_tool(const std::string& program, const std::string& arguments, Duration limit);

// What `program` writes for `/batteryreport /xml /output FILE`, with FILE in `folder` (our own).
// Errors: those of run_tool(); absent when it wrote nothing.
Result<std::string> battery_report(const std::string& program, const std::string& folder,
                                   Duration limit = longest_tool_run);

}  // namespace wattlife
