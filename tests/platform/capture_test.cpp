// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "platform/capture.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

constexpr std::string_view start = "wattlife-capture 1\nos linux\n";
constexpr std::string_view tick = "tick boot_ms=0 awake_ms=0 utc=2026-01-05T08:00:00Z\n";

std::string with_head(std::string_view lines) {
  return std::string(start) + std::string(tick) + std::string(lines);
}

TEST(Capture, ReadsTheExampleOfTheDocumentation) {
  const auto capture = parse_capture(
      "wattlife-capture 1\n"
      "# made by hand\n"
      "\n"
      "os linux\n"
      "note Lenovo ThinkPad T480, serial numbers replaced\n"
      "tick boot_ms=120000 awake_ms=110000 utc=2026-01-05T08:00:00Z\n"
      "sys/class/power_supply/BAT0/uevent = NAME=BAT0\\nSTATUS=Discharging\\n\n"
      "sys/firmware/dmi/tables/DMI : 000f00ff\n"
      "sys/class/powercap/intel-rapl:0/energy_uj !denied\n"
      "tick boot_ms=180000 awake_ms=170000 utc=2026-01-05T08:01:00.250Z\n"
      "sys/class/power_supply/BAT0 !absent\n");
  ASSERT_TRUE(capture) << capture.error().text;
  EXPECT_EQ(capture->header.os, Os::linux_os);
  EXPECT_EQ(capture->header.notes, std::vector{"Lenovo ThinkPad T480, serial numbers replaced"s});
  ASSERT_EQ(capture->ticks.size(), 2u);
  const CaptureTick& first = capture->ticks[0];
  EXPECT_EQ(first.now.boot.since_boot, Duration(120000));
  EXPECT_EQ(first.now.awake.since_boot, Duration(110000));
  EXPECT_EQ(to_iso8601(first.now.utc), "2026-01-05T08:00:00Z");
  ASSERT_EQ(first.changes.size(), 3u);
  EXPECT_EQ(first.changes[0].second, CapturedValue("NAME=BAT0\nSTATUS=Discharging\n"s));
  EXPECT_EQ(first.changes[1].second, CapturedValue("\x00\x0f\x00\xff"s));
  EXPECT_EQ(first.changes[2].second, CapturedValue(Cause::denied));
  EXPECT_EQ(capture->ticks[1].now.utc - first.now.utc, Duration(60250));
  EXPECT_EQ(capture->ticks[1].changes[0].second, CapturedValue(Cause::absent));
}

TEST(Capture, ReadsValuesInAllForms) {
  const struct {
    const char* line;
    std::string path;
    CapturedValue value;
  } cases[] = {
      {"a = text", "a", "text"s},
      {"a/b = ", "a/b", ""s},
      {"a =", "a", ""s},
      {"a : ", "a", ""s},
      {"a :", "a", ""s},
      {"a = b = c : d !e", "a", "b = c : d !e"s},
      {"a =  two spaces", "a", " two spaces"s},
      {"a = \\n\\t\\r\\\\\\x00\\xfF", "a", "\n\t\r\\\0\xff"s},
      {"a = µWh", "a", "µWh"s},
      {"a : 0a00ff", "a", "\n\0\xff"s},
      {"a !absent", "a", Cause::absent},
      {"a !denied", "a", Cause::denied},
      {"a !busy", "a", Cause::busy},
      {"a !asleep", "a", Cause::asleep},
      {"a !io", "a", Cause::io},
      {"with\\x20space = 1", "with space", "1"s},
      {"\\x23hash = 1", "#hash", "1"s},
      {"\\x74ick = 1", "tick", "1"s},
      {"noted = 1", "noted", "1"s},
      {"intel-rapl:0/name = 1", "intel-rapl:0/name", "1"s},
      {"a=b/c = 1", "a=b/c", "1"s},
      {".hidden/... = x", ".hidden/...", "x"s},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.line);
    const auto capture = parse_capture(with_head(std::string(c.line) + "\n"));
    ASSERT_TRUE(capture) << capture.error().text;
    ASSERT_EQ(capture->ticks[0].changes.size(), 1u);
    EXPECT_EQ(capture->ticks[0].changes[0].first, c.path);
    EXPECT_EQ(capture->ticks[0].changes[0].second, c.value);
  }
}

