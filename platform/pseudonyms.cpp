// SPDX-License-Identifier: EUPL-1.2
#include "platform/pseudonyms.h"

#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

std::uint64_t rotated(std::uint64_t value, int bits) {
  return (value << bits) | (value >> (64 - bits));
}

// SipHash-2-4 (Aumasson and Bernstein): short inputs, and the key cannot be found from outputs.
std::uint64_t sip_hash(std::uint64_t key_0, std::uint64_t key_1, std::string_view bytes) {
  std::uint64_t a = key_0 ^ 0x736f6d6570736575;
  std::uint64_t b = key_1 ^ 0x646f72616e646f6d;
  std::uint64_t c = key_0 ^ 0x6c7967656e657261;
  std::uint64_t d = key_1 ^ 0x7465646279746573;
  const auto mix = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      a += b;
      b = rotated(b, 13) ^ a;
      a = rotated(a, 32);
      c += d;
      d = rotated(d, 16) ^ c;
      a += d;
      d = rotated(d, 21) ^ a;
      c += b;
      b = rotated(b, 17) ^ c;
      c = rotated(c, 32);
    }
  };
  const auto absorb = [&](std::uint64_t word) {
    d ^= word;
    mix(2);
    a ^= word;
  };
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * (i % 8));
    if (i % 8 == 7) {
      absorb(word);
      word = 0;
    }
  }
  absorb(word | (static_cast<std::uint64_t>(bytes.size()) << 56));
  c ^= 0xff;
  mix(4);
  return a ^ b ^ c ^ d;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word_character(char c) { return is_digit(c) || is_upper(c) || is_lower(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Whether `original` is telling enough to be looked for in other values: words ("Laptop") and short
// numbers also occur by accident.
bool is_searchable(std::string_view original) {
  const bool has_digit = std::any_of(original.begin(), original.end(), is_digit);
  const bool has_letter = std::any_of(original.begin(), original.end(),
                                      [](char c) { return is_upper(c) || is_lower(c); });
  return has_digit && original.size() >= (has_letter ? 5u : 8u);
}

}  // namespace

Pseudonyms::Stream Pseudonyms::stream_of(std::string_view what, unsigned attempt) const {
  const std::string input = std::to_string(attempt) + '/' + std::string(what);
  return {sip_hash(salt_, ~salt_, input), salt_};
}

std::uint8_t Pseudonyms::Stream::at(std::size_t index) const {
  const std::string block = std::to_string(index / 8);
  return static_cast<std::uint8_t>(sip_hash(seed, salt, block) >> (8 * (index % 8)));
}

std::string Pseudonyms::of_text(std::string_view original) {
  const std::string_view core = trimmed(original);
  if (is_placeholder(core)) return std::string(original);
  auto known = known_.find(core);
  if (known == known_.end()) {
    std::string replacement(core);
    // A short original might meet itself, or a placeholder: then try again.
    const bool can_change = std::any_of(core.begin(), core.end(), is_word_character);
    for (unsigned attempt = 0; can_change && attempt < 100; ++attempt) {
      const Stream stream = stream_of(core, attempt);
      for (std::size_t i = 0; i < core.size(); ++i) {
        const unsigned byte = stream.at(i);
        if (is_digit(core[i])) replacement[i] = static_cast<char>('0' + byte % 10);
        if (is_upper(core[i])) replacement[i] = static_cast<char>('A' + byte % 26);
        if (is_lower(core[i])) replacement[i] = static_cast<char>('a' + byte % 26);
      }
      if (replacement != core && !is_placeholder(replacement)) break;
    }
    known = known_.emplace(std::string(core), std::move(replacement)).first;
  }
  std::string text(original);
  text.replace(static_cast<std::size_t>(core.data() - original.data()), core.size(), known->second);
  return text;
}

std::string Pseudonyms::of_hex(std::string_view original) const {
  constexpr std::string_view lower_digits = "0123456789abcdef";
  constexpr std::string_view upper_digits = "0123456789ABCDEF";
  const std::string_view core = trimmed(original);
  const std::string canonical = lower_case(core);
  const std::size_t begin = static_cast<std::size_t>(core.data() - original.data());
  const bool zero =
      std::all_of(original.begin(), original.end(), [](char c) { return c == '0' || !is_hex(c); });
  std::string text(original);
  if (zero) return text;
  const Stream stream = stream_of(canonical, 0);
  const bool upper = std::any_of(original.begin(), original.end(), is_upper);
  for (std::size_t i = 0; i < core.size(); ++i) {
    if (!is_hex(core[i])) continue;
    const unsigned digit = stream.at(i) % 16;
    text[begin + i] = upper ? upper_digits[digit] : lower_digits[digit];
  }
  return text;
}

std::string Pseudonyms::of_bytes(std::string_view original) const {
  std::string bytes(original);
  const bool zero = std::all_of(original.begin(), original.end(), [](char c) { return c == '\0'; });
  if (zero) return bytes;
  const Stream stream = stream_of(original, 0);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(stream.at(i));
  return bytes;
}

std::string Pseudonyms::in_text(std::string_view text) const { return replaced(text, true); }

std::string Pseudonyms::inside_words(std::string_view text) const {
  std::string changed = replaced(text, false);
  return changed == text ? std::string() : changed;
}

std::string Pseudonyms::replaced(std::string_view text, bool whole_words) const {
  std::string changed(text);
  for (const auto& [original, replacement] : known_) {
    if (!is_searchable(original)) continue;
    for (std::size_t at = text.find(original); at != std::string_view::npos;
         at = text.find(original, at + 1)) {
      const std::size_t end = at + original.size();
      const bool begins = at == 0 || !is_word_character(text[at - 1]);
      const bool ends = end == text.size() || !is_word_character(text[end]);
      if (!whole_words || (begins && ends)) changed.replace(at, original.size(), replacement);
    }
  }
  return changed;
}

}  // namespace wattlife
