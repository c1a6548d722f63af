// SPDX-License-Identifier: EUPL-1.2
#include "agent/problem.h"

#include <algorithm>

#include "core/text.h"
#include "proto/wire.h"

namespace wattlife {
namespace {

// Reads one JSON text from its start; each function moves on, or says no.
class Scanner {
 public:
  explicit Scanner(std::string_view json) : rest_(json) {}

  // Skips white space, then `c`, if it is there.
  bool takes(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool at_text() {
    skip_space();
    return !rest_.empty() && rest_.front() == '"';
  }

  std::optional<std::string> text() {
    if (!takes('"')) return std::nullopt;
    std::string value;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return value;
      if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
      if (c != '\\') {
        value += c;
      } else if (!escape(value)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  // Passes over a value of any kind. Brackets are counted, not remembered: what matters is where
  // the value ends, and a wrong pair is not our document anyway.
  bool skip_value() {
    int depth = 0;
    do {
      skip_space();
      if (rest_.empty()) return false;
      const char c = rest_.front();
      if (c == '"') {
        if (!text()) return false;
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) return false;
      rest_.remove_prefix(1);
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      if (depth == 0 && c != '}' && c != ']') {  // a number, true, false, null
        while (!rest_.empty() && is_word(rest_.front())) rest_.remove_prefix(1);
      }
    } while (depth > 0);
    return true;
  }

 private:
  static bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '+' || c == '-';
  }

  void skip_space() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != rest_.npos) {
      rest_.remove_prefix(1);
    }
  }

  bool escape(std::string& value) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == 'u') return unicode(value);
    constexpr std::string_view from = "\"\\/bfnrt";
    constexpr std::string_view to = "\"\\/\b\f\n\r\t";
    const std::size_t at = from.find(c);
    if (at == from.npos) return false;
    value += to[at];
    return true;
  }

  // Code points above U+FFFF come as two escapes; each half becomes U+FFFD, which is enough for a
  // message.
  bool unicode(std::string& value) {
    if (rest_.size() < 4) return false;
    const auto bytes = bytes_from_hex(rest_.substr(0, 4));
    if (!bytes) return false;
    rest_.remove_prefix(4);
    unsigned code =
        static_cast<unsigned char>((*bytes)[0]) * 256U + static_cast<unsigned char>((*bytes)[1]);
    if (code >= 0xD800 && code <= 0xDFFF) code = 0xFFFD;
    if (code < 0x80) {
      value += static_cast<char>(code);
    } else if (code < 0x800) {
      value += static_cast<char>(0xC0 | (code >> 6));
      value += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      value += static_cast<char>(0xE0 | (code >> 12));
      value += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      value += static_cast<char>(0x80 | (code & 0x3F));
    }
    return true;
  }

  std::string_view rest_;
};

std::string printable(std::string text) {
  text = to_valid_utf8(text);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (text.size() > 200) text.resize(200);
  return to_valid_utf8(text);
}

}  // namespace

std::optional<std::string> json_text_member(std::string_view json, std::string_view name) {
  Scanner scanner(json);
  if (!scanner.takes('{')) return std::nullopt;
  do {
    const auto member = scanner.text();
    if (!member || !scanner.takes(':')) return std::nullopt;
    if (*member == name) return scanner.at_text() ? scanner.text() : std::nullopt;
    if (!scanner.skip_value()) return std::nullopt;
  } while (scanner.takes(','));
  return std::nullopt;
}

Problem problem_from(const HttpResponse& response) {
  if (response.content_type != problem_media_type) return {};
  const auto type = json_text_member(response.body, "type");
  if (!type || !type->starts_with(problem_type_prefix)) return {};
  auto text = json_text_member(response.body, "detail");
  if (!text) text = json_text_member(response.body, "title");
  return {true, printable(text ? *text : *type)};
}

}  // namespace wattlife
