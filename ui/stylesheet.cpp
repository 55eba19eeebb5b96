// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme.h"

#include <cmath>
#include <utility>

namespace timeslice {

// Only what a palette cannot say: the cards, the size and shape of controls, and the primary button. %name%
// is replaced by a colour, a number followed by `u` by that many units of the user's scale.
namespace {

constexpr auto kSheet = R"(
QFrame[card="true"] { background: %card%; border: 1px solid %hairline%; border-radius: %8u%; }
QLabel[role="quiet"] { color: %quiet%; font-size: %quietSize%; }
QLabel[role="title"] { font-size: %titleSize%; font-weight: 600; }
QLabel[role="failed"] { color: %failed%; }
QLineEdit, QAbstractSpinBox, QComboBox, QPushButton, QToolButton[control="true"] {
    background: %card%; color: %text%; border: 1px solid %hairline%; border-radius: %6u%;
    min-height: %30u%; padding: 0 %10u%; selection-background-color: %accent%; selection-color: %onAccent%; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover, QPushButton:hover { border-color: %blocked%; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPushButton:focus, QToolButton:focus {
    border: 1px solid %accent%; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled, QPushButton:disabled {
    background: %ground%; color: %faint%; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; height: 0; border: none; }
QAbstractSpinBox QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }
QComboBox::drop-down { border: none; width: %28u%; subcontrol-position: center right; }
QComboBox::down-arrow { image: url(:/timeslice/icons/%arrow%.svg); width: %10u%; height: %10u%; }
QComboBox QAbstractItemView { background: %card%; color: %text%; border: 1px solid %hairline%; padding: %4u%;
    outline: none; }
QPushButton { padding: 0 %14u%; }
QPushButton:pressed, QToolButton[control="true"]:pressed { background: %ground%; }
QPushButton[primary="true"], QToolButton[primary="true"] {
    background: %accent%; color: %onAccent%; border: 1px solid %accent%; border-radius: %6u%;
    min-height: %30u%; padding: 0 %14u%; font-weight: 600; }
QPushButton[primary="true"]:hover, QToolButton[primary="true"]:hover { background: %accentHover%; }
QPushButton[primary="true"]:focus, QToolButton[primary="true"]:focus { border: 2px solid %text%; }
QPushButton[primary="true"]:disabled, QToolButton[primary="true"]:disabled {
    background: %hairline%; border-color: %hairline%; color: %quiet%; }
QPushButton[flat="true"], QToolButton[flat="true"] { background: transparent; border: 1px solid transparent;
    border-radius: %6u%; min-height: %30u%; padding: 0 %8u%; }
QToolButton[disclosure="true"] { padding-left: 0; }
QPushButton[flat="true"]:hover, QToolButton[flat="true"]:hover { border-color: %hairline%; }
QLineEdit[invalid="true"], QComboBox[invalid="true"] { border: 1px solid %failed%; }
QFrame[hairline="true"] { background: %hairline%; border: none; max-height: 1px; }
QCheckBox { min-height: %24u%; spacing: %8u%; }
QProgressBar { background: %ground%; border: none; border-radius: %4u%; max-height: %8u%; min-height: %8u%; }
QProgressBar::chunk { background: %accent%; border-radius: %4u%; }
QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: %10u%; margin: 0; }
QScrollBar::handle:vertical { background: %blocked%; border-radius: 3px; margin: 0 %4u% 0 0; min-height: %24u%; }
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical { height: 0; }
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical { background: transparent; }
QSplitter::handle { background: transparent; image: none; }
QMenuBar { background: transparent; border: none; }
QMenuBar::item { background: transparent; padding: %6u% %8u%; border-radius: %6u%; }
QMenuBar::item:selected { background: %ground%; }
QToolTip { background: %card%; color: %text%; border: 1px solid %hairline%; padding: %4u%; }
)";

QString pixels(double units, double scale)
{
    return QString::number(std::lround(units * scale)) + QLatin1String("px");
}

QString sizeOf(const QFont &font)
{
    return font.pixelSize() > 0 ? QString::number(font.pixelSize()) + QLatin1String("px")
                                : QString::number(font.pointSizeF(), 'f', 2) + QLatin1String("pt");
}

} // namespace

QString styleSheetOf(const Theme &theme, double scale)
{
    QString sheet = QLatin1String(kSheet);
    const std::pair<const char *, QString> words[] = {
        {"%card%", theme.card.name()},
        {"%ground%", theme.ground.name()},
        {"%hairline%", theme.hairline.name()},
        {"%text%", theme.text.name()},
        {"%quiet%", theme.quietText.name()},
        {"%faint%", mixed(theme.card, theme.quietText, 0.6).name()},
        {"%accent%", theme.accent.name()},
        {"%accentHover%", mixed(theme.accent, theme.text, 0.12).name()},
        {"%onAccent%", theme.onAccent.name()},
        {"%blocked%", theme.blocked.name()},
        {"%failed%", theme.failed.name()},
        {"%arrow%", theme.dark ? QStringLiteral("down-on-dark") : QStringLiteral("down-on-light")},
        {"%quietSize%", sizeOf(quietFont(scale))},
        {"%titleSize%", sizeOf(titleFont(scale))},
    };
    for (const auto &[word, value] : words)
        sheet.replace(QLatin1String(word), value);
    for (const int units : {4, 6, 8, 10, 14, 24, 28, 30})
        sheet.replace(QStringLiteral("%%1u%").arg(units), pixels(units, scale));
    return sheet;
}

} // namespace timeslice
