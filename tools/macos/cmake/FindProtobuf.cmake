# SPDX-License-Identifier: EUPL-1.2
# No protobuf is built for macOS yet: the description of the build is complete with this, and a
# program that uses it (wattlife-agent) does not compile there. tools/macos/build.sh builds those
# that do not.
add_library(protobuf::libprotobuf-lite INTERFACE IMPORTED)
set(Protobuf_FOUND TRUE)
