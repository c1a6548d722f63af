// SPDX-License-Identifier: EUPL-1.2
// Every setting of the device programs, once, as a row: name, kind, bounds, default, words in two
// languages. Templates for MDM, manuals and help are generated from these rows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wattlife {

enum class SettingKind { text, integer, boolean, choice, date };

struct Setting {
  std::string_view key;  // flat, "CollectorUrl": the same in registry, profile and file
  SettingKind kind;
  std::string_view default_text;  // empty: not configured has a meaning of its own
  std::int64_t low;               // integer: bounds; text: longest length in `high`
  std::int64_t high;
  std::string_view choices;  // choice: "token|certificate|none"
  std::string_view unit;
  std::string_view since;
  bool secret;  // masked wherever it is shown
  std::string_view english;
  std::string_view dutch;
};

// All settings, sorted by key.
const std::vector<Setting>& settings();
// The row of `key`, or null.
const Setting* setting(std::string_view key);

// Whether `text` is a value of `setting`. Malformed says what was expected.
Done valid(const Setting& setting, std::string_view text);

// The settings as they are in force on one machine. "Not configured", "invalid" and "could not be
// read" are three different things: the first gives the default silently, the others give the
// default and a problem that doctor and the log show.
class Settings {
 public:
  struct Value {
    std::string text;
    bool configured = false;
    std::string origin;  // "default", or what the tree says of policy-origin/<Key>
  };
  // `read` answers for `policy/<Key>` as MachineTree::read does.
  using Read = std::function<Result<std::string>(std::string_view path)>;
  static Settings from(const Read& read);

  const Value& value(std::string_view key) const;  // a key that is not in settings() is a bug
  std::string text(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  bool boolean(std::string_view key) const;
  bool configured(std::string_view key) const;
  const std::vector<Error>& problems() const { return problems_; }

 private:
  std::vector<std::pair<std::string_view, Value>> values_;
  std::vector<Error> problems_;
};

}  // namespace wattlife
