// SPDX-License-Identifier: EUPL-1.2
// Pages of a long list: where the next one begins, as an opaque text that a client only hands back,
// and the links to it. A page goes on after the last row that was looked at and not at a number, so
// that rows that come or go meanwhile move nothing. A cursor that somebody made up only begins
// somewhere else: how far a reader sees is decided anew for each page. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collector/api_schema.h"
#include "collector/fleet_pages.h"

namespace wattlife {

inline constexpr std::int64_t page_size = 100;
inline constexpr std::int64_t largest_page = 500;

// `order` is part of it: a cursor of another order is none.
std::string cursor_of(std::string_view order, const PagePlace& place);
std::optional<PagePlace> place_from(std::string_view order, std::string_view cursor);

// The address of this page and, when there is more, of the next: the same query with another
// cursor.
struct PageLinks {
  std::string self;
  std::optional<std::string> next;
};
PageLinks links_of(const std::string& path, std::string_view query,
                   const std::optional<std::string>& next_cursor);
// {"self": {"href": ...}, "next": {...}}, and the same as a header of RFC 8288.
std::string links_json(const PageLinks& links);
std::string link_header(const PageLinks& links);
const ApiSchema& links_schema();

}  // namespace wattlife
