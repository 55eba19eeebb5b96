// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/disclosure.h"

#include <QToolButton>
#include <QVBoxLayout>

namespace timeslice {

Disclosure::Disclosure(const QString &title, QWidget *content, QWidget *parent)
    : QWidget(parent)
    , m_header(new QToolButton(this))
    , m_content(content)
{
    constexpr int kGap = 8;
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGap);
    layout->addWidget(m_header, 0, Qt::AlignLeft);
    layout->addWidget(content);

    m_header->setText(title);
    m_header->setAccessibleName(title);
    m_header->setCheckable(true);
    m_header->setProperty("flat", true);
    m_header->setProperty("disclosure", true);
    m_header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_header->setFocusPolicy(Qt::TabFocus);
    connect(m_header, &QToolButton::toggled, this, [this](bool open) {
        m_header->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        m_header->setToolTip(open ? tr("Hide this part") : tr("Show this part"));
        m_content->setVisible(open);
    });
    m_header->setArrowType(Qt::RightArrow);
    m_header->setToolTip(tr("Show this part"));
    m_content->setVisible(false);
}

void Disclosure::setOpen(bool open)
{
    m_header->setChecked(open);
}

bool Disclosure::isOpen() const
{
    return m_header->isChecked();
}

} // namespace timeslice
