// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/nearest.h"

#include <algorithm>
#include <array>
#include <limits>

namespace timeslice {

namespace {

constexpr std::size_t kLongest = 64;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t distance(std::string_view a, std::string_view b)
{
    std::array<std::array<std::size_t, kLongest + 1>, kLongest + 1> table{};
    for (std::size_t i = 0; i <= a.size(); ++i)
        table[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        table[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            auto best =
                std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (same ? 0 : 1)});
            const bool swapped =
                i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped)
                best = std::min(best, table[i - 2][j - 2] + 1);
            table[i][j] = best;
        }
    }
    return table[a.size()][b.size()];
}

} // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates)
{
    if (word.empty() || word.size() > kLongest)
        return {};
    std::string best;
    auto bestDistance = std::numeric_limits<std::size_t>::max();
    for (const auto &candidate : candidates) {
        if (candidate.size() > kLongest)
            continue;
        const auto edits = distance(word, candidate);
        // A third of the letters may be wrong, one in short words; more is another word.
        const auto allowed = std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3);
        if (edits <= allowed && edits < bestDistance) {
            best = candidate;
            bestDistance = edits;
        }
    }
    return best;
}

std::string didYouMean(std::string_view word, std::span<const std::string> candidates)
{
    const auto found = nearest(word, candidates);
    return found.empty() ? std::string() : "; did you mean \"" + found + "\"?";
}

std::string joined(std::span<const std::string> words)
{
    std::string all;
    for (const auto &word : words)
        all += (all.empty() ? "" : ", ") + word;
    return all;
}

} // namespace timeslice
