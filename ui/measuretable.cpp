// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/measuretable.h"

#include "ui/fieldrow.h"
#include "ui/themecontroller.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGridLayout>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QStringList>
#include <QStyleOptionFocusRect>
#include <QStylePainter>

namespace timeslice {

namespace {

constexpr int kColumnGap = 8;
constexpr int kRowGap = 4;
constexpr int kIndent = 8;

void setTextIfNew(QLabel *label, const QString &text)
{
    if (label->text() != text) // setText alone would lay out the whole panel again
        label->setText(text);
}

} // namespace

MeasureTable::MeasureTable(ThemeController *themes, const QString &accessibleName, QWidget *parent)
    : QWidget(parent)
    , m_themes(themes)
    , m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(kColumnGap);
    m_grid->setVerticalSpacing(kRowGap);
    m_grid->setColumnStretch(0, 1);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(accessibleName);
    connect(m_themes, &ThemeController::changed, this, &MeasureTable::applyFonts);
}

MeasureTable::Row &MeasureTable::rowAt(std::size_t index)
{
    while (m_rows.size() <= index) {
        const int line = 2 * static_cast<int>(m_rows.size());
        Row row{
            makeLabel(TextRole::Quiet, {}, this), makeLabel(TextRole::Plain, {}, this),
            makeLabel(TextRole::Quiet, {}, this), makeLabel(TextRole::Plain, {}, this)};
        row.name->setWordWrap(false);
        row.value->setWordWrap(false);
        row.unit->setWordWrap(false);
        row.value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        row.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        row.value->setFont(numberFont(m_themes->scale()));
        m_grid->addWidget(row.name, line, 0);
        m_grid->addWidget(row.value, line, 1);
        m_grid->addWidget(row.unit, line, 2);
        row.text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        row.text->setIndent(kIndent);
        m_grid->addWidget(row.text, line + 1, 0, 1, 3);
        m_rows.push_back(row);
    }
    return m_rows[index];
}

void MeasureTable::setMeasures(const std::vector<Measure> &measures)
{
    m_measures = measures;
    for (std::size_t i = 0; i < measures.size(); ++i) {
        const Measure &measure = measures[i];
        Row &row = rowAt(i);
        setTextIfNew(row.name, measure.name);
        setTextIfNew(row.value, measure.isText ? QString() : measure.quantity.value);
        setTextIfNew(row.unit, measure.isText ? QString() : measure.quantity.unit);
        setTextIfNew(row.text, measure.isText ? measure.quantity.value : QString());
        row.name->setIndent(measure.isPart ? kIndent : 0);
        row.name->setToolTip(measure.help);
        row.value->setToolTip(measure.help);
        row.text->setToolTip(measure.help);
        setTextRole(row.value, measure.quantity.value == notMeasured() ? TextRole::Quiet : TextRole::Plain);
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const bool isShown = i < measures.size();
        const bool isText = isShown && measures[i].isText;
        m_rows[i].name->setVisible(isShown);
        m_rows[i].value->setVisible(isShown && !isText);
        m_rows[i].unit->setVisible(isShown && !isText);
        m_rows[i].text->setVisible(isText);
    }
    setAccessibleDescription(toText());
}

QString MeasureTable::toText() const
{
    QStringList lines;
    for (const Measure &measure : m_measures) {
        const QStringList cells{measure.name, measure.quantity.value, measure.quantity.unit};
        lines.append(cells.join(QLatin1Char('\t')));
    }
    return lines.join(QLatin1Char('\n'));
}

void MeasureTable::applyFonts()
{
    for (const Row &row : m_rows)
        row.value->setFont(numberFont(m_themes->scale()));
}

void MeasureTable::copy() const
{
    auto *copied = new QMimeData; // the clipboard becomes its owner
    copied->setText(toText());
    copied->setData(QStringLiteral("text/tab-separated-values"), toText().toUtf8());
    QGuiApplication::clipboard()->setMimeData(copied);
}

void MeasureTable::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy))
        copy();
    else
        QWidget::keyPressEvent(event);
}

void MeasureTable::contextMenuEvent(QContextMenuEvent *event)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("&Copy all values"), this, &MeasureTable::copy);
    menu->popup(event->globalPos());
}

void MeasureTable::paintEvent(QPaintEvent *event)
{
    QWidget::paintEvent(event);
    if (!hasFocus())
        return;
    QStylePainter painter(this);
    QStyleOptionFocusRect option;
    option.initFrom(this);
    painter.drawPrimitive(QStyle::PE_FrameFocusRect, option);
}

} // namespace timeslice
