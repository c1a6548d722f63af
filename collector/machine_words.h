// SPDX-License-Identifier: EUPL-1.2
// What decides about a next life, in words: whether Windows 11 may be installed and what speaks
// against it, and how a drive can be erased.
#pragma once

#include <string>

#include "core/drive_wear.h"
#include "core/reading.h"
#include "core/text.h"
#include "core/windows11.h"

namespace wattlife {

// "ja", "nee: processor, TPM", "onbekend: TPM niet te zien".
std::string windows11_in_words(const Windows11& answer, Language language);

// "sanitize (sleutel, blokken), formatteren"; never empty.
std::string erase_in_words(const DriveErase& erase, Language language);

// The word of the API: "binnen-opgave", "op-opgave", "boven-opgave", "teller-vol".
const char* dutch_name_of(WearState state);

}  // namespace wattlife
