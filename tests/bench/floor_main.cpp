// SPDX-License-Identifier: EUPL-1.2
// The least that a program can do that looks at a laptop once a minute: wait, read the same files
// as the sampler, keep nothing. What this costs is what the machine asks for waking and reading;
// the sampler is measured beside it (tools/sampler_cost.sh).
//
//   floor SECONDS FILE...
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

int main(int argc, char** argv) {
  const long seconds = argc > 2 ? std::strtol(argv[1], nullptr, 10) : 0;
  if (seconds < 1) {
    std::fputs("usage: floor SECONDS FILE...\n", stderr);
    return 64;
  }
  std::vector<int> files;
  for (int i = 2; i < argc; ++i) {
    const int file = open(argv[i], O_RDONLY | O_CLOEXEC);
    if (file < 0) {
      std::perror(argv[i]);
      return 66;
    }
    files.push_back(file);
  }
  static char buffer[16 * 1024];
  for (;;) {
    const timespec wait = {seconds, 0};
    nanosleep(&wait, nullptr);
    for (const int file : files) {
      if (pread(file, buffer, sizeof buffer, 0) < 0) return 74;
    }
  }
}
