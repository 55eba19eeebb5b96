// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QLineEdit;

namespace timeslice {

/// Where a program of the user's is typed, with its words as they will be run below it.
///
/// See `commandWords` for what its words are.
class CommandField : public QWidget {
    Q_OBJECT

public:
    explicit CommandField(QWidget *parent = nullptr);

    /// Program and arguments; empty while nothing is typed.
    [[nodiscard]] QStringList command() const;
    /// As typed.
    void setText(const QString &text);

Q_SIGNALS:
    void edited();

private:
    void preview();

    QLineEdit *m_edit;
    QLabel *m_preview;
};

} // namespace timeslice
