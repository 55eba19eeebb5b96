// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/childsetup.h"

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace timeslice {

void setUpChild(pid_t parent, int deathSignal)
{
    constexpr int kNotStarted = 127;
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::prctl(PR_SET_PDEATHSIG, deathSignal);
    if (::getppid() != parent)
        ::_exit(kNotStarted);
}

} // namespace timeslice
