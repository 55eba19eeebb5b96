// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/headline.h"

#include "ui/fieldrow.h"
#include "ui/themecontroller.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace timeslice {

Headline::Headline(ThemeController *themes, QWidget *parent)
    : QWidget(parent)
    , m_themes(themes)
    , m_number(makeLabel(TextRole::Plain, {}, this))
    , m_unit(makeLabel(TextRole::Plain, {}, this))
    , m_caption(makeLabel(TextRole::Quiet, {}, this))
{
    constexpr int kGap = 8;
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGap);
    row->addWidget(m_number);
    auto *column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(m_unit);
    column->addWidget(m_caption);
    row->addLayout(column, 1);
    row->setAlignment(column, Qt::AlignVCenter);
    m_number->setWordWrap(false);
    for (QLabel *label : {m_number, m_unit, m_caption})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    applyTheme();
    connect(m_themes, &ThemeController::changed, this, &Headline::applyTheme);
}

void Headline::show(const QString &number, const QString &unit, const QString &caption)
{
    if (m_number->text() != number)
        m_number->setText(number);
    if (m_unit->text() != unit)
        m_unit->setText(unit);
    if (m_caption->text() != caption)
        m_caption->setText(caption);
    m_unit->setVisible(!unit.isEmpty());
    m_caption->setVisible(!caption.isEmpty());
    setVisible(!number.isEmpty());
    setAccessibleName(QStringLiteral("%1 %2 %3").arg(number, unit, caption).simplified());
}

void Headline::applyTheme()
{
    m_number->setFont(bigNumberFont(m_themes->scale()));
    QPalette palette = m_number->palette();
    palette.setColor(QPalette::WindowText, m_themes->theme().accent);
    m_number->setPalette(palette);
}

} // namespace timeslice
