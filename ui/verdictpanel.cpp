// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/verdictpanel.h"

#include "ui/columnscroll.h"
#include "ui/fieldrow.h"
#include "ui/livepage.h"
#include "ui/resultpage.h"
#include "ui/themecontroller.h"

#include <QLabel>
#include <QVBoxLayout>

namespace timeslice {

namespace {

constexpr int kCardMargin = 16;
constexpr int kRowGap = 8;

} // namespace

VerdictPanel::VerdictPanel(ThemeController *themes, QWidget *parent)
    : QFrame(parent)
    , m_themes(themes)
{
    setProperty("card", true);
    setAccessibleName(tr("Verdict"));
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, kCardMargin, 0, kRowGap);
    outer->setSpacing(kRowGap);
    auto *title = makeLabel(TextRole::Title, tr("Verdict"), this);
    title->setContentsMargins(kCardMargin, 0, kCardMargin, 0);
    outer->addWidget(title);

    auto *scroll = new ColumnScroll(this);
    scroll->setAccessibleName(tr("Verdict"));
    outer->addWidget(scroll);
    auto *content = new QWidget(scroll);
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(kCardMargin, 0, kCardMargin, 0);
    m_column->setSpacing(0);
    m_column->addStretch();

    m_introduction = new QWidget(content);
    auto *words = new QVBoxLayout(m_introduction);
    words->setContentsMargins(0, 0, 0, 0);
    words->setSpacing(kRowGap);
    m_introductionTitle = makeLabel(TextRole::Quiet, {}, m_introduction);
    m_introductionText = makeLabel(TextRole::Plain, {}, m_introduction);
    words->addWidget(m_introductionTitle);
    words->addWidget(m_introductionText);
    m_column->insertWidget(0, m_introduction);

    scroll->setWidget(content);
    scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
}

void VerdictPanel::showOnly(QWidget *shown)
{
    for (QWidget *page : {m_introduction, static_cast<QWidget *>(m_live), static_cast<QWidget *>(m_result)}) {
        if (page)
            page->setVisible(page == shown);
    }
}

LivePage *VerdictPanel::livePage()
{
    if (!m_live) {
        m_live = new LivePage(m_themes, this);
        m_column->insertWidget(0, m_live);
    }
    return m_live;
}

ResultPage *VerdictPanel::resultPage()
{
    if (!m_result) {
        m_result = new ResultPage(m_themes, this);
        m_column->insertWidget(0, m_result);
        connect(m_result, &ResultPage::baselineWanted, this, &VerdictPanel::baselineWanted);
    }
    return m_result;
}

void VerdictPanel::showIntroduction(const QString &title, const QString &text)
{
    m_introductionTitle->setText(title);
    m_introductionTitle->setVisible(!title.isEmpty());
    m_introductionText->setText(text);
    showOnly(m_introduction);
}

void VerdictPanel::beginRun()
{
    livePage()->begin();
    showOnly(m_live);
}

void VerdictPanel::setProgress(const RunProgress &progress)
{
    livePage()->setProgress(progress);
}

void VerdictPanel::addNotice(const QString &text)
{
    livePage()->addNotice(text);
}

void VerdictPanel::showResult(
    const RecordingPtr &recording, const Verdict &verdict, const std::vector<RateBar> &bars)
{
    resultPage()->show(recording, verdict, bars);
    showOnly(m_result);
}

void VerdictPanel::showRefusal(const Error &error)
{
    resultPage()->showRefusal(error);
    showOnly(m_result);
}

} // namespace timeslice