TEST(Capture, RefusesWhatIsNotTheFormatAndSaysWhere) {
  const std::string head(start);
  const struct {
    const char* name;
    std::string text;
    const char* error;  // its beginning
  } cases[] = {
      {"nothing", "", "line 1: the capture ends without"},
      {"another file", "GIF89a\n", "line 1: expected \"wattlife-capture 1\""},
      {"a later version", "wattlife-capture 2\n", "line 1: expected \"wattlife-capture 1\""},
      {"a comment before the first line", "#\nwattlife-capture 1\n", "line 1: expected"},
      {"no tick", head, "line 3: the capture ends without a \"tick\" line"},
      {"no os", "wattlife-capture 1\n", "line 2: the capture ends without an \"os\" line"},
      {"tick before os", "wattlife-capture 1\n" + std::string(tick), "line 2: an \"os\" line"},
      {"unknown os", "wattlife-capture 1\nos amiga\n", "line 2: expected \"os linux\""},
      {"os twice", head + "os linux\n", "line 3: \"os\" stands once"},
      {"value before tick", head + "a = 1\n", "line 3: a value stands before"},
      {"note after tick", with_head("note late\n"), "line 4: a note stands before"},
      {"os after tick", with_head("os linux\n"), "line 4: \"os\" stands once"},
      {"tick without clocks", head + "tick\n", "line 3: expected \"tick boot_ms=N"},
      {"tick with a negative time", head + "tick boot_ms=-1 awake_ms=0 utc=2026-01-05T08:00:00Z\n",
       "line 3: expected \"tick"},
      {"tick with a sign", head + "tick boot_ms=+1 awake_ms=0 utc=2026-01-05T08:00:00Z\n",
       "line 3: expected \"tick"},
      {"tick with a leading zero", head + "tick boot_ms=01 awake_ms=0 utc=2026-01-05T08:00:00Z\n",
       "line 3: expected \"tick"},
      {"tick after more than a century",
       head + "tick boot_ms=9000000000000 awake_ms=0 utc=2026-01-05T08:00:00Z\n",
       "line 3: expected \"tick"},
      {"tick on a day that is not", head + "tick boot_ms=1 awake_ms=0 utc=2026-02-30T08:00:00Z\n",
       "line 3: expected \"tick"},
      {"tick with two spaces", head + "tick  boot_ms=1 awake_ms=0 utc=2026-01-05T08:00:00Z\n",
       "line 3: expected \"tick"},
      {"no separator", with_head("word\n"), "line 4: expected \"path = text\""},
      {"space in a path", with_head("a b = 1\n"), "line 4: expected \"path = text\""},
      {"space before", with_head(" a = 1\n"), "line 4: the path is empty"},
      {"unknown cause", with_head("a !gone\n"), "line 4: expected \"path"},
      {"malformed is no cause of the format", with_head("a !malformed\n"), "line 4: expected"},
      {"cause with more behind it", with_head("a !absent \n"), "line 4: expected"},
      {"leading slash", with_head("/a = 1\n"), "line 4: the path has an empty part"},
      {"slash at the end", with_head("a/ = 1\n"), "line 4: the path has an empty part"},
      {"doubled slash", with_head("a//b = 1\n"), "line 4: the path has an empty part"},
      {"dot dot", with_head("a/../b = 1\n"), "line 4: the path has a part"},
      {"dot", with_head("./a = 1\n"), "line 4: the path has a part"},
      {"hidden dot dot", with_head("a/\\x2e\\x2e/b = 1\n"), "line 4: the path has a part"},
      {"NUL in a path", with_head("a\\x00b = 1\n"), "line 4: the path holds a NUL"},
      {"long path", with_head(std::string(1025, 'a') + " = 1\n"), "line 4: the path is longer"},
      {"path twice", with_head("a = 1\nb = 1\na = 2\n"), "line 6: the path stands twice"},
      {"path twice in other words", with_head("a = 1\n\\x61 = 2\n"),
       "line 5: the path stands twice"},
      {"odd hexadecimal", with_head("a : 0\n"), "line 4: the value is not pairs"},
      {"no hexadecimal", with_head("a : 0g\n"), "line 4: the value is not pairs"},
      {"capital hexadecimal", with_head("a : 0A\n"), "line 4: hexadecimal digits"},
      {"unknown escape", with_head("a = \\q\n"), "line 4: unknown escape"},
      {"half an escape", with_head("a = \\x1\n"), "line 4: unknown escape"},
      {"escape that is no number", with_head("a = \\xzz\n"), "line 4: unknown escape"},
      {"backslash at the end", with_head("a = b\\\n"), "line 4: ends in a backslash"},
      {"tab", with_head("a = b\tc\n"), "line 4: holds a control character"},
      {"NUL", with_head("a = b\0c\n"s), "line 4: holds a control character"},
      {"not UTF-8",
       with_head("a = b\xff"
                 "c\n"),
       "line 4: is not UTF-8"},
      {"CR LF", with_head("a = 1\r\n"), "line 4: ends in CR LF"},
      {"no newline at the end", with_head("a = 1"), "line 4: cut off"},
      {"large value", with_head("a = " + std::string((1 << 20) + 1, 'x') + "\n"),
       "line 4: the value is larger than 1 MiB"},
      {"large hexadecimal value", with_head("a : " + std::string((2 << 20) + 2, '0') + "\n"),
       "line 4: the value is larger than 1 MiB"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto capture = parse_capture(c.text);
    ASSERT_FALSE(capture);
    EXPECT_EQ(capture.error().cause, Cause::malformed);
    EXPECT_EQ(capture.error().text.substr(0, std::string(c.error).size()), c.error);
  }
}

TEST(Capture, TakesTheLargestValueAndNoMoreLinesThanAllowed) {
  EXPECT_TRUE(parse_capture(with_head("a = " + std::string(1 << 20, 'x') + "\n")));
  EXPECT_TRUE(parse_capture(with_head(std::string(1024, 'a') + " = 1\n")));
  const std::string head = with_head("");
  const auto capture = parse_capture(head + std::string(most_capture_lines, '\n'));
  ASSERT_FALSE(capture);
  EXPECT_EQ(capture.error().text, "line 2000001: more than 2000000 lines");
  const auto large = parse_capture(std::string(largest_capture_bytes + 1, '\n'));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().text, "line 1: the capture is larger than 64 MiB");
}

