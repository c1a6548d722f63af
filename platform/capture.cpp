// SPDX-License-Identifier: EUPL-1.2
// Text to capture and back. The trees that stand on captures are in machine_tree_capture.cpp.
#include "platform/capture.h"

#include <algorithm>
#include <set>

#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::string_view first_line = "wattlife-capture 1";
// A hundred years: more is not a time since boot.
constexpr std::int64_t longest_since_boot_ms = std::int64_t{100} * 366 * 24 * 3600 * 1000;
// Words that begin a line of their own; a path of that name has its first letter escaped.
constexpr std::string_view directives[] = {"os", "note", "tick"};

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// --- Reading -------------------------------------------------------------------------------------

// One line with its number, so that every error can say where.
struct Line {
  std::size_t number = 0;
  std::string_view text;
};

Error wrong(const Line& line, const std::string& what) {
  return {Cause::malformed, "line " + std::to_string(line.number) + ": " + what};
}

// At most 40 bytes of what was found, fit for a message.
std::string shown(std::string_view text) {
  std::string word = to_valid_utf8(text.substr(0, 40));
  std::replace_if(word.begin(), word.end(), is_control, '?');
  return "\"" + word + (text.size() > 40 ? "…\"" : "\"");
}

std::optional<char> simple_escape(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '\\':
      return '\\';
    default:
      return std::nullopt;
  }
}

Result<std::string> unescaped(const Line& line, std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    const std::string_view rest = text.substr(i + 1);
    if (rest.empty()) return wrong(line, "ends in a backslash; a backslash is written \\\\");
    if (const auto byte = simple_escape(rest.front())) {
      bytes += *byte;
      i += 1;
      continue;
    }
    const auto byte =
        rest.front() == 'x' && rest.size() >= 3 ? bytes_from_hex(rest.substr(1, 2)) : std::nullopt;
    if (!byte) {
      return wrong(line, "unknown escape " + shown(text.substr(i, 4)) +
                             "; there are \\n \\t \\r \\\\ and \\xNN");
    }
    bytes += *byte;
    i += 3;
  }
  return bytes;
}

// Empty when `path` is one that a capture may hold, else what is wrong with it.
std::string fault_of_path(std::string_view path) {
  if (path.empty()) return "the path is empty";
  if (path.size() > longest_capture_path) {
    return "the path is longer than " + std::to_string(longest_capture_path) + " bytes";
  }
  if (path.find('\0') != std::string_view::npos) return "the path holds a NUL byte";
  for (const std::string_view part : split(path, '/')) {
    if (part.empty()) return "the path has an empty part: no slash at the ends, none doubled";
    if (part == "." || part == "..") return "the path has a part \".\" or \"..\"";
  }
  return "";
}

Result<CapturedValue> value_of(const Line& line, std::string_view rest) {
  // An editor that trims lines turns "path = " into "path =": the value is empty in both.
  if (rest == "=" || rest == ":") return CapturedValue(std::string());
  if (rest.substr(0, 2) == "= ") {
    auto text = unescaped(line, rest.substr(2));
    if (!text) return text.error();
    return CapturedValue(*std::move(text));
  }
  if (rest.substr(0, 2) == ": ") {
    const std::string_view hex = rest.substr(2);
    if (std::any_of(hex.begin(), hex.end(), [](char c) { return c >= 'A' && c <= 'F'; })) {
      return wrong(line, "hexadecimal digits are written in lower case");
    }
    auto bytes = bytes_from_hex(hex);
    if (!bytes) return wrong(line, "the value is not pairs of hexadecimal digits");
    return CapturedValue(*std::move(bytes));
  }
  for (const Cause cause : {Cause::absent, Cause::denied, Cause::busy, Cause::asleep, Cause::io}) {
    if (rest == std::string("!") + name_of(cause)) return CapturedValue(cause);
  }
  return wrong(line,
               "expected \"path = text\", \"path : hex\" or"
               " \"path !absent|!denied|!busy|!asleep|!io\"," +
                   std::string(" a space in a path is \\x20; found ") + shown(line.text));
}

