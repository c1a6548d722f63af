// SPDX-License-Identifier: EUPL-1.2
// Owners and access lists: what stands on Windows for the modes of POSIX, and the check that a
// folder is ours alone.
#pragma once

#include <windows.h>

#include <memory>
#include <string>

#include "core/result.h"
#include "platform/process.h"

namespace wattlife {

// Memory that the system gave and wants back through LocalFree.
struct LocalMemory {
  void operator()(void* memory) const { ::LocalFree(memory); }
};
template <class T>
using Local = std::unique_ptr<T, LocalMemory>;

// Security attributes for something new that is to have `mode`: SYSTEM, Administrators and whoever
// runs this program may do everything, everybody else may read when the mode says so for others.
// What is later made inside such a folder is closed to others, unless it says so itself.
class Rights {
 public:
  Rights(unsigned mode, bool folder);
  // Null, which is inherit, when the system cannot make them.
  SECURITY_ATTRIBUTES* attributes() { return descriptor_ ? &attributes_ : nullptr; }

 private:
  Local<void> descriptor_;
  SECURITY_ATTRIBUTES attributes_{};
};

// Whose an open folder is, and who besides its owner can change it; `name` is for messages.
Result<FolderRights> rights_of(HANDLE folder, const std::string& name);

// That an open folder belongs to whoever runs this program, and that nobody but SYSTEM,
// Administrators and they may write in it. Denied with who it is and what to do; `name` is the
// folder's, for messages.
Done belongs_to_us_alone(HANDLE folder, const std::string& name);

// That nobody but those can move away or replace what stands in an open folder; others may add to
// it, as everybody may in C:\ProgramData. Denied as above.
Done keeps_what_is_in_it(HANDLE folder, const std::string& name);

}  // namespace wattlife
