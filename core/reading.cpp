// SPDX-License-Identifier: EUPL-1.2
#include "core/reading.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/text.h"

namespace wattlife {

bool is_named_as_guest(const Identity& identity) {
  struct Name {
    std::string_view maker, model;  // how they begin, in lower case; empty fits all
  };
  // The default tables of QEMU, VMware, VirtualBox, Xen, Parallels, Hyper-V, Bochs and bhyve, and
  // of the clouds of Google and Amazon; libvirt and oVirt write a model of their own.
  constexpr std::array names{Name{"qemu", ""},
                             Name{"vmware", ""},
                             Name{"innotek gmbh", "virtualbox"},
                             Name{"oracle", "virtualbox"},
                             Name{"xen", ""},
                             Name{"parallels", ""},
                             Name{"microsoft", "virtual machine"},
                             Name{"bochs", ""},
                             Name{"bhyve", ""},
                             Name{"freebsd", "bhyve"},
                             Name{"google", "google compute engine"},
                             Name{"amazon ec2", ""},
                             Name{"red hat", "kvm"},
                             Name{"", "standard pc ("}};
  const std::string maker = lower_case(identity.manufacturer.value_or(""));
  const std::string model = lower_case(identity.model.value_or(""));
  return std::any_of(names.begin(), names.end(), [&](const Name& name) {
    return maker.starts_with(name.maker) && model.starts_with(name.model);
  });
}

const char* name_of(Os os) {
  switch (os) {
    case Os::linux_os:
      return "linux";
    case Os::windows:
      return "windows";
    case Os::macos:
      return "macos";
  }
  return "unknown";
}

const char* name_of(BatteryStatus status) {
  switch (status) {
    case BatteryStatus::charging:
      return "charging";
    case BatteryStatus::discharging:
      return "discharging";
    case BatteryStatus::full:
      return "full";
    case BatteryStatus::not_charging:
      return "not_charging";
    case BatteryStatus::unknown:
      return "unknown";
  }
  return "unknown";
}

const char* name_of(Boundary boundary) {
  switch (boundary) {
    case Boundary::cpu:
      return "cpu";
    case Boundary::soc:
      return "soc";
    case Boundary::psys:
      return "psys";
    case Boundary::sys:
      return "sys";
  }
  return "unknown";
}

const char* name_of(DiskKind kind) {
  switch (kind) {
    case DiskKind::nvme:
      return "nvme";
    case DiskKind::ata:
      return "ata";
    case DiskKind::emmc:
      return "emmc";
  }
  return "unknown";
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "good";
    case Verdict::watch:
      return "watch";
    case Verdict::replace:
      return "replace";
    case Verdict::fail:
      return "fail";
    case Verdict::unknown:
      return "unknown";
  }
  return "unknown";
}

const char* name_of(SecureBoot state) {
  switch (state) {
    case SecureBoot::unknown:
      return "unknown";
    case SecureBoot::capable:
      return "capable";
    case SecureBoot::off:
      return "off";
    case SecureBoot::on:
      return "on";
  }
  return "unknown";
}

}  // namespace wattlife
