// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/themecontroller.h"

#include <QApplication>
#include <QEvent>
#include <QScopedValueRollback>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

// Qt 6.4 has no QStyleHints::colorScheme. The one role that our palette leaves to the system tells instead,
// before and after we have set ours.
bool isDesktopDark()
{
    return luminance(QApplication::palette().color(QPalette::Disabled, QPalette::AlternateBase)) < 0.2;
}

} // namespace

ThemeController::ThemeController(QObject *parent)
    : QObject(parent)
    , m_dark(isDesktopDark())
{
    apply();
    qApp->installEventFilter(this);
}

const Theme &ThemeController::theme() const
{
    return m_dark ? darkTheme() : lightTheme();
}

void ThemeController::setMode(Mode mode)
{
    if (mode == m_mode)
        return;
    m_mode = mode;
    const bool dark = mode == Mode::Dark || (mode == Mode::System && isDesktopDark());
    if (dark == m_dark)
        return;
    m_dark = dark;
    apply();
    Q_EMIT changed();
}

void ThemeController::setScale(double scale)
{
    const double bounded = std::isfinite(scale) ? std::clamp(scale, kMinScale, kMaxScale) : 1.0;
    if (bounded == m_scale)
        return;
    m_scale = bounded;
    apply();
    Q_EMIT changed();
}

bool ThemeController::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == qApp && event->type() == QEvent::ApplicationPaletteChange && !m_applying
        && m_mode == Mode::System && isDesktopDark() != m_dark) {
        m_dark = !m_dark;
        apply();
        Q_EMIT changed();
    }
    return QObject::eventFilter(watched, event);
}

void ThemeController::apply()
{
    const QScopedValueRollback guard(m_applying, true);
    QApplication::setFont(bodyFont(m_scale));
    QApplication::setPalette(paletteOf(theme()));
    qApp->setStyleSheet(styleSheetOf(theme(), m_scale));
}

} // namespace timeslice
