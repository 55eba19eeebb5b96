// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme.h"

#include <QObject>

namespace timeslice {

/// Decides which theme the program wears, and puts it on: palette, font and style sheet of the application.
///
/// In System mode it follows the desktop's palette, also when that changes while the program runs.
/// Thread: GUI. Make one, before the first window; it needs a QApplication and may die before or with it.
class ThemeController : public QObject {
    Q_OBJECT

public:
    enum class Mode { System, Light, Dark };
    Q_ENUM(Mode)

    static constexpr double kMinScale = 0.75;
    static constexpr double kMaxScale = 3.0;

    explicit ThemeController(QObject *parent = nullptr);

    /// Lives as long as the program; a reference may be kept only until `changed`.
    [[nodiscard]] const Theme &theme() const;
    [[nodiscard]] Mode mode() const { return m_mode; }
    /// The user's factor on fonts, spacing and line widths.
    [[nodiscard]] double scale() const { return m_scale; }

    void setMode(Mode mode);
    /// Clamped to [kMinScale, kMaxScale]; anything that is not a number counts as 1.
    void setScale(double scale);

    bool eventFilter(QObject *watched, QEvent *event) override;

Q_SIGNALS:
    /// Theme or scale are different now, and palette, font and style sheet already are the new ones.
    void changed();

private:
    void apply();

    Mode m_mode = Mode::System;
    double m_scale = 1;
    bool m_dark = false;
    bool m_applying = false; ///< What we set ourselves comes back as a palette change; that one is not news.
};

} // namespace timeslice
