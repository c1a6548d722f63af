// SPDX-License-Identifier: EUPL-1.2
// What process_posix.cpp, the body of process.h on Linux and macOS, leaves to the one system: the
// few calls that differ. Each body is in process_linux.cpp or process_macos.cpp.
#pragma once

#include <sys/stat.h>

#include <ctime>

#include "platform/process.h"

namespace wattlife::posix {

Duration clock_value(clockid_t clock);
UtcTime utc_of(const timespec& time);

// The flags of open() for a folder that is only looked at.
int folder_flags();
// When the file was last written.
timespec written(const struct stat& status);
// Whether what was written to `file` is safe from a power cut now.
bool is_on_disk(int file);
// Puts `fresh` in the place of `path`, or makes that its name, without waiting for the disk; as
// rename() for whoever looks at `path`. errno says why not.
bool take_place(const char* fresh, const char* path);
// From here on the system may wake this process late, together with others.
void allow_late_wakes();
// Whether this system says that it is going down.
bool goes_down();
// Fills in what only this system tells; the processor time and the wakes are there.
void add_cost(OwnCost& cost);
// What goes before a line of the log.
const char* log_prefix(LogLevel level);

}  // namespace wattlife::posix
