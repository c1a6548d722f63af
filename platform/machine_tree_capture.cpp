// SPDX-License-Identifier: EUPL-1.2
// The two trees that stand on captures: one that plays a capture, one that records another tree.
#include <algorithm>
#include <set>

#include "platform/capture.h"

namespace wattlife {
namespace {

using Values = std::map<std::string, CapturedValue, std::less<>>;

Error error_of(Cause cause, std::string_view path) {
  return {cause, std::string(path) + ": " + name_of(cause)};
}

// First and one past the last of what lies below `path` (all, for the empty path).
std::pair<Values::const_iterator, Values::const_iterator> below(const Values& values,
                                                                std::string_view path) {
  if (path.empty()) return {values.begin(), values.end()};
  std::string prefix(path);
  // '0' follows '/': the first key that cannot begin with "path/".
  const auto begin = values.lower_bound(prefix + '/');
  return {begin, values.lower_bound(prefix + '0')};
}

bool is_cause(const CapturedValue& value, Cause cause) {
  const auto* own = std::get_if<Cause>(&value);
  return own != nullptr && *own == cause;
}
bool is_absence(const CapturedValue& value) { return is_cause(value, Cause::absent); }

// A stated absence takes everything below it away, and stays: the folders that its path implies
// exist (a battery bay that answers nothing). A value makes the folders above it exist again.
void put(Values& values, const std::string& path, const CapturedValue& value) {
  if (is_absence(value)) {
    const auto [begin, end] = below(values, path);
    values.erase(begin, end);
  }
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const auto above = values.find(std::string_view(path).substr(0, slash));
    if (above != values.end() && is_absence(above->second)) values.erase(above);
  }
  values.insert_or_assign(path, value);
}

}  // namespace

// --- CaptureTree ---------------------------------------------------------------------------------

CaptureTree::CaptureTree(Capture capture) : capture_(std::move(capture)) {
  assert(!capture_.ticks.empty());
  apply(capture_.ticks.front());
}

Os CaptureTree::os() const { return capture_.header.os; }

Result<std::string> CaptureTree::read(std::string_view path) const {
  const auto found = values_.find(path);
  if (found == values_.end()) return error_of(Cause::absent, path);
  if (const auto* cause = std::get_if<Cause>(&found->second)) return error_of(*cause, path);
  return std::get<std::string>(found->second);
}

Result<std::vector<std::string>> CaptureTree::list(std::string_view path) const {
  if (const auto own = values_.find(path); own != values_.end()) {
    if (const auto* cause = std::get_if<Cause>(&own->second)) return error_of(*cause, path);
  }
  const std::size_t prefix = path.empty() ? 0 : path.size() + 1;
  std::set<std::string> names;
  const auto [begin, end] = below(values_, path);
  for (auto at = begin; at != end; ++at) {
    const std::string_view rest = std::string_view(at->first).substr(prefix);
    const std::size_t slash = rest.find('/');
    const bool gone = slash == std::string_view::npos && is_absence(at->second);
    if (!gone) names.emplace(rest.substr(0, slash));
  }
  if (begin == end) return error_of(Cause::absent, path);
  return std::vector<std::string>(names.begin(), names.end());
}

const CaptureHeader& CaptureTree::header() const { return capture_.header; }

Now CaptureTree::now() const { return capture_.ticks[at_].now; }

bool CaptureTree::advance() {
  if (at_ + 1 >= capture_.ticks.size()) return false;
  ++at_;
  apply(capture_.ticks[at_]);
  return true;
}

void CaptureTree::advance_to_last() {
  while (advance()) {
  }
}

void CaptureTree::apply(const CaptureTick& tick) {
  for (const auto& [path, value] : tick.changes) put(values_, path, value);
}

// --- RecordingTree -------------------------------------------------------------------------------

Os RecordingTree::os() const { return inner_.os(); }

Result<std::string> RecordingTree::read(std::string_view path) const {
  auto bytes = inner_.read(path);
  if (bytes) {
    seen_.insert_or_assign(std::string(path), *bytes);
  } else {
    seen_.insert_or_assign(std::string(path), bytes.error().cause);
  }
  return bytes;
}

Result<std::vector<std::string>> RecordingTree::list(std::string_view path) const {
  auto names = inner_.list(path);
  if (names) {
    listed_.insert_or_assign(std::string(path), *names);
  } else if (names.error().cause == Cause::absent) {
    listed_.insert_or_assign(std::string(path), std::vector<std::string>());
  } else {
    seen_.insert_or_assign(std::string(path), names.error().cause);
  }
  return names;
}

CaptureTick RecordingTree::take_tick(const Now& now) {
  Values changes;
  const auto tell = [&](const std::string& path, const CapturedValue& value) {
    const auto before = told_.find(path);
    if (before != told_.end() && before->second == value) return;
    changes.insert_or_assign(path, value);
    put(told_, path, value);
  };
  const auto is_told = [&](const std::string& path) {
    const auto [begin, end] = below(told_, path);
    return begin != end || told_.count(path) > 0;
  };
  const auto path_of = [](const std::string& folder, const std::string& name) {
    return folder.empty() ? name : folder + '/' + name;
  };

  for (const auto& [folder, names] : listed_) {
    // A folder that could not be listed and now can: take the cause away.
    const auto told = told_.find(folder);
    if (told != told_.end() && std::holds_alternative<Cause>(told->second)) {
      tell(folder, Cause::absent);
    }
    for (const std::string& name : told_lists_[folder]) {
      const bool gone = std::find(names.begin(), names.end(), name) == names.end();
      if (gone && is_told(path_of(folder, name))) tell(path_of(folder, name), Cause::absent);
    }
    told_lists_[folder] = names;
  }
  for (const auto& [path, value] : seen_) {
    if (is_absence(value)) {
      if (is_told(path)) tell(path, value);
    } else {
      tell(path, is_cause(value, Cause::malformed) ? CapturedValue(Cause::io) : value);
    }
  }
  // What is listed and answers nothing: state one absence below it, so that it stays in the list.
  for (const auto& [folder, names] : listed_) {
    for (const std::string& name : names) {
      const std::string path = path_of(folder, name);
      const auto asked = below(seen_, path).first;
      const bool was_asked = asked != below(seen_, path).second;
      if (was_asked && !is_told(path)) tell(asked->first, Cause::absent);
    }
  }
  seen_.clear();
  listed_.clear();
  return {now, {changes.begin(), changes.end()}};
}

}  // namespace wattlife
