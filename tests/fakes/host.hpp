// A machine of the test's choosing.
#pragma once

#include "platform/host.hpp"

namespace guestpatch {

/// Debian 12 with root asking, until a test says otherwise.
class FakeHost final : public Host {
  public:
    HostFacts facts() override { return machine; }
    bool privileged() override { return root; }
    Supply supply() override { return lives_on; }

    HostFacts machine{
        .machine_id = "11111111-2222-4333-8444-555555555555",
        .host_name = "vm1",
        .os_type = "Linux",
        .os_name = "Debian",
        .os_version = "12",
        .architecture = "x86_64",
        .kernel = "6.1.0-50-amd64",
        .os_release = {
            {"ID", "debian"}, {"NAME", "Debian GNU/Linux"}, {"VERSION_CODENAME", "bookworm"}, {"VERSION_ID", "12"}}};
    bool root = true;
    Supply lives_on;
};

}  // namespace guestpatch
