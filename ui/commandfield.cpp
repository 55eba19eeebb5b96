// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/commandfield.h"

#include "core/record/commandtext.h"
#include "ui/fieldrow.h"

#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

namespace timeslice {

CommandField::CommandField(QWidget *parent)
    : QWidget(parent)
    , m_edit(new QLineEdit(this))
    , m_preview(makeLabel(TextRole::Quiet, {}, this))
{
    constexpr int kGap = 4;
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kGap);
    column->addWidget(m_edit);
    column->addWidget(m_preview);
    m_edit->setPlaceholderText(tr("program arguments"));
    m_edit->setAccessibleName(tr("Program and arguments"));
    m_edit->setToolTip(
        tr("A program of yours with its arguments. Spaces separate words; \"double quotes\" keep them\n"
           "together. No shell reads it: no pipes, no wildcards, no variables."));
    m_preview->setTextFormat(Qt::PlainText);
    m_preview->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setFocusProxy(m_edit);
    connect(m_edit, &QLineEdit::textChanged, this, [this] {
        preview();
        Q_EMIT edited();
    });
    preview();
}

QStringList CommandField::command() const
{
    return commandWords(m_edit->text());
}

void CommandField::setText(const QString &text)
{
    m_edit->setText(text);
}

void CommandField::preview()
{
    const auto words = command();
    m_preview->setText(
        words.isEmpty() ? tr("Runs as it is typed, without a shell.")
                        : tr("Runs: %1").arg(commandText(words)));
}

} // namespace timeslice
