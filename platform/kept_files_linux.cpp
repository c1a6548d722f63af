// SPDX-License-Identifier: EUPL-1.2
#include "platform/kept_files_linux.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

namespace wattlife {
namespace {

// An attribute of sysfs is at most a page (Documentation/filesystems/sysfs.rst).
constexpr std::size_t page_bytes = 4096;

Result<Descriptor> opened_file(int folder, const std::string& path) {
  Descriptor file(openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return system_error(path, errno);
  struct stat status = {};
  if (fstat(file.number(), &status) != 0) return system_error(path, errno);
  if (!S_ISREG(status.st_mode)) return system_error(path, ENOENT);
  return file;
}

Result<Descriptor> opened_folder(int folder, const std::string& path) {
  Descriptor opened(openat(folder, path.empty() ? "." : path.c_str(),
                           O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
  if (!opened.is_open()) return system_error(path, errno);
  return opened;
}

// From the start. `one_read`: a first part of less than a page is all.
Result<std::string> bytes_of(int file, std::string_view path, std::size_t limit, bool one_read) {
  std::string bytes;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t count = pread(file, buffer, sizeof buffer, static_cast<off_t>(bytes.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(path, errno);
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
    if (bytes.size() > limit) {
      return Error{Cause::io,
                   std::string(path) + ": larger than " + std::to_string(limit) + " bytes"};
    }
    if (one_read && bytes.size() < page_bytes) return bytes;
  }
}

// Records are struct dirent64, one after the other.
Result<std::vector<std::string>> names_of(int folder, const std::string& path) {
  std::vector<std::string> names;
  alignas(dirent64) char buffer[8 * 1024];
  while (true) {
    const ssize_t count = getdents64(folder, buffer, sizeof buffer);
    if (count < 0) return system_error(path, errno);
    if (count == 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
      unsigned short length = 0;
      std::memcpy(&length, buffer + at + offsetof(dirent64, d_reclen), sizeof length);
      const std::string_view name(buffer + at + offsetof(dirent64, d_name));
      if (name != "." && name != "..") names.emplace_back(name);
      at += length;
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<std::string> bytes_at(int folder, const std::string& path, std::size_t limit) {
  const Result<Descriptor> file = opened_file(folder, path);
  if (!file) return file.error();
  return bytes_of(file->number(), path, limit, false);
}

Result<std::vector<std::string>> names_at(int folder, const std::string& path) {
  const Result<Descriptor> opened = opened_folder(folder, path);
  if (!opened) return opened.error();
  return names_of(opened->number(), path);
}

// A plain file, in a copy of a machine, can be replaced by another of its name; then it has no name
// any more.
Result<std::string> KeptFiles::kept_bytes(const Kept& kept, std::string_view path) const {
  struct stat status = {};
  if (!kept.virtual_file && (fstat(kept.file.number(), &status) != 0 || status.st_nlink == 0)) {
    return system_error(path, ENOENT);
  }
  return bytes_of(kept.file.number(), path, limit_, kept.one_read);
}

void KeptFiles::make_room() {
  if (count() < most) return;
  files_.clear();
  folders_.clear();
}

Result<std::string> KeptFiles::read(std::string_view wanted) {
  if (const auto known = files_.find(wanted); known != files_.end()) {
    Result<std::string> bytes = kept_bytes(known->second, wanted);
    if (bytes) return bytes;
    files_.erase(known);
    ++lost_;
  }
  const std::string path(wanted);
  Result<Descriptor> file = opened_file(root_, path);
  if (!file) return file.error();
  struct statfs system = {};
  const bool told = fstatfs(file->number(), &system) == 0;
  const bool sysfs = told && system.f_type == SYSFS_MAGIC;
  const bool proc = told && system.f_type == PROC_SUPER_MAGIC;
  Kept kept{*std::move(file), sysfs || proc, sysfs};
  Result<std::string> bytes = kept_bytes(kept, path);
  if (!bytes) return bytes;
  make_room();
  files_.emplace(path, std::move(kept));
  return bytes;
}

Result<std::vector<std::string>> KeptFiles::list(const std::string& path) {
  if (const auto known = folders_.find(path); known != folders_.end()) {
    const int folder = known->second.number();
    Result<std::vector<std::string>> names =
        lseek(folder, 0, SEEK_SET) == 0 ? names_of(folder, path) : system_error(path, errno);
    if (names && !names->empty()) return names;
    folders_.erase(known);
  }
  Result<Descriptor> opened = opened_folder(root_, path);
  if (!opened) return opened.error();
  Result<std::vector<std::string>> names = names_of(opened->number(), path);
  // Empty may be a folder of sysfs that was removed: its driver may have made another one.
  if (!names || names->empty()) return names;
  make_room();
  folders_.emplace(path, *std::move(opened));
  return names;
}

void KeptFiles::forget(std::string_view folder) {
  std::erase_if(files_, [&](const auto& kept) { return kept.first.starts_with(folder); });
}

const HeldLists::Names* HeldLists::find(std::string_view folder, Clock::time_point now) const {
  const auto held = lists_.find(folder);
  if (held == lists_.end() || now - held->second.at >= most_age_) return nullptr;
  return &held->second.names;
}

void HeldLists::hold(std::string_view folder, Names names, Clock::time_point now) {
  lists_.insert_or_assign(std::string(folder), Held{std::move(names), now});
}

void HeldLists::drop_above(std::string_view path) {
  std::erase_if(lists_, [&](const auto& held) { return path.starts_with(held.first); });
}

void HeldLists::was_read(std::string_view path) {
  if (const auto known = unreadable_.find(path); known != unreadable_.end()) {
    unreadable_.erase(known);
  }
}

void HeldLists::was_not_read(std::string_view path) {
  if (unreadable_.find(path) != unreadable_.end()) return;
  unreadable_.emplace(path);
  drop_above(path);
}

void HeldLists::forget(std::string_view folder) {
  std::erase_if(unreadable_, [&](const std::string& path) { return path.starts_with(folder); });
}

}  // namespace wattlife
