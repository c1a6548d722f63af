// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/property_list.h"

#include <charconv>

#include "core/text.h"

namespace wattlife {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// What both readers do: they stop for good at the first thing that they do not understand.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool failed() const { return !error_.empty(); }
  Error error() const {
    return {Cause::malformed,
            "property list: " + error_ + " at byte " + std::to_string(std::min(at_, text_.size()))};
  }

 protected:
  void fail(std::string_view why) {
    if (error_.empty()) error_ = why;
    at_ = text_.size();
  }
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool starts_with(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  bool take(std::string_view word) {
    if (!starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  // What stands before `end`, which is taken too.
  std::string_view take_until(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) {
      fail("cut off");
      return "";
    }
    const std::string_view taken = text_.substr(at_, found - at_);
    at_ = found + end.size();
    return taken;
  }
  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  // False, and an error, when there are too many properties or one inside too many others.
  bool may_begin(std::size_t depth) {
    if (depth > deepest_property || ++count_ > most_properties) fail("too much");
    return !failed();
  }
  void set_integer(std::string_view digits, Property& into) {
    into.kind = Property::Kind::integer;
    if (const auto number = integer_from(digits)) {
      into.integer = *number;
      return;
    }
    std::uint64_t number = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (code != std::errc() || end != digits.data() + digits.size()) return fail("no number");
    into.integer = static_cast<std::int64_t>(number);
  }

  std::string_view text_;
  std::size_t at_ = 0;

 private:
  std::size_t count_ = 0;
  std::string error_;
};

// --- XML -----------------------------------------------------------------------------------------

// "&amp;" and the like. Others than these and numbers are left as they stand.
std::string without_entities(std::string_view text) {
  constexpr std::pair<std::string_view, char> known[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string plain;
  while (!text.empty()) {
    std::size_t length = 1;
    char c = text.front();
    for (const auto& [entity, meaning] : known) {
      if (!text.starts_with(entity)) continue;
      c = meaning;
      length = entity.size();
    }
    plain += c;
    text.remove_prefix(length);
  }
  return plain;
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

std::optional<std::string> bytes_from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    if (c == '=') break;
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255);
  }
  return bytes;
}

class XmlReader : public Reader {
 public:
  using Reader::Reader;

  Property read() {
    Property root;
    while (!failed() && !starts_with("<dict")) {
      // The heading: <?xml …?>, <!DOCTYPE …>, <plist …>.
      if (take_until(">").find('<') == std::string_view::npos) fail("no property list");
      skip_spaces();
    }
    read_value(root, 0);
    return root;
  }

 private:
  // Takes "<name …>"; true in `empty` for "<name/>".
  std::string_view take_tag(bool& empty) {
    skip_spaces();
    while (take("<!--")) {
      take_until("-->");
      skip_spaces();
    }
    if (!take("<")) fail("no element");
    std::string_view tag = take_until(">");
    empty = tag.ends_with('/');
    if (empty) tag.remove_suffix(1);
    return tag.substr(0, tag.find_first_of(" \t\r\n"));
  }

  std::string_view take_text(std::string_view tag, bool empty) {
    if (empty) return "";
    const std::string_view text = take_until("<");
    if (!take("/") || take_until(">") != tag) fail("an element that is not closed");
    return text;
  }

  void read_value(Property& into, std::size_t depth) {
    bool empty = false;
    const std::string_view tag = take_tag(empty);
    if (may_begin(depth)) read_element(tag, empty, into, depth);
  }

  void read_element(std::string_view tag, bool empty, Property& into, std::size_t depth) {
    using Kind = Property::Kind;
    if (tag == "dict") return read_items(tag, empty, Kind::dictionary, into, depth);
    if (tag == "array") return read_items(tag, empty, Kind::list, into, depth);
    if (tag == "true" || tag == "false") {
      into.kind = Kind::truth;
      into.truth = tag == "true";
      if (!empty && !trimmed(take_text(tag, empty)).empty()) fail("a truth with a text");
      return;
    }
    const std::string_view text = take_text(tag, empty);
    if (failed()) return;
    if (tag == "integer") return set_integer(trimmed(text), into);
    if (tag == "string" || tag == "date" || tag == "real") {
      into.kind = tag == "real" ? Kind::real : Kind::text;
      into.text = without_entities(text);
    } else if (tag == "data") {
      into.kind = Kind::bytes;
      auto bytes = bytes_from_base64(text);
      if (!bytes) return fail("data that is not base64");
      into.text = *std::move(bytes);
    } else {
      fail("an element that is not known");
    }
  }

