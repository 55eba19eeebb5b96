// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace timeslice::testing {

struct PingPongOptions {
    std::vector<int> pairCpus{-1}; ///< One pair of threads for each; both run on that CPU only. -1: anywhere.
    std::uint64_t roundTrips = 1000; ///< Of each pair.
    std::uint64_t holdNs = 0; ///< How long each player computes before it hands the token on.
};

/// What the kernel charged one thread from its beginning up to `atNs`, as the thread read it itself.
struct PingPongThread {
    int tid = 0;
    std::uint64_t beginNs = 0; ///< Before the first round.
    std::uint64_t atNs = 0; ///< CLOCK_MONOTONIC; no switch lies between the clock and the counters.
    std::uint64_t voluntary = 0;
    std::uint64_t involuntary = 0;
    std::uint64_t cpuNs = 0;
};

/// Fills in the calling thread's counters and the moment they are of.
void readCounters(PingPongThread &thread);

/// Pairs of threads that hand a byte back and forth through two pipes: nothing but context switches. Blocks
/// until all pairs are through. The threads are created by the caller's thread. Nothing when pipes or
/// affinity are refused.
[[nodiscard]] std::optional<std::vector<PingPongThread>> runPingPong(const PingPongOptions &options);

} // namespace timeslice::testing
