// SPDX-License-Identifier: EUPL-1.2
#include "collector/machine_words.h"

#include <vector>

#include "collector/phrase.h"

namespace wattlife {
namespace {

constexpr Phrase criteria[] = {
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

std::string list(const std::vector<std::string>& codes, Language language) {
  std::string text;
  for (const std::string& code : codes) {
    const std::string word = phrase_of(criteria, code, language);
    text += (text.empty() ? "" : ", ") + (word.empty() ? code : word);
  }
  return text;
}

}  // namespace

std::string windows11_in_words(const Windows11& answer, Language language) {
  switch (answer.eligible) {
    case Known::yes:
      return say(language, "ja", "yes");
    case Known::no:
      return say(language, "nee: ", "no: ") + list(answer.failing, language);
    case Known::unknown:
      break;
  }
  const std::string unknown = say(language, "onbekend", "unknown");
  if (answer.unseen.empty() || answer.unseen.size() > most_unseen) return unknown;
  return unknown + ": " + list(answer.unseen, language) +
         say(language, " niet te zien", " not to be seen");
}

std::string erase_in_words(const DriveErase& erase, Language language) {
  std::string ways;
  const auto add = [](std::string& text, const std::string& way) {
    text += (text.empty() ? "" : ", ") + way;
  };
  if (erase.sanitize_crypto) add(ways, say(language, "sleutel", "key"));
  if (erase.sanitize_block) add(ways, say(language, "blokken", "blocks"));
  if (erase.sanitize_overwrite) add(ways, say(language, "overschrijven", "overwriting"));
  std::string text = ways.empty() ? "" : "sanitize (" + ways + ")";
  if (erase.command) {
    add(text, erase.command_crypto
                  ? say(language, "wisopdracht met sleutel", "erase command by key")
                  : say(language, "wisopdracht", "erase command"));
  }
  if (text.empty()) return say(language, "geen eigen wisopdracht", "no erase command of its own");
  if (erase.frozen) add(text, say(language, "pas na uitschakelen", "only after a power cycle"));
  if (erase.locked)
    add(text, say(language, "vergrendeld met een wachtwoord", "locked by a password"));
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
