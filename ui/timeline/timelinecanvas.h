// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "ui/timeline/slicecursor.h"
#include "ui/timeline/timelinekeys.h"
#include "ui/timeline/timelinepainter.h"
#include "ui/timeline/timelinescene.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QScrollBar;
class QToolButton;

namespace timeslice {

class ThemeController;

/// The timeline itself: names, lanes and ruler, what the pointer and the keyboard do on it, and how it is
/// told to a screen reader.
///
/// A frame is laid out and painted into an image when something in view has changed, and only then; the
/// selection and the pointer's line are painted over it. Thread: the main one.
class TimelineCanvas : public QWidget {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    explicit TimelineCanvas(ThemeController *themes, QWidget *parent = nullptr);

    /// Shows a view, or a later one of the same timeline. \param isLive  More will come.
    void setView(TimelineViewPtr view, bool isLive);
    /// Another timeline: forgets what was chosen, hidden, opened, measured and looked at.
    /// \param isLive  Follow it.
    void begin(TimelineViewPtr view, bool isLive);
    void setLabels(std::vector<TaskLabel> labels);
    void setOptions(LaneOptions options);
    void setOrigin(std::optional<std::uint64_t> originNs);
    /// What stands there while there is nothing to draw.
    void setEmptyText(const QString &text);

    [[nodiscard]] const TimelineScene &scene() const { return m_scene; }
    [[nodiscard]] const TimelineViewPtr &view() const { return m_scene.view; }
    [[nodiscard]] const Viewport &viewport() const { return m_scene.viewport; }
    [[nodiscard]] bool isLive() const { return m_scene.viewport.isLive(); }

    /// Changes what is looked at, followed and measured; says what is different.
    void setViewport(const Viewport &viewport);
    /// A moment that is pointed at elsewhere; a line is drawn there.
    void setPointer(std::optional<std::uint64_t> timeNs);
    void execute(TimelineCommand command);
    /// The chosen lane, if it can be given a name: a single task.
    [[nodiscard]] std::optional<LaneId> renamable() const;

    /// CPU time of the latest frame that was laid out and painted anew; 0 before the first.
    [[nodiscard]] Nanoseconds frameCost() const { return m_frameCost; }

    /// What is painted, laid out if it is not yet.
    [[nodiscard]] const DrawList &drawList();
    /// How far the rows are scrolled up, as a share of the height of all that scroll.
    [[nodiscard]] double scrolledShare();

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void visibleRangeChanged(quint64 beginNs, quint64 endNs);
    void selectionChanged();
    /// The range that is measured will not change any further for now: the pointer has let go.
    void selectionSettled();
    void followChanged(bool following);
    void chosenChanged();
    void optionsChanged();
    void labelsChanged();
    /// The moment under the pointer; nothing when it left.
    void hovered(std::optional<quint64> timeNs);
    /// The keyboard stands on this now, in words.
    void sliceVisited(const QString &words);
    void copyRequested();
    void tableRequested();
    void menuRequested(QPoint global);

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    /// What a pressed button does, in columns of the plot.
    struct Gesture {
        enum class Kind { None, Measure, Pan, Row };
        Kind kind = Kind::None;
        QPointF pressed;
        double lastX = 0;
        std::uint64_t anchorNs = 0; ///< Measure: the end that stays.
        bool isMoved = false;
    };

    void applyTheme();
    void invalidate();
    void arrangeAgain();
    void reorderSoon();
    void reorder();
    void tellChanges(const Viewport &before);
    void paintFor(double pixelRatio);
    void layOut();
    void placeBar();
    void showFollowButton();
    void describe();
    void visit();
    void chooseCursor();
    void revealCursor();
    void chooseRow(const DrawRow &row, bool isAdded);
    void toggleGroup(LaneGroup group);
    void hideChosen();
    void renameChosen();
    void clearOne();
    void extendSelection(bool isForward);
    [[nodiscard]] bool changeViewport(TimelineCommand command, Viewport &viewport) const;
    void executeOnLanes(TimelineCommand command);
    void scrollBy(double pixels);
    void measureTo(double x);
    void paintPointer(QPainter &painter) const;
    void showTip(QPoint at, QPoint global);

    [[nodiscard]] LaneEntry entryOf(const DrawRow &row) const;
    [[nodiscard]] double columnAt(double x) const;
    [[nodiscard]] std::optional<std::uint64_t> selectionEdgeAt(double x) const;
    [[nodiscard]] double zoomPlace() const;
    [[nodiscard]] bool canClear() const;
    [[nodiscard]] QRect pointerStrip() const;
    [[nodiscard]] QRectF cursorRect() const;

    ThemeController *m_themes;
    QScrollBar *m_bar;
    QToolButton *m_followButton;
    TimelineScene m_scene;
    QString m_emptyText;
    SliceCursor m_cursor;
    Gesture m_gesture;
    std::optional<std::uint64_t> m_pointerNs;
    std::optional<double> m_pointerX; ///< Of our own pointer, in columns.
    QElapsedTimer m_described;
    QTimer m_reorder; ///< Until the order "busiest first" is brought up to date.

    // What is painted; drawList() and paintEvent bring it up to date.
    std::optional<TimelinePainter> m_painter;
    DrawList m_list;
    bool m_isLaidOut = false;
    QImage m_frame;
    bool m_isPainted = false;
    Nanoseconds m_frameCost{};
    bool m_showsFocus = false; ///< The focus came by the keyboard.
};

} // namespace timeslice
