// SPDX-License-Identifier: EUPL-1.2
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "platform/secret_line.h"

namespace wattlife {
namespace {

constexpr std::size_t longest_line = 1024;

// Turns the echo of the terminal off while it lives; does nothing where there is no terminal.
class Silence {
 public:
  Silence() : terminal_(::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!terminal_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (!terminal_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    say("\n");
  }
  bool terminal() const { return terminal_; }
  static void say(const std::string& text) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    (void)written;  // a prompt that cannot be shown is no reason to stop
  }

 private:
  termios before_{};
  bool terminal_;
};

}  // namespace

Result<std::string> read_secret_line(const std::string& prompt) {
  const Silence silence;
  if (silence.terminal()) Silence::say(prompt);
  std::string line;
  for (;;) {
    char c = 0;
    const auto count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error{Cause::io, "standard input cannot be read"};
    if (count == 0 && line.empty()) return Error{Cause::absent, "nothing came on standard input"};
    if (count == 0 || c == '\n') break;
    line += c;
    if (line.size() > longest_line) {
      return Error{Cause::malformed, "the line is longer than 1,024 bytes"};
    }
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

}  // namespace wattlife
