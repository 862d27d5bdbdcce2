#include "packagers/apt/needrestart_output.hpp"

#include "tests/catch.hpp"

using namespace guestpatch::apt;

TEST_CASE("Services and the kernel's state are read from needrestart's batch mode", "[apt][needrestart]") {
    const RestartNeed need = parse_needrestart(
        "NEEDRESTART-VER: 3.6\nNEEDRESTART-KCUR: 6.1.0-50-amd64\nNEEDRESTART-KEXP: 6.1.0-51-amd64\nNEEDRESTART-KSTA: "
        "3\n"
        "NEEDRESTART-SVC: cron.service\nNEEDRESTART-SVC: ssh.service\nNEEDRESTART-SVC: cron.service\n"
        "NEEDRESTART-CONT: LXC web1\nNEEDRESTART-SESS: root @ session #2\n");
    CHECK(need.kernel == KernelState::newer);
    CHECK(need.expected_kernel == "6.1.0-51-amd64");
    CHECK(need.services == std::vector<std::string>{"cron.service", "ssh.service"});
}

TEST_CASE("A container's needrestart says nothing of kernels", "[apt][needrestart]") {
    const RestartNeed need = parse_needrestart("NEEDRESTART-VER: 3.6\nNEEDRESTART-SVC: oldsvc.service\n");
    CHECK(need.kernel == KernelState::unknown);
    CHECK(need.services.size() == 1);
    CHECK(parse_needrestart("").services.empty());
    CHECK(parse_needrestart("NEEDRESTART-KSTA: 2").kernel == KernelState::rebuilt);
    CHECK(parse_needrestart("NEEDRESTART-KSTA: 1").kernel == KernelState::current);
    CHECK(parse_needrestart("NEEDRESTART-KSTA: 33").kernel == KernelState::unknown);
}
