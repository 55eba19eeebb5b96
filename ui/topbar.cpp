// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/topbar.h"

#include "ui/fieldrow.h"
#include "ui/themecontroller.h"
#include "ui/tintedicon.h"
#include "ui/windowactions.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenuBar>
#include <QToolButton>

namespace timeslice {

namespace {

constexpr int kMargin = 16;
constexpr int kGap = 8;
constexpr int kPad = 9;
constexpr int kWideGap = 16;

} // namespace

TopBar::TopBar(
    ThemeController *themes, const WindowActions &actions, const std::vector<Scenario> &scenarios,
    QWidget *parent)
    : QFrame(parent)
    , m_themes(themes)
    , m_scenarios(scenarios)
{
    setObjectName(QStringLiteral("topBar"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(kMargin, kPad, kMargin, kPad);
    row->setSpacing(kGap);
    m_run = addButton(actions.run, tr("Run"));
    m_run->setProperty("primary", true);
    m_stop = addButton(actions.stop, tr("Stop"));
    m_stop->setProperty("control", true);
    m_pause = addButton(actions.pause, tr("Pause"));
    m_pause->setProperty("control", true);
    row->addSpacing(kWideGap);

    auto *caption = makeLabel(TextRole::Quiet, tr("S&cenario"), this);
    caption->setWordWrap(false);
    row->addWidget(caption);
    m_scenario = new QComboBox(this);
    m_scenario->setAccessibleName(tr("Scenario"));
    m_scenario->setPlaceholderText(tr("Own experiment"));
    m_scenario->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    constexpr int kShortest = 10; // it gives way when the window is narrow
    m_scenario->setMinimumContentsLength(kShortest);
    m_scenario->setFocusPolicy(Qt::StrongFocus);
    for (const Scenario &scenario : m_scenarios) {
        m_scenario->addItem(scenario.title);
        m_scenario->setItemData(m_scenario->count() - 1, scenario.description, Qt::ToolTipRole);
    }
    caption->setBuddy(m_scenario);
    row->addWidget(m_scenario, 0);
    connect(m_scenario, &QComboBox::activated, this, &TopBar::scenarioChosen);

    row->addStretch(1);
    m_menuBar = new QMenuBar(this);
    m_menuBar->setNativeMenuBar(false); // a desktop that takes menus out of windows would leave a hole here
    m_menuBar->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    row->addWidget(m_menuBar, 0, Qt::AlignVCenter);

    applyTheme();
    connect(m_themes, &ThemeController::changed, this, &TopBar::applyTheme);
}

QToolButton *TopBar::addButton(QAction *action, const QString &text)
{
    auto *button = new QToolButton(this);
    action->setIconVisibleInMenu(false); // its colour is the button's
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::TabFocus); // a click must not take Space away from Pause
    label(button, text);
    // The button takes its text from the action whenever that changes; here it stays as it is.
    connect(action, &QAction::changed, button, [this, button] {
        const QString shown = button->property("label").toString();
        label(button, shown);
    });
    static_cast<QHBoxLayout *>(layout())->addWidget(button);
    return button;
}

void TopBar::label(QToolButton *button, const QString &text) const
{
    button->setProperty("label", text);
    const QAction *action = button->defaultAction();
    const QString key = action->shortcut().toString(QKeySequence::NativeText);
    button->setText(QStringLiteral("%1  %2").arg(text, key));
    button->setAccessibleName(text);
    button->setToolTip(QStringLiteral("%1 (%2)").arg(action->toolTip(), key));
}

void TopBar::setScenario(int index)
{
    m_scenario->setCurrentIndex(index);
    m_scenario->setToolTip(
        index < 0 ? tr("The experiment was changed; it is none of the scenarios.")
                  : m_scenarios[static_cast<std::size_t>(index)].description);
}

void TopBar::setPaused(bool paused)
{
    label(m_pause, paused ? tr("Continue") : tr("Pause"));
}

void TopBar::applyTheme()
{
    const Theme &theme = m_themes->theme();
    // On the action, because a button takes its icon from there whenever the action changes.
    m_run->defaultAction()->setIcon(tintedIcon(QStringLiteral("run"), theme.onAccent, theme.quietText));
    m_stop->defaultAction()->setIcon(tintedIcon(QStringLiteral("stop"), theme.text, theme.blocked));
    m_pause->defaultAction()->setIcon(tintedIcon(QStringLiteral("pause"), theme.text, theme.blocked));
    const int side = static_cast<int>(12 * m_themes->scale());
    for (QToolButton *button : {m_run, m_stop, m_pause})
        button->setIconSize({side, side});
}

} // namespace timeslice
