// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

namespace timeslice {

struct WindowActions;

/// Every key of the window, made from its actions and the timeline's table of keys, what the mouse does on
/// the timeline, and what the words mean. Stays open beside the window.
class HelpDialog : public QDialog {
    Q_OBJECT

public:
    HelpDialog(const WindowActions &actions, QWidget *parent);
};

/// Says which version this is, and under which licence.
void showAbout(QWidget *parent);

} // namespace timeslice