Result<std::pair<std::string, CapturedValue>> change_of(const Line& line) {
  const std::size_t space = line.text.find(' ');
  auto path = unescaped(line, line.text.substr(0, space));
  if (!path) return path.error();
  if (const std::string fault = fault_of_path(*path); !fault.empty()) return wrong(line, fault);
  auto value = value_of(line, space == std::string_view::npos ? "" : line.text.substr(space + 1));
  if (!value) return value.error();
  const auto* bytes = std::get_if<std::string>(&*value);
  if (bytes != nullptr && bytes->size() > largest_value_bytes) {
    return wrong(line, "the value is larger than 1 MiB");
  }
  return std::pair(*std::move(path), *std::move(value));
}

std::optional<Duration> since_boot(std::string_view field, std::string_view name) {
  if (field.substr(0, name.size()) != name) return std::nullopt;
  const std::string_view number = field.substr(name.size());
  const auto ms = integer_from(number);
  // One way to write a number, so that the text form is one too.
  if (!ms || *ms < 0 || *ms > longest_since_boot_ms || number != std::to_string(*ms)) {
    return std::nullopt;
  }
  return Duration(*ms);
}

Result<Now> now_of(const Line& line) {
  constexpr std::string_view utc_name = "utc=";
  const auto fields = split(line.text, ' ');
  if (fields.size() == 4 && fields[3].substr(0, utc_name.size()) == utc_name) {
    const auto boot = since_boot(fields[1], "boot_ms=");
    const auto awake = since_boot(fields[2], "awake_ms=");
    const auto utc = utc_from_iso8601(fields[3].substr(utc_name.size()));
    if (boot && awake && utc) return Now{{*boot}, {*awake}, *utc};
  }
  return wrong(line, "expected \"tick boot_ms=N awake_ms=N utc=YYYY-MM-DDThh:mm:ssZ\", found " +
                         shown(line.text));
}

// Collects lines into a capture; knows what may follow what.
class Reader {
 public:
  Done take(const Line& line) {
    if (line.number == 1) return take_first(line);
    if (line.text.empty() || line.text.front() == '#') return done();
    if (const Done clean = check_bytes(line); !clean) return clean;
    const std::string_view word = line.text.substr(0, line.text.find(' '));
    if (word == "os") return take_os(line);
    if (word == "note") return take_note(line);
    if (word == "tick") return take_tick(line);
    return take_change(line);
  }

  Result<Capture> finished(const Line& last) {
    if (!os_seen_) return wrong(last, "the capture ends without an \"os\" line");
    if (capture_.ticks.empty()) return wrong(last, "the capture ends without a \"tick\" line");
    return std::move(capture_);
  }

 private:
  Done take_first(const Line& line) {
    if (line.text == first_line) return done();
    return wrong(line, "expected \"" + std::string(first_line) + "\", found " + shown(line.text));
  }

  static Done check_bytes(const Line& line) {
    if (line.text.back() == '\r') {
      return wrong(line, "ends in CR LF; a capture has LF at its line ends");
    }
    if (std::any_of(line.text.begin(), line.text.end(), is_control)) {
      return wrong(line, "holds a control character; it is written \\t, \\r or \\xNN");
    }
    if (!is_valid_utf8(line.text)) {
      return wrong(line, "is not UTF-8; other bytes are written \\xNN or in hexadecimal");
    }
    return done();
  }

  Done take_os(const Line& line) {
    if (os_seen_ || !capture_.ticks.empty()) {
      return wrong(line, "\"os\" stands once, before the first tick");
    }
    for (const Os os : {Os::linux_os, Os::windows, Os::macos}) {
      if (line.text == std::string("os ") + name_of(os)) {
        capture_.header.os = os;
        os_seen_ = true;
        return done();
      }
    }
    return wrong(
        line, "expected \"os linux\", \"os windows\" or \"os macos\", found " + shown(line.text));
  }

  Done take_note(const Line& line) {
    if (!capture_.ticks.empty()) return wrong(line, "a note stands before the first tick");
    auto note = unescaped(line, line.text.substr(std::min<std::size_t>(5, line.text.size())));
    if (!note) return note.error();
    capture_.header.notes.push_back(*std::move(note));
    return done();
  }

  Done take_tick(const Line& line) {
    if (!os_seen_) return wrong(line, "an \"os\" line stands before the first tick");
    const auto now = now_of(line);
    if (!now) return now.error();
    capture_.ticks.push_back({*now, {}});
    in_tick_.clear();
    return done();
  }

  Done take_change(const Line& line) {
    auto change = change_of(line);
    if (!change) return change.error();
    if (capture_.ticks.empty()) return wrong(line, "a value stands before the first tick");
    if (!in_tick_.insert(change->first).second) {
      return wrong(line, "the path stands twice in this tick: " + shown(change->first));
    }
    capture_.ticks.back().changes.push_back(*std::move(change));
    return done();
  }

