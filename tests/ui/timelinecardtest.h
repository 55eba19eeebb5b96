// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/timelinefixture.h"
#include "ui/themecontroller.h"
#include "ui/timeline/timelinecanvas.h"
#include "ui/timeline/timelinecard.h"

#include <QMenu>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <algorithm>
#include <memory>

namespace timeslice::testing {

inline const std::vector<TaskLabel> kWorkers{
    {101, 0, QStringLiteral("worker 0")}, {102, 1, QStringLiteral("worker 1")}};

inline TimelineViewPtr workersView()
{
    auto script = twoWorkers();
    return script.view(100);
}

inline void
moveTo(QWidget &widget, QPointF at, Qt::MouseButtons buttons, Qt::KeyboardModifiers modifiers = {})
{
    QMouseEvent event(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, buttons, modifiers);
    QCoreApplication::sendEvent(&widget, &event);
}

inline void
turnWheel(QWidget &widget, QPointF at, QPoint delta, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
{
    QWheelEvent event(
        at, widget.mapToGlobal(at), {}, delta, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&widget, &event);
}

inline QString plain(QString text)
{
    return text.replace(QChar(QChar::Nbsp), u' ');
}

/// A card of 900 x 420 pixels, made anew for each test.
class TimelineCardTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void init()
    {
        m_themes = std::make_unique<ThemeController>();
        m_themes->setMode(ThemeController::Mode::Light);
        m_card = std::make_unique<TimelineCard>(m_themes.get());
        m_card->resize(900, 420);
        m_canvas = m_card->findChild<TimelineCanvas *>();
        QVERIFY(m_canvas != nullptr);
    }
    void cleanup()
    {
        m_card.reset();
        m_themes.reset();
    }

protected:
    void showWorkers()
    {
        m_card->setLabels(kWorkers);
        m_card->showView(workersView());
        m_card->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
        m_canvas->setFocus();
        static_cast<void>(m_canvas->drawList()); // laid out in its final size
    }
    /// As a zoom would.
    void showRange(TimeSpan span) const
    {
        auto viewport = m_canvas->viewport();
        viewport.jump(span);
        m_canvas->setViewport(viewport);
    }
    /// What the card saves as PNG; null when it does not.
    [[nodiscard]] QImage picture(QSize pixels, double scale, const QString &caption = {}) const
    {
        const QTemporaryDir directory;
        const auto path = directory.filePath(QStringLiteral("picture.png"));
        return m_card->savePicture(path, pixels, scale, caption) ? QImage(path) : QImage();
    }
    [[nodiscard]] QStringList rowNames() const
    {
        QStringList names;
        for (const auto &row : m_canvas->drawList().rows)
            names.append(row.name);
        return names;
    }
    /// Triggers an action of the lanes' menu. \return false when it is not there or greyed out.
    [[nodiscard]] bool triggerMenu(const QString &words) const
    {
        auto *menu = m_card->findChild<QMenu *>();
        Q_EMIT menu->aboutToShow();
        for (auto *action : menu->findChildren<QAction *>()) {
            if (action->text().remove(u'&').startsWith(words) && action->isEnabled()) {
                action->trigger();
                return true;
            }
        }
        return false;
    }
    /// On a lane, at a share of the plot's width.
    [[nodiscard]] QPointF at(double share, const QString &lane) const
    {
        const auto &list = m_canvas->drawList();
        const auto row = std::ranges::find(list.rows, lane, &DrawRow::name);
        const double y = row == list.rows.end() ? -1 : row->bodyTop + row->bodyHeight / 2;
        return {list.plot.left() + share * list.plot.width(), y};
    }

    std::unique_ptr<ThemeController> m_themes;
    std::unique_ptr<TimelineCard> m_card;
    TimelineCanvas *m_canvas = nullptr;
};

} // namespace timeslice::testing
