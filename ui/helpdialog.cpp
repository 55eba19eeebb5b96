// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/helpdialog.h"

#include "ui/timeline/timelinekeys.h"
#include "ui/tintedicon.h"
#include "ui/windowactions.h"

#include <QAction>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QMessageBox>
#include <QStringList>
#include <QTextBrowser>
#include <QVBoxLayout>

#include <utility>
#include <vector>

namespace timeslice {

namespace {

QString row(const QString &left, const QString &right)
{
    return QStringLiteral("<tr><td style='padding: 2px 16px 2px 0'><b>%1</b></td><td>%2</td></tr>")
        .arg(left.toHtmlEscaped(), right.toHtmlEscaped());
}

QString keyTable(const WindowActions &actions)
{
    QString rows;
    for (const QAction *action : actions.all()) {
        if (!action->shortcut().isEmpty())
            rows += row(action->shortcut().toString(QKeySequence::NativeText), action->statusTip());
    }
    rows += row(HelpDialog::tr("Tab"), HelpDialog::tr("Go to the next field"));
    rows +=
        row(HelpDialog::tr("Up, Down"),
            HelpDialog::tr("Change the number in a field; Page Up and Page Down faster"));
    rows +=
        row(HelpDialog::tr("Left, Right, Home, End"), HelpDialog::tr("In a chart: move the marker in time"));
    rows += row(HelpDialog::tr("Double click"), HelpDialog::tr("In a chart: all of the run, or the range"));
    return rows;
}

QString timelineTable()
{
    const auto tr = [](const char *text) { return HelpDialog::tr(text); };
    QString rows;
    for (const auto &entry : timelineKeys())
        rows += row(keyWords(entry.command), QCoreApplication::translate("timeslice", entry.help));
    const std::vector<std::pair<QString, QString>> gestures{
        {tr("Wheel"), tr("Zoom at the pointer; over the names scroll the lanes")},
        {tr("Shift and wheel"), tr("Move in time, as a sideways wheel does")},
        {tr("Drag"), tr("Measure a range; its edges can be dragged")},
        {tr("Drag with the middle button"), tr("Move in time")},
        {tr("Double click"), tr("Show all of it")},
        {tr("Click on a name"), tr("Choose a lane, with Ctrl several; open or close a group")},
        {tr("Point"), tr("What happens there and why it ended")},
    };
    for (const auto &[gesture, meaning] : gestures)
        rows += row(gesture, meaning);
    return rows;
}

QString wordTable()
{
    const auto tr = [](const char *text) { return HelpDialog::tr(text); };
    const std::vector<std::pair<QString, QString>> words{
        {tr("Workload"), tr("What one unit of work does: count primes, fetch a page, hash a block.")},
        {tr("Item"), tr("One unit of work of a workload.")},
        {tr("Model"), tr("How items are carried out: by threads, a pool, processes, or one after another.")},
        {tr("Worker"), tr("One of the executors that a model starts: a thread or a process.")},
        {tr("Run"),
         tr("One execution of an experiment, which is a workload, a model and all their settings.")},
        {tr("Baseline"),
         tr("The same work done by one worker, one item after another; others are compared with it.")},
        {tr("Throughput"), tr("Items done per second.")},
        {tr("Speed-up"),
         tr("Throughput divided by the baseline's. It is shown only when both runs did the same work "
            "and the difference is larger than the noise.")},
        {tr("Efficiency"), tr("How much of the cores that a run could have used it did use.")},
        {tr("Running"), tr("A worker is on a core.")},
        {tr("Waiting for a core"),
         tr("A worker could run, but others have the cores. The verdict's number comes from the kernel's "
            "accounts and holds the wait after each waking, too.")},
        {tr("Preempted"),
         tr("A worker lost its core although it could have gone on, and waits for one. The timeline's "
            "number: "
            "of a wait after waking it knows nothing.")},
        {tr("Blocked"),
         tr("A worker waits for something else than a core: a timer, an answer, another worker.")},
        {tr("GIL"),
         tr("The global interpreter lock of Python: only the thread that holds it runs Python code.")},
        {tr("Waiting for GIL"), tr("A worker is blocked because another one holds that lock.")},
        {tr("Context switch"),
         tr("A core changes from one task to another. Voluntary: the task blocked by itself. "
            "Involuntary: the kernel took the core away (preemption).")},
        {tr("Migration"), tr("A task goes on on another core than before.")},
        {tr("Slice"), tr("The time from a task's arrival on a core until it leaves it.")},
        {tr("Lane"), tr("A row of the timeline: a task (a thread), or a core.")},
        {tr("Loop lag"), tr("How late an event loop comes to what is due, because something keeps it busy.")},
        {tr("Others"), tr("Load on the cores that is not this run's.")},
        {tr("Observer"), tr("What measuring and showing itself costs.")},
        {tr("Window gap"),
         tr("How long this window took to come back to its event loop; long gaps are jerks.")},
    };
    QString rows;
    for (const auto &[word, meaning] : words)
        rows += row(word, meaning);
    return rows;
}

} // namespace

HelpDialog::HelpDialog(const WindowActions &actions, QWidget *parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Keys and words"));
    auto *column = new QVBoxLayout(this);
    auto *text = new QTextBrowser(this);
    text->setAccessibleName(windowTitle());
    text->setOpenLinks(false);
    text->setHtml(
        QStringLiteral("<h3>%1</h3><table>%2</table><h3>%3</h3><table>%4</table><h3>%5</h3><table>%6</table>")
            .arg(
                tr("Keys").toHtmlEscaped(), keyTable(actions), tr("On the timeline").toHtmlEscaped(),
                timelineTable(), tr("Words").toHtmlEscaped(), wordTable()));
    column->addWidget(text);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    column->addWidget(buttons);
    constexpr int kColumns = 84;
    constexpr int kLines = 36;
    resize(fontMetrics().averageCharWidth() * kColumns, fontMetrics().lineSpacing() * kLines);
}

void showAbout(QWidget *parent)
{
    auto *box = new QMessageBox(
        QMessageBox::NoIcon, HelpDialog::tr("About Timeslice"),
        HelpDialog::tr(
            "Timeslice %1\n\nA desktop laboratory for concurrency: the same work as threads, processes or "
            "one "
            "after "
            "another, measured live on this machine.\n\nFree software under the GNU General Public License, "
            "version 3 or "
            "later. It uses Qt %2 and Qt Charts.")
            .arg(QStringLiteral(TIMESLICE_VERSION), QString::fromLatin1(qVersion())),
        QMessageBox::Close, parent);
    box->setIconPixmap(programIcon().pixmap(64));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

} // namespace timeslice
