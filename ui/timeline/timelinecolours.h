// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme.h"
#include "ui/timeline/drawlist.h"

namespace timeslice {

// What the draw list's meanings look like in a theme. Opaque, so that painting never blends.

/// The colour of a state: of the block, the band or the line that stands for it.
[[nodiscard]] QColor roleColour(const Theme &theme, TimelineRole role);
/// What a stripe has between its lines, for states with a pattern; else the same as roleColour.
[[nodiscard]] QColor roleSecondColour(const Theme &theme, TimelineRole role);
/// Running in a colour of the draw list (kColourState, kColourNeutral, or of the series).
[[nodiscard]] QColor runningColour(const Theme &theme, int colour);
/// How many different colours there are of that kind; then they begin again.
inline constexpr int kRunningColours = 7;
/// Text on a block of this colour: black or white, whichever is easier to read.
[[nodiscard]] QColor inkOn(const QColor &block);
/// A core's lane where nothing of ours runs.
[[nodiscard]] QColor emptyColour(const Theme &theme);
/// The share of a stacked column in which a task was blocked.
[[nodiscard]] QColor stackedBlockedColour(const Theme &theme);

/// How high a state stands on its lane, as a share of the lane; centred.
inline constexpr double kBandShare = 0.4; ///< Waiting for the GIL.
inline constexpr double kLineShare = 0.12; ///< Blocked.

/// \return Device pixels of a band or line in a body of this height.
[[nodiscard]] int bandHeight(int body);
[[nodiscard]] int lineHeight(int body);

} // namespace timeslice
