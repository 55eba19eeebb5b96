// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme.h"
#include "ui/timeline/timelinescene.h"

#include <QWidget>

class QPainter;
class QToolButton;

namespace timeslice {

class ThemeController;

/// The first line of the timeline's card, as words and values: title, what is shown of how much, legend.
struct TimelineTitle {
    QString description; ///< "exact, 118 ms shown of 10.0 s"
    QString badge; ///< "sampled", "paused"; empty for none.
    std::array<bool, kTimelineRoles> present{}; ///< What the legend explains.

    friend bool operator==(const TimelineTitle &, const TimelineTitle &) = default;
};

/// \param sampledReason  Why there is no exact trace; empty: it is exact.
[[nodiscard]] QString describeScene(const TimelineScene &scene, const QString &sampledReason);

/// Height of the title in this width: the legend takes a second line where it has to.
[[nodiscard]] double titleHeight(const TimelineTitle &title, double width, double scale);
void paintTitle(
    QPainter &painter, const QRectF &area, const TimelineTitle &title, const Theme &theme, double scale);

/// The title as a widget, with the button of the lanes' menu at its right. Thread: the main one.
class TimelineHeader : public QWidget {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    explicit TimelineHeader(ThemeController *themes, QWidget *parent = nullptr);

    void setTitle(const TimelineTitle &title);
    [[nodiscard]] const TimelineTitle &title() const { return m_title; }
    [[nodiscard]] QToolButton *menuButton() const { return m_button; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void placeButton();
    [[nodiscard]] double titleTop() const;

    ThemeController *m_themes;
    QToolButton *m_button;
    TimelineTitle m_title;
};

} // namespace timeslice
