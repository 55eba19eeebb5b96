// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>

namespace timeslice {

/// The inside of a card of the window's side columns: scrolls up and down, and asks for so much width that
/// nothing of its content is cut, also when the text becomes larger. On a screen too narrow for that it
/// scrolls sideways as well.
class ColumnScroll : public QScrollArea {
    Q_OBJECT

public:
    explicit ColumnScroll(QWidget *parent);

    [[nodiscard]] QSize minimumSizeHint() const override;
    bool eventFilter(QObject *watched, QEvent *event) override;
};

} // namespace timeslice
