// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exportdialog.h"

#include "ui/fieldrow.h"
#include "ui/numberfield.h"
#include "ui/pictures.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace timeslice {

namespace {

constexpr int kMargin = 16;
constexpr int kGap = 12;

} // namespace

ExportDialog::ExportDialog(std::vector<PictureSubject> subjects, const QString &chosen, QWidget *parent)
    : QDialog(parent)
    , m_subjects(std::move(subjects))
    , m_subject(new QComboBox)
    , m_width(new NumberField(NumberField::Kind::Whole, kMinPictureSide, kMaxPictureSide, tr("px")))
    , m_height(new NumberField(NumberField::Kind::Whole, kMinPictureSide, kMaxPictureSide, tr("px")))
    , m_widthRow(new FieldRow(tr("&Width"), m_width))
    , m_heightRow(new FieldRow(tr("&Height"), m_height))
    , m_scale(new QComboBox)
    , m_summary(makeLabel(TextRole::Quiet))
{
    setWindowTitle(tr("Save as PNG"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(kMargin, kMargin, kMargin, kMargin);
    column->setSpacing(kGap);
    for (const PictureSubject &subject : m_subjects) {
        m_subject->addItem(subject.title);
        if (subject.id == chosen)
            m_subject->setCurrentIndex(m_subject->count() - 1);
    }
    column->addWidget(new FieldRow(tr("&Picture of"), m_subject));
    auto *size = new QHBoxLayout;
    size->setSpacing(kGap);
    size->addWidget(m_widthRow);
    size->addWidget(m_heightRow);
    column->addLayout(size);
    for (const double scale : {1.0, 1.5, 2.0, 3.0, 4.0})
        m_scale->addItem(tr("× %1").arg(locale().toString(scale)), scale);
    m_scale->setCurrentIndex(2);
    auto *scaleRow = new FieldRow(tr("&Scale"), m_scale);
    scaleRow->setHelp(tr("Pixels for each pixel of the screen; 2 is sharp in print and on slides."));
    column->addWidget(scaleRow);
    column->addWidget(m_summary);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_save = buttons->addButton(tr("&Choose file…"), QDialogButtonBox::AcceptRole);
    m_save->setProperty("primary", true);
    m_save->setDefault(true);
    column->addWidget(buttons);

    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_subject, &QComboBox::activated, this, &ExportDialog::chooseSubject);
    connect(m_scale, &QComboBox::activated, this, &ExportDialog::review);
    connect(m_width, &NumberField::edited, this, &ExportDialog::review);
    connect(m_height, &NumberField::edited, this, &ExportDialog::review);
    chooseSubject();
}

void ExportDialog::chooseSubject()
{
    const PictureSubject &subject = m_subjects[static_cast<std::size_t>(m_subject->currentIndex())];
    m_width->setBounds(std::max(kMinPictureSide, subject.least.width()), kMaxPictureSide);
    m_height->setBounds(std::max(kMinPictureSide, subject.least.height()), kMaxPictureSide);
    m_width->setWhole(subject.size.width());
    m_height->setWhole(subject.size.height());
    m_widthRow->setEnabled(!subject.hasFixedSize);
    m_heightRow->setEnabled(!subject.hasFixedSize);
    review();
}

void ExportDialog::review()
{
    m_widthRow->setProblem(m_width->problem());
    m_heightRow->setProblem(m_height->problem());
    const bool isFine = m_width->whole() && m_height->whole();
    const QSize pixels = isFine ? request().pixels : QSize();
    const bool fits = isFine && pixels.width() <= kMaxPictureSide && pixels.height() <= kMaxPictureSide;
    m_save->setEnabled(fits);
    m_summary->setText(
        !isFine ? tr("The size is not usable.")
            : fits
            ? tr("The file will have %L1 × %L2 pixels.").arg(pixels.width()).arg(pixels.height())
            : tr("At this scale the picture is too large: at most %L1 pixels a side.").arg(kMaxPictureSide));
}

PictureRequest ExportDialog::request() const
{
    const double scale = m_scale->currentData().toDouble();
    const auto scaled = [scale](std::int64_t side) {
        return static_cast<int>(std::lround(static_cast<double>(side) * scale));
    };
    return {
        m_subjects[static_cast<std::size_t>(m_subject->currentIndex())].id,
        {scaled(m_width->whole().value_or(0)), scaled(m_height->whole().value_or(0))},
        scale};
}

} // namespace timeslice
