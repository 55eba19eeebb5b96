// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/numberfield.h"

#include <QEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr int kUnitGap = 8; ///< Pixels around the unit at scale 1.

QString withoutSpaces(const QString &text)
{
    QString plain;
    plain.reserve(text.size());
    for (const QChar c : text) {
        if (!c.isSpace()) // no-break spaces included
            plain.append(c);
    }
    return plain;
}

} // namespace

std::optional<double> parseReal(const QString &text, const QLocale &locale)
{
    const QString plain = withoutSpaces(text);
    bool isNumber = false;
    double value = locale.toDouble(plain, &isNumber);
    if (!isNumber)
        value = QLocale::c().toDouble(plain, &isNumber);
    return isNumber && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> parseWhole(const QString &text, const QLocale &locale)
{
    const QString plain = withoutSpaces(text);
    bool isNumber = false;
    qlonglong value = locale.toLongLong(plain, &isNumber);
    if (!isNumber)
        value = QLocale::c().toLongLong(plain, &isNumber);
    if (isNumber)
        return value;
    // "1e6", which is what a person writes for a million; only where a double is exact.
    const auto real = parseReal(plain, locale);
    constexpr double kExact = 9'007'199'254'740'992.0;
    if (!real || std::abs(*real) > kExact || *real != std::floor(*real))
        return std::nullopt;
    return static_cast<std::int64_t>(*real);
}

NumberField::NumberField(Kind kind, double minimum, double maximum, const QString &unit, QWidget *parent)
    : QLineEdit(parent)
    , m_kind(kind)
    , m_unit(unit)
{
    setFocusPolicy(Qt::StrongFocus); // not WheelFocus: scrolling past must not change it
    setBounds(minimum, maximum);
    makeRoomForUnit();
    connect(this, &QLineEdit::textEdited, this, &NumberField::edited);
    connect(this, &QLineEdit::textChanged, this, &NumberField::makeRoomForUnit);
}

void NumberField::setBounds(double minimum, double maximum)
{
    m_minimum = minimum;
    m_maximum = maximum;
    setAccessibleDescription(tr("%1. Up and Down change it.").arg(allowed()));
}

void NumberField::setWhole(std::int64_t value)
{
    setText(locale().toString(static_cast<qlonglong>(value)));
    setCursorPosition(0);
}

void NumberField::setReal(double value)
{
    setText(locale().toString(value, 'g', QLocale::FloatingPointShortest));
    setCursorPosition(0);
}

std::optional<double> NumberField::value() const
{
    if (m_kind == Kind::Real)
        return parseReal(text(), locale());
    const auto whole = parseWhole(text(), locale());
    return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
}

std::optional<std::int64_t> NumberField::whole() const
{
    return problem().isEmpty() ? parseWhole(text(), locale()) : std::nullopt;
}

std::optional<double> NumberField::real() const
{
    return problem().isEmpty() ? value() : std::nullopt;
}

QString NumberField::allowed() const
{
    const auto shown = [this](double bound) {
        return m_kind == Kind::Whole ? locale().toString(static_cast<qlonglong>(bound))
                                     : locale().toString(bound, 'g', QLocale::FloatingPointShortest);
    };
    return tr("%1 to %2 %3").arg(shown(m_minimum), shown(m_maximum), m_unit).trimmed();
}

QString NumberField::problem() const
{
    const auto number = value();
    if (!number) {
        return m_kind == Kind::Whole ? tr("A whole number is needed: %1.").arg(allowed())
                                     : tr("A number is needed: %1.").arg(allowed());
    }
    if (*number < m_minimum)
        return tr("Too small; allowed: %1.").arg(allowed());
    if (*number > m_maximum)
        return tr("Too large; allowed: %1.").arg(allowed());
    return {};
}

void NumberField::stepBy(int steps)
{
    const auto number = value();
    if (!number)
        return;
    const double size = std::pow(10.0, std::floor(std::log10(std::max(std::abs(*number), 1e-9))) - 1);
    if (m_kind == Kind::Whole) {
        const double step = std::max(1.0, size);
        const double next = std::clamp(*number + step * steps, m_minimum, m_maximum);
        setWhole(static_cast<std::int64_t>(next));
    } else {
        const double step = size * 5;
        const double next = std::clamp(*number + step * steps, m_minimum, m_maximum);
        // Twelve digits are more than anybody types and fewer than binary fractions show.
        setReal(QString::number(next, 'g', 12).toDouble());
    }
    Q_EMIT edited();
}

void NumberField::keyPressEvent(QKeyEvent *event)
{
    constexpr int kPage = 10;
    switch (event->key()) {
    case Qt::Key_Up:
        return stepBy(1);
    case Qt::Key_Down:
        return stepBy(-1);
    case Qt::Key_PageUp:
        return stepBy(kPage);
    case Qt::Key_PageDown:
        return stepBy(-kPage);
    default:
        QLineEdit::keyPressEvent(event);
    }
}

void NumberField::wheelEvent(QWheelEvent *event)
{
    if (!hasFocus() || event->angleDelta().y() == 0) {
        event->ignore(); // the panel scrolls
        return;
    }
    stepBy(event->angleDelta().y() > 0 ? 1 : -1);
    event->accept();
}

void NumberField::makeRoomForUnit()
{
    const int unit = fontMetrics().horizontalAdvance(m_unit) + kUnitGap;
    const int number = fontMetrics().horizontalAdvance(text()) + 3 * kUnitGap;
    // A number that is cut is another number; its unit gives way, and is still said by the tool tip.
    m_showsUnit = !m_unit.isEmpty() && number + unit <= width();
    setTextMargins(0, 0, m_showsUnit ? unit : 0, 0);
}

void NumberField::changeEvent(QEvent *event)
{
    QLineEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        makeRoomForUnit();
}

void NumberField::resizeEvent(QResizeEvent *event)
{
    QLineEdit::resizeEvent(event);
    makeRoomForUnit();
}

void NumberField::paintEvent(QPaintEvent *event)
{
    QLineEdit::paintEvent(event);
    if (!m_showsUnit)
        return;
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    const QRect space = rect().adjusted(kUnitGap, 0, -kUnitGap - kUnitGap / 4, 0);
    painter.drawText(space, Qt::AlignRight | Qt::AlignVCenter, m_unit);
}

} // namespace timeslice
