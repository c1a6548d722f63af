// SPDX-License-Identifier: EUPL-1.2
#include "collector/machine_words.h"

#include <string_view>
#include <vector>

namespace wattlife {
namespace {

struct Words {
  std::string_view code;
  const char* dutch;
  const char* english;
};

constexpr Words criteria[] = {
    {"processor", "processor", "processor"},
    {"64_bit", "64 bits", "64 bits"},
    {"cores", "kernen", "cores"},
    {"instructions", "instructies", "instructions"},
    {"tpm", "TPM", "TPM"},
    {"secure_boot", "Secure Boot", "Secure Boot"},
    {"memory", "geheugen", "memory"},
    {"disk", "schijfruimte", "drive space"},
};

// More than these in one cell say only that nothing was told.
constexpr std::size_t most_unseen = 3;

std::string in(Language language, const char* dutch, const char* english) {
  return language == Language::dutch ? dutch : english;
}

std::string list(const std::vector<std::string>& codes, Language language) {
  std::string text;
  for (const std::string& code : codes) {
    std::string word = code;
    for (const Words& row : criteria) {
      if (row.code == code) word = in(language, row.dutch, row.english);
    }
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

}  // namespace

std::string windows11_in_words(const Windows11& answer, Language language) {
  switch (answer.eligible) {
    case Known::yes:
      return in(language, "ja", "yes");
    case Known::no:
      return in(language, "nee: ", "no: ") + list(answer.failing, language);
    case Known::unknown:
      break;
  }
  const std::string unknown = in(language, "onbekend", "unknown");
  if (answer.unseen.empty() || answer.unseen.size() > most_unseen) return unknown;
  return unknown + ": " + list(answer.unseen, language) +
         in(language, " niet te zien", " not to be seen");
}

std::string erase_in_words(const DriveErase& erase, Language language) {
  std::string ways;
  const auto add = [](std::string& text, const std::string& way) {
    text += (text.empty() ? "" : ", ") + way;
  };
  if (erase.sanitize_crypto) add(ways, in(language, "sleutel", "key"));
  if (erase.sanitize_block) add(ways, in(language, "blokken", "blocks"));
  if (erase.sanitize_overwrite) add(ways, in(language, "overschrijven", "overwriting"));
  std::string text = ways.empty() ? "" : "sanitize (" + ways + ")";
  if (erase.command) {
    add(text, erase.command_crypto ? in(language, "wisopdracht met sleutel", "erase command by key")
                                   : in(language, "wisopdracht", "erase command"));
  }
  if (text.empty()) return in(language, "geen eigen wisopdracht", "no erase command of its own");
  if (erase.frozen) add(text, in(language, "pas na uitschakelen", "only after a power cycle"));
  if (erase.locked)
    add(text, in(language, "vergrendeld met een wachtwoord", "locked by a password"));
  return text;
}

const char* dutch_name_of(WearState state) {
  switch (state) {
    case WearState::within:
      return "binnen-opgave";
    case WearState::at_rating:
      return "op-opgave";
    case WearState::beyond:
      return "boven-opgave";
    case WearState::saturated:
      return "teller-vol";
  }
  return "binnen-opgave";
}

}  // namespace wattlife
