// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/fieldrow.h"

#include "ui/elidedlabel.h"

#include <QFrame>
#include <QLabel>
#include <QStyle>
#include <QVBoxLayout>
#include <QVariant>

namespace timeslice {

namespace {

constexpr int kGap = 4; ///< Between title, editor and problem.

void repolish(QWidget *widget)
{
    // A changed property alone does not make the style sheet look again.
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
    widget->update();
}

/// "Sa&ve" -> "Save", "a && b" -> "a & b".
QString withoutMnemonic(const QString &text)
{
    QString plain;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == QLatin1Char('&') && i + 1 < text.size())
            ++i;
        plain.append(text[i]);
    }
    return plain;
}

QString nameOf(TextRole role)
{
    switch (role) {
    case TextRole::Plain:
        return {};
    case TextRole::Quiet:
        return QStringLiteral("quiet");
    case TextRole::Title:
        return QStringLiteral("title");
    case TextRole::Failed:
        return QStringLiteral("failed");
    }
    return {};
}

} // namespace

QLabel *makeLabel(TextRole role, const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText); // messages may quote what a file or a child process said
    label->setProperty("role", nameOf(role));
    label->setWordWrap(role != TextRole::Title);
    return label;
}

QLabel *makeElidedLabel(TextRole role, QWidget *parent)
{
    auto *label = new ElidedLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setProperty("role", nameOf(role));
    return label;
}

QFrame *makeHairline(QWidget *parent)
{
    auto *line = new QFrame(parent);
    line->setProperty("hairline", true);
    line->setFixedHeight(1);
    return line;
}

void setTextRole(QLabel *label, TextRole role)
{
    const QString name = nameOf(role);
    if (label->property("role").toString() == name)
        return;
    label->setProperty("role", name);
    repolish(label);
}

FieldRow::FieldRow(const QString &title, QWidget *editor, QWidget *parent)
    : QWidget(parent)
    , m_editor(editor)
    , m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(kGap);
    if (!title.isEmpty()) {
        m_title = makeLabel(TextRole::Quiet, title, this);
        m_title->setBuddy(editor);
        m_layout->addWidget(m_title);
        editor->setAccessibleName(withoutMnemonic(title));
    }
    m_layout->addWidget(editor);
}

void FieldRow::setHelp(const QString &help)
{
    if (m_title)
        m_title->setToolTip(help);
    m_editor->setToolTip(help);
}

void FieldRow::setProblem(const QString &problem)
{
    if (problem == m_problem)
        return;
    m_problem = problem;
    if (!m_problemLabel) {
        m_problemLabel = makeLabel(TextRole::Failed, {}, this);
        m_layout->addWidget(m_problemLabel);
    }
    m_problemLabel->setText(problem);
    m_problemLabel->setVisible(!problem.isEmpty());
    m_editor->setProperty("invalid", !problem.isEmpty());
    repolish(m_editor);
}

} // namespace timeslice
