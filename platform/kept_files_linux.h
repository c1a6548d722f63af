// SPDX-License-Identifier: EUPL-1.2
// Files of sysfs and proc that are read at every tick, kept open: one call instead of five. Each
// read is of the moment (the kernel makes the text anew when it is read from the start). A device
// that went answers with an error, and then the path is opened again: another one may have it now.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "platform/descriptor_linux.h"

namespace wattlife {

// All bytes of the regular file at `path` below `folder`, at most `limit`. What is no regular file
// is absent: nothing that is opened can make us wait. Other errors as system_error().
Result<std::string> bytes_at(int folder, const std::string& path, std::size_t limit);

// Names in the folder at `path` below `folder`, sorted. Errors as system_error().
Result<std::vector<std::string>> names_at(int folder, const std::string& path);

class KeptFiles {
 public:
  // `root` stays open as long as this lives.
  KeptFiles(int root, std::size_t limit) : root_(root), limit_(limit) {}

  // As bytes_at() and names_at() below the root.
  Result<std::string> read(const std::string& path);
  Result<std::vector<std::string>> list(const std::string& path);

  // Closes the files below `folder`, which ends with a slash.
  void forget(std::string_view folder);

  // How many files that were kept answered no more: what they were of went, also when the path was
  // opened anew and another has that name now.
  std::size_t lost() const { return lost_; }

  std::size_t count() const { return files_.size() + folders_.size(); }

  // When there are so many all are closed: they come back at the next tick, those of devices that
  // went do not.
  static constexpr std::size_t most = 96;

 private:
  struct Kept {
    Descriptor file;
    bool virtual_file;  // of sysfs or proc: its name cannot come to mean another file while open
    bool one_read;      // of sysfs: a value is less than a page, and comes at once
  };
  Result<std::string> kept_bytes(const Kept& kept, const std::string& path) const;
  void make_room();

  int root_;
  std::size_t limit_;
  std::size_t lost_ = 0;
  std::map<std::string, Kept, std::less<>> files_;
  std::map<std::string, Descriptor, std::less<>> folders_;
};

}  // namespace wattlife
