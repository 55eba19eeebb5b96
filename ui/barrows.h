// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace timeslice {

class ThemeController;

/// What charts of horizontal bars share: as high as they have rows, each row in words as a tip and for screen
/// readers. Thread: the main one.
class BarRows : public QWidget {
    Q_OBJECT

public:
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    bool event(QEvent *event) override;

protected:
    /// \param themes     Outlives this widget.
    /// \param rowHeight  With the gap below it, at scale 1.
    BarRows(ThemeController *themes, int rowHeight, QWidget *parent);

    [[nodiscard]] ThemeController &themes() const { return *m_themes; }
    [[nodiscard]] int rowHeight() const;
    /// There are other rows now.
    void rowsChanged();

    [[nodiscard]] virtual int rows() const = 0;
    [[nodiscard]] virtual QString describeRow(int row) const = 0;
    /// Height of what stands above the first row, and its tip.
    [[nodiscard]] virtual int headHeight() const { return 0; }
    [[nodiscard]] virtual QString describeHead() const { return {}; }

private:
    ThemeController *m_themes;
    int m_rowHeight;
};

} // namespace timeslice
