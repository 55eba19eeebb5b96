// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QSize>
#include <QString>

#include <vector>

class QComboBox;
class QLabel;
class QPushButton;

namespace timeslice {

class FieldRow;
class NumberField;

/// One thing that can be saved as a picture.
struct PictureSubject {
    QString id; ///< "window", "cores", "picture"
    QString title;
    QSize size; ///< Proposed, in pixels at scale 1.
    QSize least; ///< Smaller it cannot be.
    bool hasFixedSize = false; ///< Only its scale can be chosen.
};

/// What the user decided on.
struct PictureRequest {
    QString id;
    QSize pixels; ///< Of the file; empty: the subject as large as it is, times the scale (the window only).
    double scale = 1;
};

/// Asks what to save as a picture, how large and how fine. Where to is asked afterwards.
class ExportDialog : public QDialog {
    Q_OBJECT

public:
    /// \param chosen  Id of the subject that is proposed.
    ExportDialog(std::vector<PictureSubject> subjects, const QString &chosen, QWidget *parent);

    [[nodiscard]] PictureRequest request() const;

private:
    void chooseSubject();
    void review();

    std::vector<PictureSubject> m_subjects;
    QComboBox *m_subject;
    NumberField *m_width;
    NumberField *m_height;
    FieldRow *m_widthRow;
    FieldRow *m_heightRow;
    QComboBox *m_scale;
    QLabel *m_summary;
    QPushButton *m_save;
};

} // namespace timeslice
