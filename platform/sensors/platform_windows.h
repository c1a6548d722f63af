// SPDX-License-Identifier: EUPL-1.2
// What a Windows machine shows of its processor beyond its name: the numbers that Windows 11 asks
// for.
#pragma once

#include <string_view>
#include <vector>

#include "core/reading.h"
#include "core/windows11.h"
#include "platform/machine_tree.h"

namespace wattlife {

// cpu/vendor: the makers of Arm processors write their whole name ("Qualcomm Technologies Inc"),
// of which the rules know the first word.
void add_cpu_vendor(std::string_view vendor, PlatformFacts& facts);
// Whether cpu/identifier is that of an Arm processor: this program is translated there, and CPUID
// tells of a processor of x86 that is not there.
bool is_arm_identifier(std::string_view identifier);
// cpu/identifier: "Intel64 Family 6 Model 142 Stepping 10", "AMD64 Family 23 Model 96 Stepping 1".
// Those of Arm ("ARMv8 (64-bit) Family 8 Model D4B Revision 0") count otherwise: only 64 bits.
void add_cpu_identifier(std::string_view identifier, PlatformFacts& facts);
// cpu/features, 32 bytes, of x86. False when it is not of that length.
bool add_cpu_features(std::string_view leaves, PlatformFacts& facts);

// The processor, from all that a machine shows of it: what the registry says, and where that is
// missing (older captures) leaf 1 of cpu/hypervisor, the maker in cpu/name, the cores in the SMBIOS
// table. What stands in none is empty. That cpu/hypervisor, cpu/name or smbios cannot be read is
// said by read_identity_windows.
Processor read_processor_windows(const MachineTree& tree, std::vector<Fault>& faults);

// All facts: those of the processor are read, the rest is taken from the inventory
// (core/windows11).
PlatformFacts read_platform_windows(const MachineTree& tree, const Inventory& inventory,
                                    std::vector<Fault>& faults);

}  // namespace wattlife
