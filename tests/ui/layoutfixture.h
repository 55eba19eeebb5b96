// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/timelinefixture.h"
#include "ui/timeline/layout.h"
#include "ui/timeline/timelinewords.h"

#include <QString>
#include <QStringList>

namespace timeslice::testing {

// One column is one pixel; names take 50 of them.
inline TimelineMetrics plainMetrics()
{
    return {
        .scale = 1, .pixelRatio = 1, .lineHeight = 17, .quietHeight = 15, .digitWidth = 7, .labelWidth = 50};
}

struct Picture {
    std::vector<TaskLabel> labels;
    LaneOptions options;
    TimelineMetrics metrics = plainMetrics();
    int columns = 50;
    double height = 400;
    double scroll = 0;
    std::optional<TimeSpan> selection;
    std::vector<LaneId> chosen;

    [[nodiscard]] DrawList of(const TimelineView &view, TimeSpan visible) const
    {
        Viewport viewport(view.known(), columns);
        viewport.setFollowing(false);
        viewport.show(visible);
        viewport.select(selection);
        const auto entries = arrangeLanes(view, labels, options, visible);
        const auto looks = taskLooks(view, labels);
        return layoutTimeline(
            {.view = &view,
             .entries = entries,
             .looks = looks,
             .chosen = chosen,
             .isColouredByCore = options.isColouredByCore,
             .originNs = view.known().beginNs},
            viewport, QSizeF(metrics.labelWidth + columns / metrics.pixelRatio + 8 * metrics.scale, height),
            scroll, metrics);
    }
};

// A column as a letter: # running (a, b, c: in colour 0, 1, 2; n: neutral), / preempted, = waiting for the
// GIL,
// - blocked, ~ not known, : an edge or a gap, 0 to 9: stacked, with so many tenths of running.
inline QString letters(const DrawList &list, std::uint32_t row)
{
    QString text(list.columns, u' ');
    for (const auto &piece : list.pieces) {
        if (piece.row != row)
            continue;
        for (int column = piece.begin; column < piece.end; ++column) {
            QChar letter = u':';
            if (piece.kind == DrawPiece::Kind::Stacked) {
                const auto &shares =
                    list.shares[piece.first + static_cast<std::size_t>(column - piece.begin)];
                letter = QChar(u'0' + static_cast<int>(9.999F * shares.share(TimelineRole::Running)));
            } else if (piece.kind == DrawPiece::Kind::Solid && piece.role != TimelineRole::Running) {
                letter = QStringLiteral("#/=-~")[static_cast<int>(piece.role)];
            } else if (piece.kind == DrawPiece::Kind::Solid) {
                letter = piece.colour >= 0           ? QChar(u'a' + piece.colour)
                    : piece.colour == kColourNeutral ? QChar(u'n')
                                                     : QChar(u'#');
            }
            text[column] = letter;
        }
    }
    return text;
}

// A line for each row that is no heading; then the marks.
inline QStringList textOf(const DrawList &list)
{
    QStringList lines;
    for (std::uint32_t i = 0; i < list.rows.size(); ++i) {
        const auto &row = list.rows[i];
        if (row.kind == LaneEntry::Kind::Heat || row.kind == LaneEntry::Kind::Heading)
            continue;
        lines.append(row.name.leftJustified(9) + u'|' + letters(list, i) + u'|');
    }
    for (const auto &mark : list.lost)
        lines.append(QStringLiteral("lost in %1 from %2 to %3: %4")
                         .arg(list.rows[mark.row].name)
                         .arg(mark.begin)
                         .arg(mark.end)
                         .arg(lossWords(mark.count, mark.hasUncounted)));
    for (const auto &mark : list.summaries)
        lines.append(QStringLiteral("sums of %1 from %2 to %3")
                         .arg(list.rows[mark.row].name)
                         .arg(mark.begin)
                         .arg(mark.end));
    return lines;
}

// What a lane shows of a state, in columns.
inline double painted(const DrawList &list, std::uint32_t row, TimelineRole role)
{
    double sum = 0;
    for (const auto &piece : list.pieces) {
        if (piece.row != row)
            continue;
        const auto count = static_cast<std::size_t>(piece.end - piece.begin);
        if (piece.kind == DrawPiece::Kind::Solid) {
            sum += piece.role == role ? static_cast<double>(count) : 0;
            continue;
        }
        for (std::size_t i = 0; i < count; ++i)
            sum += static_cast<double>(list.shares[piece.first + i].share(role));
    }
    return sum;
}

} // namespace timeslice::testing
