// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/markup.h"

#include <algorithm>
#include <cstdint>

#include "core/text.h"

namespace wattlife {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string utf8_of(std::uint32_t code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  std::string bytes;
  const auto add = [&](std::uint32_t byte) { bytes += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | (code >> 6));
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | (code >> 18));
    add(0x80 | ((code >> 12) & 0x3F));
    add(0x80 | ((code >> 6) & 0x3F));
    add(0x80 | (code & 0x3F));
  }
  return bytes;
}

// What stands between '&' and ';'; empty when it is no entity that we know.
std::string entity(std::string_view name) {
  if (name == "amp") return "&";
  if (name == "lt") return "<";
  if (name == "gt") return ">";
  if (name == "quot") return "\"";
  if (name == "apos") return "'";
  if (name == "nbsp") return "\xC2\xA0";
  if (name.size() < 2 || name.front() != '#') return "";
  const bool hex = name[1] == 'x' || name[1] == 'X';
  std::uint32_t code = 0;
  for (const char c : name.substr(hex ? 2 : 1)) {
    const bool digit = c >= '0' && c <= '9';
    const char lower = static_cast<char>(c | 0x20);
    if (!digit && !(hex && lower >= 'a' && lower <= 'f')) return "";
    const int value = digit ? c - '0' : lower - 'a' + 10;
    code = code * (hex ? 16 : 10) + static_cast<std::uint32_t>(value);
    if (code > 0x10FFFF) return utf8_of(0);
  }
  return utf8_of(code);
}

}  // namespace

void MarkupReader::skip_to(std::string_view mark) {
  const std::size_t at = rest_.find(mark);
  rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + mark.size());
}

MarkupReader::Kind MarkupReader::next() {
  while (!rest_.empty()) {
    if (rest_.front() != '<') {
      const std::size_t end = std::min(rest_.find('<'), rest_.size());
      text_ = rest_.substr(0, end);
      rest_.remove_prefix(end);
      return Kind::text;
    }
    if (rest_.starts_with("<!--")) {
      skip_to("-->");
    } else if (rest_.starts_with("<?")) {
      skip_to("?>");
    } else if (rest_.starts_with("<!")) {
      skip_to(">");
    } else if (rest_.size() > 1 && (is_letter(rest_[1]) || rest_[1] == '/')) {
      return read_tag();
    } else {
      // A '<' that opens nothing is a text of its own.
      text_ = rest_.substr(0, 1);
      rest_.remove_prefix(1);
      return Kind::text;
    }
  }
  return Kind::end;
}

MarkupReader::Kind MarkupReader::read_tag() {
  const bool closing = rest_[1] == '/';
  rest_.remove_prefix(closing ? 2 : 1);
  // The end of the tag: the first '>' outside quotes.
  std::size_t end = 0;
  char quote = 0;
  while (end < rest_.size() && (quote != 0 || rest_[end] != '>')) {
    if (quote != 0) {
      if (rest_[end] == quote) quote = 0;
    } else if (rest_[end] == '"' || rest_[end] == '\'') {
      quote = rest_[end];
    }
    ++end;
  }
  if (end == rest_.size()) {
    rest_ = {};
    return Kind::end;
  }
  std::string_view inside = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  closed_ = !closing && inside.ends_with('/');
  if (closed_) inside.remove_suffix(1);
  const auto name_end = std::find_if(inside.begin(), inside.end(), is_space);
  const auto name_size = static_cast<std::size_t>(name_end - inside.begin());
  name_ = without_prefix(inside.substr(0, name_size));
  attributes_ = inside.substr(name_size);
  if (closing) return Kind::close;
  if (!closed_) {
    const std::string lower = lower_case(name_);
    if (lower == "script" || lower == "style") {
      skip_to("</" + lower);
      skip_to(">");
    }
  }
  return Kind::open;
}

std::optional<std::string_view> MarkupReader::attribute(std::string_view attribute_name) const {
  std::string_view rest = attributes_;
  while (!rest.empty()) {
    if (is_space(rest.front())) {
      rest.remove_prefix(1);
      continue;
    }
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = trimmed(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.empty()) return std::nullopt;
    const char quote = rest.front();
    if (quote != '"' && quote != '\'') return std::nullopt;
    const std::size_t close = rest.find(quote, 1);
    if (close == std::string_view::npos) return std::nullopt;
    if (without_prefix(name) == attribute_name) return rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  }
  return std::nullopt;
}

std::string without_entities(std::string_view text) {
  constexpr std::size_t longest_entity = 10;
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const std::size_t at = std::min(text.find('&'), text.size());
    plain += text.substr(0, at);
    text.remove_prefix(at);
    if (text.empty()) break;
    const std::size_t end = text.substr(0, longest_entity).find(';');
    const std::string meaning =
        end == std::string_view::npos ? "" : entity(text.substr(1, end - 1));
    plain += meaning.empty() ? "&" : meaning;
    text.remove_prefix(meaning.empty() ? 1 : end + 1);
  }
  return plain;
}

std::string collapsed(std::string_view text) {
  std::string single;
  for (const char c : text) {
    if (!is_space(c)) {
      single += c;
    } else if (!single.empty() && single.back() != ' ') {
      single += ' ';
    }
  }
  if (!single.empty() && single.back() == ' ') single.pop_back();
  return single;
}

}  // namespace wattlife
