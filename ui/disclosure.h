// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

class QToolButton;

namespace timeslice {

/// A title that opens and closes what is below it. Closed at first.
class Disclosure : public QWidget {
    Q_OBJECT

public:
    /// \param content  Is adopted.
    Disclosure(const QString &title, QWidget *content, QWidget *parent = nullptr);

    void setOpen(bool open);
    [[nodiscard]] bool isOpen() const;

private:
    QToolButton *m_header;
    QWidget *m_content;
};

} // namespace timeslice
