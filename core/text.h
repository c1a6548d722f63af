// SPDX-License-Identifier: EUPL-1.2
// Small functions over text that several files need. No locale: a number is read and written the
// same way on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wattlife {

std::string_view trimmed(std::string_view text);  // ASCII white space and NUL, both ends
std::vector<std::string_view> split(std::string_view text, char separator);
// The first word of `text`, of words with blanks between and around them; `text` is what comes
// after it. Empty when there is no more.
std::string_view take_word(std::string_view& text);
// The first line of `text`, without its end; `text` is what comes after it.
std::string_view take_line(std::string_view& text);
std::string lower_case(std::string_view text);  // ASCII only

// The whole text as a decimal number, with an optional '-'. Empty on anything else, overflow
// included.
std::optional<std::int64_t> integer_from(std::string_view text);

std::string hex_from_bytes(std::string_view bytes);  // lower case
// Empty when the length is odd or a digit is not hexadecimal (both cases accepted).
std::optional<std::string> bytes_from_hex(std::string_view hex);

// "1234.5" with `decimals` digits after the point, rounded half away from zero.
std::string fixed(double value, int decimals);
// The same for people: "1.234,5" in Dutch, "1,234.5" in English.
enum class Language { dutch, english };
std::string for_people(double value, int decimals, Language language);

bool is_valid_utf8(std::string_view text);
// The text with each invalid byte replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

// The text, at most `longest` bytes of it, as it may stand on a terminal: valid UTF-8 without what
// moves a cursor, colours a screen or turns the direction of writing, which become '?'.
std::string shown_safely(std::string_view text, std::size_t longest);

// The five characters that HTML gives a meaning, escaped; safe in text and in quoted attributes.
std::string html_escaped(std::string_view text);

}  // namespace wattlife
