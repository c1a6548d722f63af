// SPDX-License-Identifier: EUPL-1.2
// Files of sysfs and proc that are read at every tick, kept open: one call instead of five. Each
// read is of the moment (the kernel makes the text anew when it is read from the start). A device
// that went answers with an error, and then the path is opened again: another one may have it now.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "platform/descriptor_linux.h"

namespace wattlife {

// All bytes of the regular file at `path` below `folder`, at most `limit`. What is no regular file
// is absent: nothing that is opened can make us wait. Other errors as system_error().
Result<std::string> bytes_at(int folder, const std::string& path, std::size_t limit);

// Names in the folder at `path` below `folder`, sorted. Errors as system_error().
Result<std::vector<std::string>> names_at(int folder, const std::string& path);

// By path, which is looked up with what is at hand.
struct PathHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view path) const {
    return std::hash<std::string_view>()(path);
  }
};
template <class Held>
using ByPath = std::unordered_map<std::string, Held, PathHash, std::equal_to<>>;

class KeptFiles {
 public:
  // `root` stays open as long as this lives.
  KeptFiles(int root, std::size_t limit) : root_(root), limit_(limit) {}

  // As bytes_at() and names_at() below the root.
  Result<std::string> read(std::string_view path);
  Result<std::vector<std::string>> list(const std::string& path);

  // Whether the file at `path` was read before and is kept open.
  bool holds(std::string_view path) const { return files_.find(path) != files_.end(); }

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
  Result<std::string> kept_bytes(const Kept& kept, std::string_view path) const;
  void make_room();

  int root_;
  std::size_t limit_;
  std::size_t lost_ = 0;
  ByPath<Kept> files_;
  ByPath<Descriptor> folders_;
};

// Lists of folders that may be some minutes old, and when one must be read anew before that.
class HeldLists {
 public:
  using Names = Result<std::vector<std::string>>;
  using Clock = std::chrono::steady_clock;

  explicit HeldLists(Clock::duration most_age) : most_age_(most_age) {}

  // The list of `folder` that is held, when it is young enough at `now`; else nullptr.
  const Names* find(std::string_view folder, Clock::time_point now) const;
  // That there is no such folder is held too.
  void hold(std::string_view folder, Names names, Clock::time_point now);
  // The lists of the folders above `path` are read anew at the next look.
  void drop_above(std::string_view path);

  // A file that stood in a list was read, or could not be. When it could be read before, its list
  // is dropped: something went. One that never can be read (an attribute that its driver answers
  // with an error) drops a list once, and not at each tick.
  void was_read(std::string_view path);
  void was_not_read(std::string_view path);
  // Another device may have the names in `folder`, which ends with a slash.
  void forget(std::string_view folder);

 private:
  struct Held {
    Names names;
    Clock::time_point at;
  };
  Clock::duration most_age_;
  ByPath<Held> lists_;
  std::set<std::string, std::less<>> unreadable_;
};

}  // namespace wattlife
