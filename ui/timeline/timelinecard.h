// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/observe/timelineview.h"
#include "ui/timeline/timelinemenu.h"
#include "ui/timeline/timelinescene.h"

#include <QFrame>
#include <QTimer>

#include <functional>

class QMenu;

namespace timeslice {

class SelectionPanel;
class ThemeController;
class TimelineCanvas;
class TimelineHeader;
struct TimelinePicture;

/// The timeline on its card: title and legend, the lanes, and beside them the statistics of the range that is
/// measured. Shows a run under way, a finished one, or says why there is none.
///
/// Times are nanoseconds of CLOCK_MONOTONIC. Thread: the main one.
class TimelineCard : public QFrame {
    Q_OBJECT

public:
    /// A run under way is looked at so often at most; it is painted only when something in view has changed,
    /// and for no more than about a hundredth of one core, however large the picture is.
    static constexpr int kRefreshMs = 33;
    static constexpr int kSlowestRefreshMs = 250;
    static constexpr int kPaintShare = 100;

    /// \param themes  Outlives this widget.
    explicit TimelineCard(ThemeController *themes, QWidget *parent = nullptr);
    ~TimelineCard() override;

    /// Gives the newest view of a run under way; never null. Called on this thread, each time it may be
    /// painted.
    using ViewSource = std::function<TimelineViewPtr()>;
    /// A run begins: follows the source until its view is finished; then the source is let go and all of it
    /// stays.
    void watch(ViewSource source);
    /// A finished run, all of it.
    void showView(TimelineViewPtr view);
    /// Nothing to show. \param reason  What stands there instead, a sentence or two.
    void clear(const QString &reason);
    /// Which task is which worker. May come before or after what it names.
    void setLabels(std::vector<TaskLabel> labels);
    /// What the ruler counts from, a run's go; nothing: the beginning of the trace.
    void setOrigin(std::optional<std::uint64_t> originNs);
    /// A run under way stands still on the screen.
    void setPaused(bool paused);
    /// The records are samples and not exact. \param reason  Why; empty: they are exact.
    void setSampled(const QString &reason);

    [[nodiscard]] TimeSpan visibleRange() const;
    /// Whether all that is known is in view.
    [[nodiscard]] bool isAllVisible() const;
    [[nodiscard]] bool isFollowing() const;
    [[nodiscard]] std::optional<TimeSpan> selection() const;
    void setSelection(std::optional<TimeSpan> span);
    /// Draws the line of a crosshair that is on another chart.
    void setPointer(std::optional<std::uint64_t> timeNs);

    [[nodiscard]] LaneOptions options() const;
    void setOptions(const LaneOptions &options);

    /// What the timeline of a run may take, one of kTimelineMiB: only offered here, by the menu.
    [[nodiscard]] int memoryMiB() const { return m_memoryMiB; }
    void setMemoryMiB(int mebibytes) { m_memoryMiB = mebibytes; }

    /// What is shown of how much, how exactly: "exact, 118 ms shown of 10.0 s".
    [[nodiscard]] QString description() const;

    /// Lays out for the present size at once, instead of when it is painted.
    void settle();
    /// Whether there is nothing to show, and so nothing that could be saved.
    [[nodiscard]] bool isEmpty() const { return m_isEmpty; }
    /// The view as it stands, in the window's theme, as a picture of its own.
    /// \error  See TimelinePicture::save.
    [[nodiscard]] Result<void>
    savePicture(const QString &path, QSize pixels, double scale, const QString &caption = {}) const;
    /// The slices in the selection, or else in view, in a window of its own.
    void showTable();
    /// Statistics of each lane, of the selection or else of what is in view, to the clipboard.
    void copyStatistics();

Q_SIGNALS:
    /// Also while following, with each frame.
    void visibleRangeChanged(quint64 beginNs, quint64 endNs);
    void selectionChanged(std::optional<timeslice::TimeSpan> span);
    /// The selection will not change any further for now: the pointer has let go.
    void selectionSettled();
    void followChanged(bool following);
    /// The moment under the pointer; nothing when it left.
    void hovered(std::optional<quint64> timeNs);
    void optionsChanged();
    void memoryChosen(int mebibytes);
    void emptyChanged(bool isEmpty);
    /// Something was copied, in words.
    void done(const QString &message);
    /// The user wants a picture of this card; the window knows where to and with which caption.
    void pictureRequested();

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void refresh();
    void chooseInterval();
    void applyTheme();
    void updateTitle();
    void updatePanel(bool mayAppear);
    void fillMenu(QMenu &menu);
    [[nodiscard]] TimelinePicture pictureOf(const QString &caption) const;

    ThemeController *m_themes;
    TimelineHeader *m_header;
    TimelineCanvas *m_canvas;
    SelectionPanel *m_panel;
    QMenu *m_menu;
    QTimer m_timer;
    ViewSource m_source; ///< Empty unless a run is watched.
    bool m_isPaused = false;
    bool m_isEmpty = true;
    int m_memoryMiB = kDefaultTimelineMiB;
    QString m_sampledReason;
};

} // namespace timeslice
