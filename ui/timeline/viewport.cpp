// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/viewport.h"

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr std::size_t kMostPast = 50;
constexpr double kRevealMargin = 0.1;

// b - a; times since boot are too large for a double to tell nanoseconds, their differences are not.
double difference(std::uint64_t a, std::uint64_t b)
{
    return b >= a ? static_cast<double>(b - a) : -static_cast<double>(a - b);
}

std::uint64_t moved(std::uint64_t timeNs, double byNs)
{
    const auto distance = static_cast<std::uint64_t>(std::llround(std::min(std::abs(byNs), 1e18)));
    if (byNs >= 0)
        return timeNs + distance;
    return timeNs > distance ? timeNs - distance : 0;
}

} // namespace

Viewport::Viewport(TimeSpan known, int width)
    : m_known(known)
    , m_width(std::max(1, width))
{
    m_visible = bounds();
}

TimeSpan Viewport::bounds() const
{
    const auto least = m_isLive ? kFollowNs : kLeastNs;
    return {m_known.beginNs, std::max(m_known.endNs, m_known.beginNs + least)};
}

// A span of this length that begins as far after the known beginning as the bounds allow.
TimeSpan Viewport::clamped(double beginOffset, std::uint64_t length) const
{
    const auto whole = bounds();
    length = std::clamp(length, std::min(kLeastNs, whole.lengthNs()), whole.lengthNs());
    const auto latest = static_cast<double>(whole.lengthNs() - length);
    const auto begin = moved(whole.beginNs, std::clamp(beginOffset, 0.0, latest));
    return {begin, begin + length};
}

void Viewport::setKnown(TimeSpan known, bool isLive)
{
    m_known = known;
    m_isLive = isLive;
    if (!m_isLive)
        m_isFollowing = false;
    if (m_isFollowing)
        follow();
    else
        m_visible = clamped(difference(m_known.beginNs, m_visible.beginNs), m_visible.lengthNs());
}

void Viewport::follow()
{
    const auto whole = bounds();
    m_visible = {whole.endNs - std::min(kFollowNs, whole.lengthNs()), whole.endNs};
}

void Viewport::setWidth(int columns)
{
    m_width = std::max(1, columns);
}

void Viewport::setFollowing(bool following)
{
    m_isFollowing = following && m_isLive;
    if (m_isFollowing)
        follow();
}

void Viewport::show(TimeSpan span)
{
    m_isFollowing = false;
    m_visible = clamped(difference(m_known.beginNs, span.beginNs), span.lengthNs());
}

void Viewport::jump(TimeSpan span)
{
    const auto before = m_visible;
    show(span);
    if (m_visible == before)
        return;
    if (m_past.size() == kMostPast)
        m_past.erase(m_past.begin());
    m_past.push_back(before);
}

bool Viewport::back()
{
    if (m_past.empty())
        return false;
    const auto span = m_past.back();
    m_past.pop_back();
    show(span);
    return true;
}

void Viewport::zoom(double factor, double x)
{
    const auto length = static_cast<double>(m_visible.lengthNs());
    const double most = static_cast<double>(bounds().lengthNs());
    const double wanted = std::clamp(length * factor, std::min<double>(kLeastNs, most), most);
    const double share = std::clamp(x / m_width, 0.0, 1.0);
    m_isFollowing = false;
    m_visible = clamped(
        difference(m_known.beginNs, m_visible.beginNs) + share * (length - wanted),
        static_cast<std::uint64_t>(std::llround(wanted)));
}

void Viewport::pan(double share)
{
    const double by = std::round(share * static_cast<double>(m_visible.lengthNs()));
    m_isFollowing = false;
    m_visible = clamped(difference(m_known.beginNs, m_visible.beginNs) + by, m_visible.lengthNs());
}

void Viewport::drag(double columns)
{
    pan(-columns / m_width);
}

void Viewport::reveal(std::uint64_t timeNs)
{
    const double at = difference(m_visible.beginNs, timeNs) / static_cast<double>(m_visible.lengthNs());
    if (at < kRevealMargin)
        pan(at - kRevealMargin);
    else if (at > 1 - kRevealMargin)
        pan(at - (1 - kRevealMargin));
}

void Viewport::select(std::optional<TimeSpan> span)
{
    if (span && span->lengthNs() == 0)
        span.reset();
    m_selection = span;
}

void Viewport::zoomToSelection()
{
    if (!m_selection)
        return;
    const auto margin = std::max<std::uint64_t>(1, m_selection->lengthNs() / 16);
    jump({m_selection->beginNs - std::min(margin, m_selection->beginNs), m_selection->endNs + margin});
}

std::uint64_t Viewport::toNs(double x) const
{
    return moved(m_visible.beginNs, x / m_width * static_cast<double>(m_visible.lengthNs()));
}

double Viewport::toX(std::uint64_t timeNs) const
{
    return difference(m_visible.beginNs, timeNs) / static_cast<double>(m_visible.lengthNs()) * m_width;
}

} // namespace timeslice