TEST(Capture, ClocksMayGoBack) {
  const auto capture = parse_capture(with_head("a = 1\n") +
                                     "tick boot_ms=90 awake_ms=95 utc=2020-01-01T00:00:00Z\n"
                                     "tick boot_ms=5 awake_ms=5 utc=2019-01-01T00:00:00Z\n");
  ASSERT_TRUE(capture) << capture.error().text;
  EXPECT_EQ(capture->ticks.size(), 3u);
}

// The law of cut-off files: nothing, or a capture that is a beginning of the whole one.
TEST(Capture, EveryCutIsAnErrorOrAShorterCapture) {
  const std::string text = with_head("a = 1\\n\nb : 00ff\nc !denied\n") +
                           "tick boot_ms=60000 awake_ms=60000 "
                           "utc=2026-01-05T08:01:00Z\na = 22\nb !absent\n";
  const auto whole = parse_capture(text);
  ASSERT_TRUE(whole);
  std::size_t clean = 0;
  for (std::size_t size = 0; size < text.size(); ++size) {
    SCOPED_TRACE(size);
    const auto cut = parse_capture(text.substr(0, size));
    if (!cut) {
      EXPECT_EQ(cut.error().text.substr(0, 5), "line ");
      continue;
    }
    ++clean;
    EXPECT_EQ(text[size - 1], '\n') << "a cut inside a line was not seen";
    ASSERT_LE(cut->ticks.size(), whole->ticks.size());
    for (std::size_t i = 0; i < cut->ticks.size(); ++i) {
      EXPECT_EQ(cut->ticks[i].now, whole->ticks[i].now);
      const auto& some = cut->ticks[i].changes;
      const auto& all = whole->ticks[i].changes;
      ASSERT_LE(some.size(), all.size());
      EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin()));
    }
  }
  EXPECT_EQ(clean, 6u);  // after each of the lines from the first tick on, save the last
}

