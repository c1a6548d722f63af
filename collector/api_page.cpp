// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_page.h"

#include <vector>

#include "collector/http.h"
#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::size_t largest_id = 32;

constexpr ApiField<std::string> link_fields[] = {
    {"href", "Het adres, zonder de naam van de server", api_text,
     [](const std::string& href) -> Cell { return href; }},
};
const ApiSchema& link_schema() {
  static const ApiSchema schema = api_schema("Link", "Een verwijzing.", link_fields);
  return schema;
}

constexpr ApiField<PageLinks> links_fields[] = {
    {"self", "Deze bladzijde", api_object(link_schema),
     [](const PageLinks& links) -> std::string { return api_json(link_fields, links.self); }},
    {"next", "De volgende bladzijde; ontbreekt op de laatste", api_object(link_schema).or_absent(),
     [](const PageLinks& links) -> std::string {
       return links.next ? api_json(link_fields, *links.next) : "";
     }},
};

// A query as it may stand in a header and in JSON: what is no plain text is sent in percent code
// again.
std::string plain(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const bool fits =
        c > 0x20 && c < 0x7F && std::string_view("<>\"\\^`{|}").find(c) == std::string_view::npos;
    safe += fits ? std::string(1, c) : "%" + hex_from_bytes(std::string(1, c));
  }
  return safe;
}

}  // namespace

std::string cursor_of(std::string_view order, const PagePlace& place) {
  return hex_from_bytes(std::string(order) + " " + std::to_string(place.key) + " " +
                        hex_from_bytes(place.id));
}

std::optional<PagePlace> place_from(std::string_view order, std::string_view cursor) {
  const auto text = bytes_from_hex(cursor);
  if (!text) return std::nullopt;
  const auto parts = split(*text, ' ');
  if (parts.size() != 3 || parts[0] != order) return std::nullopt;
  const auto key = integer_from(parts[1]);
  const auto id = bytes_from_hex(parts[2]);
  if (!key || !id || id->size() > largest_id) return std::nullopt;
  const PagePlace place{*key, *id};
  // One place has one cursor.
  return cursor_of(order, place) == cursor ? std::optional(place) : std::nullopt;
}

PageLinks links_of(const std::string& path, std::string_view query,
                   const std::optional<std::string>& next_cursor) {
  const auto address = [&](const std::string& text) {
    return text.empty() ? path : path + "?" + text;
  };
  PageLinks links;
  links.self = address(plain(query));
  if (!next_cursor) return links;
  std::string kept;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty() || percent_decoded(part.substr(0, part.find('='))) == "cursor") continue;
    kept += plain(part) + "&";
  }
  links.next = address(kept + "cursor=" + *next_cursor);
  return links;
}

std::string links_json(const PageLinks& links) { return api_json(links_fields, links); }

std::string link_header(const PageLinks& links) {
  std::string header = "<" + links.self + ">; rel=\"self\"";
  if (links.next) header += ", <" + *links.next + ">; rel=\"next\"";
  return header;
}

const ApiSchema& links_schema() {
  static const ApiSchema schema = api_schema("Links", "Adressen van bladzijden.", links_fields);
  return schema;
}

}  // namespace wattlife
