// SPDX-License-Identifier: EUPL-1.2
#include "tests/house/elf.h"

#include <cstdint>
#include <cstring>
#include <optional>

namespace wattlife::house {
namespace {

// Numbers of the ELF specification (System V ABI, chapter 4 and 5).
constexpr std::uint32_t section_is_dynamic = 6;
constexpr std::uint32_t section_is_dynamic_symbols = 11;
constexpr std::uint64_t tag_needed = 1;
constexpr std::size_t symbol_bytes = 24;
constexpr std::size_t dynamic_bytes = 16;

template <class Number>
std::optional<Number> number_at(std::string_view bytes, std::uint64_t at) {
  Number number{};
  if (at > bytes.size() || bytes.size() - at < sizeof number) return std::nullopt;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

// The part of a file that a section header describes.
struct Section {
  std::uint32_t type = 0;
  std::uint32_t link = 0;  // for symbols and dynamic: the section of their names
  std::string_view data;
};

std::optional<Section> section_at(std::string_view bytes, std::uint64_t header) {
  const auto type = number_at<std::uint32_t>(bytes, header + 4);
  const auto offset = number_at<std::uint64_t>(bytes, header + 24);
  const auto size = number_at<std::uint64_t>(bytes, header + 32);
  const auto link = number_at<std::uint32_t>(bytes, header + 40);
  if (!type || !offset || !size || !link) return std::nullopt;
  constexpr std::uint32_t section_has_no_bytes = 8;
  if (*type == section_has_no_bytes) return Section{*type, *link, {}};
  if (*offset > bytes.size() || bytes.size() - *offset < *size) return std::nullopt;
  return Section{*type, *link, bytes.substr(*offset, *size)};
}

std::optional<std::string> name_at(std::string_view names, std::uint64_t at) {
  if (at >= names.size()) return std::nullopt;
  const std::size_t end = names.find('\0', at);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(names.substr(at, end - at));
}

}  // namespace

Result<Needs> needs_of(std::string_view bytes) {
  const Error malformed{Cause::malformed, "not a 64-bit ELF program, or damaged"};
  if (!bytes.starts_with("\x7f"
                         "ELF\x02\x01"))
    return malformed;
  const auto table = number_at<std::uint64_t>(bytes, 40);
  const auto entry_bytes = number_at<std::uint16_t>(bytes, 58);
  const auto count = number_at<std::uint16_t>(bytes, 60);
  if (!table || !entry_bytes || !count) return malformed;
  std::vector<Section> sections;
  for (std::uint16_t i = 0; i < *count; ++i) {
    const auto section = section_at(bytes, *table + std::uint64_t{i} * *entry_bytes);
    if (!section) return malformed;
    sections.push_back(*section);
  }
  Needs needs;
  for (const Section& section : sections) {
    const bool is_symbols = section.type == section_is_dynamic_symbols;
    if (!is_symbols && section.type != section_is_dynamic) continue;
    if (section.link >= sections.size()) return malformed;
    const std::string_view names = sections[section.link].data;
    const std::size_t step = is_symbols ? symbol_bytes : dynamic_bytes;
    for (std::size_t at = 0; at + step <= section.data.size(); at += step) {
      if (is_symbols) {
        // name (4), info, other, section (2): 0 means defined elsewhere.
        const bool is_defined = *number_at<std::uint16_t>(section.data, at + 6) != 0;
        if (is_defined || at == 0) continue;
        const auto name = name_at(names, *number_at<std::uint32_t>(section.data, at));
        if (!name) return malformed;
        needs.symbols.push_back(*name);
      } else if (*number_at<std::uint64_t>(section.data, at) == tag_needed) {
        const auto name = name_at(names, *number_at<std::uint64_t>(section.data, at + 8));
        if (!name) return malformed;
        needs.libraries.push_back(*name);
      }
    }
  }
  return needs;
}

}  // namespace wattlife::house