  Capture capture_;
  bool os_seen_ = false;
  std::set<std::string> in_tick_;  // paths of the tick that is being read
};

// --- Writing -------------------------------------------------------------------------------------

std::string byte_escape(char c) { return "\\x" + hex_from_bytes(std::string_view(&c, 1)); }

std::string escaped_text(std::string_view bytes) {
  const bool valid = is_valid_utf8(bytes);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const bool high = static_cast<unsigned char>(c) >= 0x80;
    // Editors trim a space at the end of a line.
    const bool last_space = c == ' ' && i + 1 == bytes.size();
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\t') {
      text += "\\t";
    } else if (c == '\r') {
      text += "\\r";
    } else if (c == '\\') {
      text += "\\\\";
    } else if (is_control(c) || last_space || (high && !valid)) {
      text += byte_escape(c);
    } else {
      text += c;
    }
  }
  return text;
}

std::string escaped_path(std::string_view path) {
  std::string text;
  const bool directive =
      std::find(std::begin(directives), std::end(directives), path) != std::end(directives);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool first = i == 0 && (directive || path[i] == '#');
    text += first || path[i] == ' ' ? byte_escape(path[i]) : escaped_text(path.substr(i, 1));
  }
  return text;
}

// Text when a person can read it: at most one byte in eight would be \xNN.
bool reads_as_text(std::string_view bytes) {
  const bool valid = is_valid_utf8(bytes);
  const auto strange = std::count_if(bytes.begin(), bytes.end(), [&](char c) {
    const bool high = static_cast<unsigned char>(c) >= 0x80;
    return (high && !valid) || (is_control(c) && c != '\n' && c != '\t' && c != '\r');
  });
  return static_cast<std::size_t>(strange) * 8 <= bytes.size();
}

std::string to_iso8601_with_milliseconds(UtcTime t) {
  std::string text = to_iso8601(t);
  const auto ms = (t - std::chrono::floor<std::chrono::seconds>(t)).count();
  if (ms == 0) return text;
  std::string fraction = std::to_string(ms);
  fraction.insert(0, 3 - fraction.size(), '0');
  text.insert(text.size() - 1, "." + fraction);
  return text;
}

}  // namespace

Result<Capture> parse_capture(std::string_view text) {
  if (text.size() > largest_capture_bytes) {
    return wrong({1, ""}, "the capture is larger than 64 MiB");
  }
  Reader reader;
  Line line{1, ""};
  for (std::size_t at = 0; at < text.size(); ++line.number) {
    if (line.number > most_capture_lines) {
      return wrong(line, "more than " + std::to_string(most_capture_lines) + " lines");
    }
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) {
      return wrong(line, "cut off: the last line does not end with a newline");
    }
    line.text = text.substr(at, end - at);
    if (const Done taken = reader.take(line); !taken) return taken.error();
    at = end + 1;
  }
  return reader.finished(line);
}

std::string header_text(const CaptureHeader& header) {
  std::string text = std::string(first_line) + "\nos " + name_of(header.os) + "\n";
  for (const std::string& note : header.notes) text += "note " + escaped_text(note) + "\n";
  return text;
}

std::string tick_text(const CaptureTick& tick) {
  std::string text = "tick boot_ms=" + std::to_string(tick.now.boot.since_boot.count()) +
                     " awake_ms=" + std::to_string(tick.now.awake.since_boot.count()) +
                     " utc=" + to_iso8601_with_milliseconds(tick.now.utc) + "\n";
  for (const auto& [path, value] : tick.changes) {
    text += escaped_path(path);
    if (const auto* cause = std::get_if<Cause>(&value)) {
      text += std::string(" !") + name_of(*cause == Cause::malformed ? Cause::io : *cause);
    } else if (const auto& bytes = std::get<std::string>(value); reads_as_text(bytes)) {
      text += " = " + escaped_text(bytes);
    } else {
      text += " : " + hex_from_bytes(bytes);
    }
    text += "\n";
  }
  return text;
}

std::string to_text(const Capture& capture) {
  std::string text = header_text(capture.header);
  for (const CaptureTick& tick : capture.ticks) text += tick_text(tick);
  return text;
}

}  // namespace wattlife
