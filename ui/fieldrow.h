// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

class QFrame;
class QLabel;
class QVBoxLayout;

namespace timeslice {

/// A quiet title above an editor, and below it, only when there is one, the problem with what was entered.
class FieldRow : public QWidget {
    Q_OBJECT

public:
    /// \param title   Becomes the label, with its mnemonic, and the editor's accessible name. Empty: no label
    /// (a check
    ///                box carries its own text).
    /// \param editor  Is adopted.
    FieldRow(const QString &title, QWidget *editor, QWidget *parent = nullptr);

    /// Tooltip of both label and editor.
    void setHelp(const QString &help);
    /// Shown below the editor, which is marked; an empty text removes both.
    void setProblem(const QString &problem);
    [[nodiscard]] const QString &problem() const { return m_problem; }

private:
    QLabel *m_title = nullptr;
    QWidget *m_editor;
    QLabel *m_problemLabel = nullptr; ///< Made when first needed.
    QVBoxLayout *m_layout;
    QString m_problem;
};

/// A label in one of the style sheet's roles: plain text, quiet text (explanations, field titles), a
/// section's title, or what is wrong. Long texts wrap, except titles.
enum class TextRole { Plain, Quiet, Title, Failed };
[[nodiscard]] QLabel *makeLabel(TextRole role, const QString &text = {}, QWidget *parent = nullptr);
/// One line in one of these roles that gives way to its neighbours where there is too little room.
[[nodiscard]] QLabel *makeElidedLabel(TextRole role, QWidget *parent);
/// A line of one pixel across, in the theme's colour for it.
[[nodiscard]] QFrame *makeHairline(QWidget *parent);
/// Changes the role of a label that is already shown.
void setTextRole(QLabel *label, TextRole role);

} // namespace timeslice
