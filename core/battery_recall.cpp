// SPDX-License-Identifier: EUPL-1.2
#include "core/battery_recall.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/text.h"

namespace wattlife {
namespace {

bool begins_with_one(const std::optional<std::string>& text,
                     const std::vector<std::string>& beginnings) {
  if (!text) return false;
  const std::string lower = lower_case(*text);
  return std::any_of(beginnings.begin(), beginnings.end(), [&](const std::string& beginning) {
    return lower.starts_with(lower_case(beginning));
  });
}

bool same_word(std::string_view word, std::string_view pattern) {
  return word.size() == pattern.size() &&
         std::equal(word.begin(), word.end(), pattern.begin(),
                    [](char a, char b) { return b == '?' || a == b; });
}

// The words of the pattern stand in the text, next to each other.
bool has_words(std::string_view text, std::string_view pattern) {
  const std::string lower_text = lower_case(text);
  const std::string lower_pattern = lower_case(pattern);
  const auto words = split(lower_text, ' ');
  const auto wanted = split(lower_pattern, ' ');
  return std::search(words.begin(), words.end(), wanted.begin(), wanted.end(), same_word) !=
         words.end();
}

}  // namespace

std::vector<RecallMatch> recalls_to_look_up(const Inventory& inventory,
                                            const std::vector<BatteryRecall>& rows) {
  std::vector<RecallMatch> matches;
  const Identity& identity = inventory.identity;
  for (const Battery& battery : inventory.batteries) {
    if (!battery.present) continue;
    for (const BatteryRecall& row : rows) {
      if (!begins_with_one(identity.manufacturer, {row.maker})) continue;
      const bool of_pack = begins_with_one(battery.model, row.packs) ||
                           begins_with_one(battery.serial, row.barcodes);
      const bool of_laptop =
          identity.model &&
          std::any_of(row.laptops.begin(), row.laptops.end(), [&](const std::string& laptop) {
            return has_words(*identity.model, laptop);
          });
      if (of_pack || of_laptop) {
        matches.push_back({row.id, battery.name, of_pack, row.day, row.look_up});
      }
    }
  }
  return matches;
}

}  // namespace wattlife
