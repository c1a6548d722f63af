// SPDX-License-Identifier: EUPL-1.2
#include "platform/network_windows.h"

#include <winsock2.h>
//
#include <ws2ipdef.h>
//
#include <iphlpapi.h>
#include <netioapi.h>

#include <cstdint>

#include "platform/wide_windows.h"

namespace wattlife {

Result<std::string> network_counters() {
  MIB_IF_TABLE2* table = nullptr;
  const DWORD code = ::GetIfTable2(&table);
  if (code != NO_ERROR) {
    return Error{windows_cause(code), "net/counters: " + windows_reason(code)};
  }
  std::string bytes;
  const auto add = [&](std::uint64_t number) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  for (ULONG i = 0; i < table->NumEntries; ++i) {
    const MIB_IF_ROW2& row = table->Table[i];
    // Filters and virtual switches count the same bytes again.
    const bool real = row.InterfaceAndOperStatusFlags.HardwareInterface &&
                      !row.InterfaceAndOperStatusFlags.FilterInterface;
    if (!real) continue;
    add(row.InterfaceLuid.Value);
    add(row.InOctets);
    add(row.OutOctets);
  }
  ::FreeMibTable(table);
  return bytes;
}

}  // namespace wattlife