  void read_items(std::string_view tag, bool empty, Property::Kind kind, Property& into,
                  std::size_t depth) {
    into.kind = kind;
    if (empty) return;
    const std::string end = "</" + std::string(tag) + ">";
    while (!failed()) {
      skip_spaces();
      if (take(end)) return;
      if (kind == Property::Kind::dictionary) {
        bool key_is_empty = false;
        if (take_tag(key_is_empty) != "key") return fail("no key");
        into.keys.push_back(without_entities(take_text("key", key_is_empty)));
      }
      Property item;
      read_value(item, depth + 1);
      into.items.push_back(std::move(item));
    }
  }
};

// --- ioreg ---------------------------------------------------------------------------------------

class IoregReader : public Reader {
 public:
  using Reader::Reader;

  // "+-o AppleSmartBattery  <class …>" and "{" before the properties of the first entry.
  Property read() {
    Property root;
    take_until("{");
    if (may_begin(0)) read_items('}', root, 0);
    return root;
  }

 private:
  // Lines of an entry that has others below it begin with a bar.
  void skip_between() {
    while (is_space(next()) || next() == '|' || next() == ',') ++at_;
  }

  void read_items(char end, Property& into, std::size_t depth) {
    into.kind = end == '}' ? Property::Kind::dictionary : Property::Kind::list;
    while (!failed()) {
      skip_between();
      if (next() == end) {
        ++at_;
        return;
      }
      if (into.kind == Property::Kind::dictionary) {
        if (!take("\"")) return fail("no key");
        into.keys.emplace_back(take_until("\""));
        skip_spaces();
        if (!take("=")) return fail("no value");
        skip_spaces();
      }
      Property item;
      if (may_begin(depth + 1)) read_value(item, depth + 1);
      into.items.push_back(std::move(item));
    }
  }

  void read_value(Property& into, std::size_t depth) {
    using Kind = Property::Kind;
    if (take("{")) return read_items('}', into, depth);
    if (take("(")) return read_items(')', into, depth);
    if (take("[")) return read_items(']', into, depth);
    if (take("\"")) {
      into.kind = Kind::text;
      into.text = take_until("\"");
    } else if (take("<")) {
      read_bytes(take_until(">"), into);
    } else if (take("Yes") || take("No")) {
      into.kind = Kind::truth;
      into.truth = text_[at_ - 1] == 's';
    } else {
      const std::size_t begin = at_;
      while (next() == '-' || (next() >= '0' && next() <= '9')) ++at_;
      set_integer(text_.substr(begin, at_ - begin), into);
    }
  }

  // Hexadecimal digits, or printable bytes between quotation marks.
  void read_bytes(std::string_view written, Property& into) {
    into.kind = Property::Kind::bytes;
    if (written.size() >= 2 && written.front() == '"' && written.back() == '"') {
      into.text = written.substr(1, written.size() - 2);
      return;
    }
    auto bytes = bytes_from_hex(written);
    if (!bytes) return fail("bytes that are not hexadecimal");
    into.text = *std::move(bytes);
  }
};

template <class AnyReader>
Result<Property> read_with(AnyReader reader) {
  Property root = reader.read();
  if (reader.failed()) return reader.error();
  return root;
}

}  // namespace

const Property* Property::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size() && i < items.size(); ++i) {
    if (keys[i] == key) return &items[i];
  }
  return nullptr;
}

std::optional<std::int64_t> Property::integer_at(std::string_view key) const {
  const Property* value = find(key);
  if (value == nullptr || value->kind != Kind::integer) return std::nullopt;
  return value->integer;
}

std::optional<bool> Property::truth_at(std::string_view key) const {
  const Property* value = find(key);
  if (value == nullptr || value->kind != Kind::truth) return std::nullopt;
  return value->truth;
}

std::optional<std::string> Property::text_at(std::string_view key) const {
  const Property* value = find(key);
  if (value == nullptr || (value->kind != Kind::text && value->kind != Kind::bytes)) {
    return std::nullopt;
  }
  return value->text.substr(0, value->text.find('\0'));
}

Result<Property> parse_property_list(std::string_view bytes) {
  const std::string_view text = trimmed(bytes);
  if (text.starts_with('<')) return read_with(XmlReader(text));
  return read_with(IoregReader(text));
}

}  // namespace wattlife
