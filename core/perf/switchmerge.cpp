// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/switchmerge.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <span>

namespace timeslice {

namespace {

constexpr auto isEarlier = [](const auto &a, const auto &b) { return a.timeNs < b.timeNs; };

// The kernel writes a CPU's records in order; sorting is for what a faulty clock or hostile bytes could
// bring.
template <typename T>
void ensureSorted(std::vector<T> &records)
{
    if (!std::ranges::is_sorted(records, isEarlier))
        std::ranges::stable_sort(records, isEarlier);
}

template <typename T>
std::size_t countUpTo(const std::vector<T> &records, std::uint64_t horizonNs)
{
    const auto behind = std::ranges::upper_bound(records, horizonNs, {}, &T::timeNs);
    return static_cast<std::size_t>(behind - records.begin());
}

template <typename T>
void dropFront(std::vector<T> &records, std::size_t count)
{
    records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(count));
}

} // namespace

SwitchMerge::SwitchMerge(std::size_t cpus)
    : m_inputs(cpus)
{
    m_heads.reserve(cpus);
}

void SwitchMerge::take(std::uint64_t horizonNs, SwitchChunk &into)
{
    takeSwitches(horizonNs, into);
    takeNames(horizonNs, into);
    const auto late = std::ranges::upper_bound(into.records, m_horizonNs, {}, &SwitchRecord::timeNs);
    into.late = m_horizonNs == 0 ? 0 : static_cast<std::uint64_t>(late - into.records.begin());
    into.horizonNs = horizonNs;
    m_horizonNs = horizonNs;
}

void SwitchMerge::takeSwitches(std::uint64_t horizonNs, SwitchChunk &into)
{
    // The later head sinks; of two at the same time the CPU with the lower index goes first.
    const auto isBehind = [](const Head &a, const Head &b) {
        return a.timeNs != b.timeNs ? a.timeNs > b.timeNs : a.input > b.input;
    };

    m_heads.clear();
    std::size_t total = 0;
    for (std::size_t i = 0; i < m_inputs.size(); ++i) {
        auto &input = m_inputs[i];
        ensureSorted(input.records.switches);
        input.next = 0;
        input.end = countUpTo(input.records.switches, horizonNs);
        total += input.end;
        if (input.end > 0)
            m_heads.push_back({input.records.switches.front().timeNs, static_cast<std::uint32_t>(i)});
    }
    into.records.reserve(into.records.size() + total);
    std::ranges::make_heap(m_heads, isBehind);

    while (!m_heads.empty()) {
        std::ranges::pop_heap(m_heads, isBehind);
        const auto head = m_heads.back();
        m_heads.pop_back();
        auto &input = m_inputs[head.input];
        if (m_heads.size() == 1) {
            auto &other = m_inputs[m_heads.front().input];
            // At the same time the CPU with the lower index goes first.
            mergeTwo(
                head.input < m_heads.front().input ? input : other,
                head.input < m_heads.front().input ? other : input, into.records);
            break;
        }
        // Everything this CPU has before the next CPU's head goes in one piece.
        const auto &records = input.records.switches;
        const auto limit =
            m_heads.empty() ? std::numeric_limits<std::uint64_t>::max() : m_heads.front().timeNs;
        do
            into.records.push_back(records[input.next++]);
        while (input.next < input.end && records[input.next].timeNs < limit);
        if (input.next < input.end) {
            m_heads.push_back({records[input.next].timeNs, head.input});
            std::ranges::push_heap(m_heads, isBehind);
        }
    }
    for (auto &input : m_inputs)
        dropFront(input.records.switches, input.end);
}

void SwitchMerge::mergeTwo(const Input &first, const Input &second, std::vector<SwitchRecord> &into)
{
    const auto rest = [](const Input &input) {
        return std::span(input.records.switches).subspan(input.next, input.end - input.next);
    };
    std::ranges::merge(rest(first), rest(second), std::back_inserter(into), isEarlier);
}

void SwitchMerge::takeNames(std::uint64_t horizonNs, SwitchChunk &into)
{
    for (auto &input : m_inputs) {
        auto &names = input.records.names;
        ensureSorted(names);
        const auto count = countUpTo(names, horizonNs);
        into.names.insert(
            into.names.end(), names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count));
        dropFront(names, count);
    }
    ensureSorted(into.names);
}

} // namespace timeslice
