// SPDX-License-Identifier: EUPL-1.2
// A battery, a mains adapter and a thermal zone for an emulated laptop, read by the kernel's own ACPI
// drivers. Values of the first two stand in 40 bytes of memory that the kernel leaves alone (memmap=
// on its command line), so that a test changes them while the laptop runs: see set_battery in
// bed_tool.cpp.
DefinitionBlock ("battery.aml", "SSDT", 2, "WATTLF", "HARDWARE", 0x00000001)
{
    Scope (\_SB)
    {
        OperationRegion (BENC, SystemMemory, 0x1FE00000, 0x28)
        Field (BENC, DWordAcc, NoLock, Preserve)
        {
            ONLN, 32,  // adapter: 1 on line
            STAT, 32,  // battery: 0 idle, 1 discharging, 2 charging
            RATE, 32,  // mW
            LEFT, 32,  // mWh
            MVOL, 32,  // mV
            FULL, 32,  // last full charge, mWh
            DESN, 32,  // design, mWh
            CYCL, 32,  // cycles
            GONE, 32   // 1: the pack is taken out
        }
        // In tenths of a kelvin: always the same, as its driver need not be hurried.
        ThermalZone (TZ00)
        {
            Method (_TMP, 0) { Return (3334) }
            Method (_CRT, 0) { Return (3732) }
        }
        Device (ACAD)
        {
            Name (_HID, "ACPI0003")
            Name (_PCL, Package () { \_SB })
            Method (_STA, 0) { Return (0x0F) }
            Method (_PSR, 0) { Return (ONLN) }
        }
        Device (BAT0)
        {
            Name (_HID, EisaId ("PNP0C0A"))
            Name (_UID, 1)
            Name (_PCL, Package () { \_SB })
            // Revision, unit mW, design, full, rechargeable, design voltage, warning, low, cycles,
            // accuracy, sampling times and intervals, granularities, texts.
            Name (INFO, Package () { 0, 0, 50000, 45000, 1, 11400, 2500, 500, 0, 95000,
                1000, 1000, 1000, 1000, 10, 10, "WL-TEST-50", "4711", "LION", "Wattlife" })
            Name (NOWS, Package () { 0, 0, 0, 0 })
            Method (_STA, 0) { If (GONE) { Return (0x0F) } Return (0x1F) }
            Method (_BIX, 0, Serialized)
            {
                INFO [2] = DESN
                INFO [3] = FULL
                INFO [8] = CYCL
                Return (INFO)
            }
            Method (_BST, 0, Serialized)
            {
                NOWS [0] = STAT
                NOWS [1] = RATE
                NOWS [2] = LEFT
                NOWS [3] = MVOL
                Return (NOWS)
            }
        }
    }
}
