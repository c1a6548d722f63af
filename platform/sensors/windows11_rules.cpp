// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/windows11_rules.h"

#include <algorithm>
#include <iterator>

#include "core/text.h"
#include "platform/sensors/embedded_tables.h"
#include "platform/settings_file.h"

namespace wattlife {
namespace {

struct Limit {
  std::string_view key;
  std::optional<std::int64_t> ProcessorRule::*member;
};
constexpr Limit limits[] = {
    {"family", &ProcessorRule::family},
    {"least_family", &ProcessorRule::least_family},
    {"model", &ProcessorRule::model},
    {"least_model", &ProcessorRule::least_model},
    {"most_model", &ProcessorRule::most_model},
    {"least_stepping", &ProcessorRule::least_stepping},
    {"most_stepping", &ProcessorRule::most_stepping},
};

// Puts one value of a row into `rule`; what is wrong with it, or nothing.
std::string take(const std::string& key, const std::string& value, ProcessorRule& rule) {
  const auto limit = std::find_if(std::begin(limits), std::end(limits),
                                  [&](const Limit& l) { return l.key == key; });
  if (limit != std::end(limits)) {
    const auto number = integer_from(value);
    if (!number || *number < 0) return "\"" + key + "\" is no number";
    rule.*limit->member = number;
    return "";
  }
  if (key == "id") {
    rule.id = value;
  } else if (key == "vendor") {
    rule.vendor = value;
  } else if (key == "listed") {
    for (const Known known : {Known::yes, Known::no, Known::unknown}) {
      if (value == name_of(known)) rule.listed = known;
    }
    if (value != name_of(rule.listed)) return "\"listed\" is ja, nee or onbekend";
  } else if (key != "source") {
    return "key \"" + key + "\" is not known";
  }
  return "";
}

}  // namespace

Result<ProcessorRules> processor_rules_from(std::string_view toml, std::string_view name) {
  const auto rows = toml_rows(toml, "rule", name);
  if (!rows) return rows.error();
  const auto version = toml_text(toml, "version", name);
  if (!version) return version.error();
  ProcessorRules rules{version->value_or(""), {}};
  std::string wrong = rules.version.empty() ? "\"version\" is missing" : "";
  for (const auto& row : *rows) {
    ProcessorRule rule;
    for (const auto& [key, value] : row) {
      if (std::string said = take(key, value, rule); !said.empty()) wrong = std::move(said);
    }
    for (const char* key : {"id", "vendor", "listed", "source"}) {
      const auto found = row.find(key);
      if (found == row.end() || found->second.empty()) {
        wrong = "\"" + std::string(key) + "\" is missing";
      }
    }
    if (!wrong.empty()) {
      return Error{Cause::malformed, std::string(name) + ": rule \"" + rule.id + "\": " + wrong};
    }
    rules.rules.push_back(std::move(rule));
  }
  if (wrong.empty() && rules.rules.empty()) wrong = "holds no rule";
  if (!wrong.empty()) return Error{Cause::malformed, std::string(name) + ": " + wrong};
  return rules;
}

Result<ProcessorRules> built_in_processor_rules() {
  return processor_rules_from(embedded_windows11_processors(), "data/windows11_processors.toml");
}

}  // namespace wattlife