TEST(Capture, WritesTextForPeopleAndHexadecimalForTheRest) {
  const struct {
    std::string path;
    CapturedValue value;
    std::string line;
  } cases[] = {
      {"a", "BAT0\nFull\n"s, "a = BAT0\\nFull\\n"},
      {"a", ""s, "a = "},
      {"a", "Ünï \\ code"s, "a = Ünï \\\\ code"},
      {"a", "space "s, "a = space\\x20"},
      {"a", "\0\x01\x02"s, "a : 000102"},
      {"a", "LNV-45N1\xff"s, "a = LNV-45N1\\xff"},
      {"a", "LNV\xff\xff"s, "a : 4c4e56ffff"},
      {"a", Cause::busy, "a !busy"},
      {"a", Cause::asleep, "a !asleep"},
      {"a", Cause::malformed, "a !io"},
      {"a b/\\/ü", "1"s, "a\\x20b/\\\\/\\xc3\\xbc = 1"},
      {"#x", "1"s, "\\x23x = 1"},
      {"tick", "1"s, "\\x74ick = 1"},
      {"note", "1"s, "\\x6eote = 1"},
      {"os", "1"s, "\\x6fs = 1"},
      {"os/x", "1"s, "os/x = 1"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.line);
    const std::string text = tick_text({Now{}, {{c.path, c.value}}});
    EXPECT_EQ(text.substr(text.find('\n') + 1), c.line + "\n");
  }
}

std::string random_bytes(std::mt19937& dice, std::size_t most) {
  std::string bytes(dice() % (most + 1), '\0');
  const bool text = dice() % 2 == 0;
  for (char& c : bytes) c = static_cast<char>(text ? ' ' + dice() % 95 : dice() % 256);
  return bytes;
}

Capture random_capture(std::mt19937& dice) {
  constexpr Cause causes[] = {Cause::absent, Cause::denied, Cause::busy, Cause::asleep, Cause::io};
  Capture capture;
  capture.header.os = static_cast<Os>(dice() % 3);
  for (auto i = dice() % 3; i > 0; --i) {
    capture.header.notes.push_back(random_bytes(dice, 40));
  }
  for (auto i = 1 + dice() % 4; i > 0; --i) {
    CaptureTick one;
    one.now.boot.since_boot = Duration(dice());
    one.now.awake.since_boot = Duration(dice());
    one.now.utc = UtcTime(Duration(std::int64_t{1'700'000'000'000} + dice()));
    std::map<std::string, CapturedValue> changes;
    for (auto n = dice() % 6; n > 0; --n) {
      std::string path = "p" + std::to_string(dice() % 100) + "/" + random_bytes(dice, 12);
      std::replace_if(
          path.begin() + 3, path.end(), [](char c) { return c == '/' || c == '\0'; }, 'x');
      if (path.back() == '/') path += "v";
      if (path.ends_with("/.") || path.ends_with("/..")) path += "v";
      changes[path] = dice() % 4 == 0 ? CapturedValue(causes[dice() % 4])
                                      : CapturedValue(random_bytes(dice, 60));
    }
    one.changes.assign(changes.begin(), changes.end());
    capture.ticks.push_back(std::move(one));
  }
  return capture;
}

TEST(Capture, ReadingWhatWasWrittenGivesTheSame) {
  std::mt19937 dice(20261124);
  for (int i = 0; i < 2000; ++i) {
    const Capture capture = random_capture(dice);
    const std::string text = to_text(capture);
    const auto again = parse_capture(text);
    ASSERT_TRUE(again) << again.error().text << "\n" << text;
    ASSERT_EQ(*again, capture) << text;
    ASSERT_EQ(to_text(*again), text);
  }
}

}  // namespace
}  // namespace wattlife
