// SPDX-License-Identifier: EUPL-1.2
// Replacements for identities: the same original gives the same replacement, of the same length and
// the same kind of characters, and without the salt nobody can go back or compare two captures.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace wattlife {

class Pseudonyms {
 public:
  explicit Pseudonyms(std::uint64_t salt) : salt_(salt) {}

  // Digits become digits, letters letters of the same case; the rest, and white space around it,
  // stays. A placeholder ("Default string", "0000") is no identity and comes back unchanged.
  std::string of_text(std::string_view original);
  // The same for hexadecimal digits in either case: UUIDs and MAC addresses. "AB" and "ab" have the
  // same replacement.
  std::string of_hex(std::string_view original) const;
  // Other bytes of the same length; all zero comes back unchanged.
  std::string of_bytes(std::string_view original) const;

  // `text` with each text that of_text() has replaced so far replaced in it, where it stands as a
  // word of its own. Plain words and short numbers are left: they also occur by accident.
  std::string in_text(std::string_view text) const;
  // The same inside of words too; empty when there was nothing to replace.
  std::string inside_words(std::string_view text) const;

 private:
  std::string replaced(std::string_view text, bool whole_words) const;
  // Endless pseudorandom bytes that depend on salt, what and attempt.
  struct Stream {
    std::uint64_t seed;
    std::uint64_t salt;
    std::uint8_t at(std::size_t index) const;
  };
  Stream stream_of(std::string_view what, unsigned attempt) const;

  std::uint64_t salt_;
  std::map<std::string, std::string, std::less<>> known_;
};

}  // namespace wattlife
