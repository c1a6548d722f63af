// SPDX-License-Identifier: EUPL-1.2
#include "platform/access_list.h"

#include <optional>

namespace wattlife {
namespace {

constexpr std::size_t list_header = 8;   // revision, 0, size, count, 0
constexpr std::size_t entry_header = 4;  // type, flags, size
constexpr std::size_t mask_bytes = 4;
constexpr std::size_t longest_list = 0xFFFF;
constexpr std::uint8_t type_allowed = 0;
constexpr std::uint8_t type_denied = 1;
constexpr std::uint8_t flag_inherit_only = 0x08;
constexpr std::uint8_t flag_inherited = 0x10;
constexpr std::uint32_t generic_all = 0x1000'0000;
constexpr std::uint32_t generic_read = 0x8000'0000;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}
std::size_t u16_at(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) | std::size_t{byte_at(bytes, at + 1)} << 8;
}
std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(u16_at(bytes, at) | u16_at(bytes, at + 2) << 16);
}
std::string u16(std::size_t value) {
  return {static_cast<char>(value & 0xFF), static_cast<char>(value >> 8 & 0xFF)};
}

bool is_sid(std::string_view sid) {
  return sid.size() >= 8 && byte_at(sid, 0) == 1 && byte_at(sid, 1) <= 15 &&
         sid.size() == 8 + std::size_t{4} * byte_at(sid, 1);
}

// What a mask means for a file: the generic rights stand for those of their kind.
std::uint32_t as_rights(std::uint32_t mask) {
  const bool reads = (mask & (generic_read | generic_all)) != 0;
  return reads ? mask | read_rights : mask;
}

struct Entry {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::string_view bytes;  // the whole of it
};

// Rights of an entry that allows or denies one account something; empty when it is of another kind
// or about another account, or only about what is made below.
std::optional<std::uint32_t> rights_in(const Entry& entry, std::string_view sid) {
  if (entry.type != type_allowed && entry.type != type_denied) return std::nullopt;
  if ((entry.flags & flag_inherit_only) != 0) return std::nullopt;
  const std::size_t before = entry_header + mask_bytes;
  if (entry.bytes.size() < before + sid.size() || entry.bytes.substr(before, sid.size()) != sid) {
    return std::nullopt;
  }
  return as_rights(u32_at(entry.bytes, entry_header));
}

}  // namespace

Result<std::string> with_reader(std::string_view list, std::string_view sid) {
  if (!is_sid(sid)) return Error{Cause::malformed, "not an account number of Windows (SID)"};
  const Error broken{Cause::malformed, "not an access list of Windows (ACL)"};
  if (list.size() < list_header) return broken;
  const std::uint8_t revision = byte_at(list, 0);
  const std::size_t size = u16_at(list, 2);
  const std::size_t count = u16_at(list, 4);
  if (revision < 2 || revision > 4 || size < list_header || size > list.size()) return broken;

  std::size_t at = list_header;
  std::optional<std::size_t> first_inherited;
  bool reads = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (at + entry_header > size) return broken;
    const Entry entry{byte_at(list, at), byte_at(list, at + 1),
                      list.substr(at, u16_at(list, at + 2))};
    if (entry.bytes.size() < entry_header || entry.bytes.size() % 4 != 0 ||
        entry.bytes.size() != u16_at(list, at + 2) || at + entry.bytes.size() > size) {
      return broken;
    }
    if ((entry.flags & flag_inherited) != 0 && !first_inherited) first_inherited = at;
    if (const auto rights = rights_in(entry, sid)) {
      if (entry.type == type_denied && (*rights & read_rights) != 0) {
        return Error{Cause::denied, "an entry of the access list forbids it to this account"};
      }
      if (entry.type == type_allowed && (*rights & read_rights) == read_rights) reads = true;
    }
    at += entry.bytes.size();
  }
  if (reads) return std::string(list);

  const std::size_t entry_size = entry_header + mask_bytes + sid.size();
  const std::size_t new_size = at + entry_size;
  if (new_size > longest_list || count == 0xFFFF) {
    return Error{Cause::io, "the access list is full"};
  }
  std::string entry{static_cast<char>(type_allowed), '\0'};
  entry += u16(entry_size) + u16(read_rights & 0xFFFF) + u16(read_rights >> 16);
  entry += sid;
  std::string longer(list.substr(0, 2));
  longer += u16(new_size) + u16(count + 1);
  longer += list.substr(6, at - 6);
  longer.insert(first_inherited.value_or(at), entry);
  return longer;
}

}  // namespace wattlife
