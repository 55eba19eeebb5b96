// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exporter.h"

#include "ui/canvasview.h"
#include "ui/charts/chartstack.h"
#include "ui/exportdialog.h"
#include "ui/format.h"
#include "ui/pictures.h"
#include "ui/timeline/timelinecard.h"
#include "ui/windowstate.h"

#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QFutureWatcher>
#include <QGuiApplication>
#include <QMessageBox>
#include <QMimeData>
#include <QRegularExpression>
#include <QtConcurrentRun>

namespace timeslice {

namespace {

constexpr QSize kChartSize{900, 320};
constexpr double kClipboardScale = 2;
const QString kWindowId = QStringLiteral("window");
const QString kCanvasId = QStringLiteral("picture");

/// "timeslice-primes-qthread-2", for a file's name.
QString nameOf(const Experiment &experiment)
{
    return QStringLiteral("timeslice-%1-%2-%3")
        .arg(QString::fromStdString(experiment.workload), QString::fromStdString(experiment.model))
        .arg(experiment.workers);
}

struct RunFile {
    QString title;
    QString ending;
    QString filter;
};

RunFile runFileOf(ExportFormat format)
{
    switch (format) {
    case ExportFormat::Csv:
        return {Exporter::tr("Save the run as CSV"), QStringLiteral("csv"), Exporter::tr("Tables (*.csv)")};
    case ExportFormat::Perfetto:
        return {
            Exporter::tr("Save the trace for Perfetto"), QStringLiteral("perfetto.json.gz"),
            Exporter::tr("Traces for ui.perfetto.dev (*.json.gz *.json)")};
    case ExportFormat::Slices:
        return {
            Exporter::tr("Save the slices as CSV"), QStringLiteral("slices.csv"),
            Exporter::tr("Tables (*.csv *.csv.gz)")};
    case ExportFormat::Json:
    case ExportFormat::Png: // pictures are not asked for here
        break;
    }
    return {Exporter::tr("Save the run as JSON"), QStringLiteral("json"), Exporter::tr("JSON (*.json)")};
}

// The name gets the ending of the kind of file that was chosen, instead of the former one's.
void followFilter(QFileDialog &dialog, const QString &filter)
{
    static const QRegularExpression kEnding(QStringLiteral("\\*\\.([^ )]+)"));
    const auto found = kEnding.match(filter);
    if (!found.hasMatch() || dialog.defaultSuffix().endsWith(found.captured(1)))
        return;
    const QString former = QLatin1Char('.') + dialog.defaultSuffix();
    dialog.setDefaultSuffix(found.captured(1));
    const QFileInfo named(dialog.selectedFiles().value(0));
    QString name = named.fileName();
    if (name.isEmpty() || named.isDir())
        return;
    if (name.endsWith(former, Qt::CaseInsensitive))
        name.chop(former.size());
    dialog.selectFile(QStringLiteral("%1.%2").arg(name, dialog.defaultSuffix()));
}

} // namespace

Exporter::Exporter(
    QWidget *page, ChartStack *charts, TimelineCard *timeline, CanvasView *canvas, WindowState *state)
    : QObject(page->window())
    , m_page(page)
    , m_window(page->window())
    , m_charts(charts)
    , m_timeline(timeline)
    , m_canvas(canvas)
    , m_state(state)
{
    m_writer.setMaxThreadCount(1);
}

void Exporter::saveWindow()
{
    askForPicture(kWindowId);
}

void Exporter::saveChart()
{
    askForPicture(m_charts->currentChart());
}

void Exporter::askForPicture(const QString &chosen)
{
    std::vector<PictureSubject> subjects{
        {kWindowId, tr("The window"), m_page->size(), m_page->minimumSizeHint(), false}};
    for (const QString &id : m_charts->chartIds())
        subjects.push_back({id, tr("Chart: %1").arg(m_charts->chartTitle(id)), kChartSize, {}, false});
    if (const QImage canvas = m_canvas->picture(); !canvas.isNull())
        subjects.push_back({kCanvasId, tr("The painted picture"), canvas.size(), {}, true});

    auto *dialog = new ExportDialog(std::move(subjects), chosen, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const PictureRequest request = dialog->request();
        askForFile(
            tr("Save as PNG"), QStringLiteral("timeslice-%1").arg(request.id), QStringLiteral("png"),
            tr("PNG pictures (*.png)"),
            [this, request](const QString &path) { report(save(request, path), path); });
    });
    dialog->open();
}

Result<void> Exporter::save(const PictureRequest &request, const QString &path)
{
    if (request.id == kWindowId)
        return savePng(pictureOfWindow(request), path, request.scale);
    if (request.id == kCanvasId) {
        const QImage canvas = m_canvas->picture();
        if (canvas.isNull())
            return fail(ErrorKind::Unsupported, path.toStdString(), "nothing has been painted");
        return savePng(canvas.scaled(request.pixels), path, request.scale);
    }
    return savePng(m_charts->renderChart(request.id, request.pixels, request.scale), path, request.scale);
}

QImage Exporter::pictureOfWindow(const PictureRequest &request) const
{
    const QSize size =
        request.pixels.isEmpty() ? m_page->size() : (QSizeF(request.pixels) / request.scale).toSize();
    return pictureOf(*m_page, size, request.scale, [this] {
        m_charts->settle();
        m_timeline->settle();
    });
}

void Exporter::saveTimeline(const QString &caption)
{
    constexpr double kScale = 2;
    askForFile(
        tr("Save the timeline"), QStringLiteral("timeslice-timeline"), QStringLiteral("png"),
        tr("PNG pictures (*.png);;SVG drawings (*.svg)"), [this, caption](const QString &path) {
            const double scale = path.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive) ? 1 : kScale;
            report(m_timeline->savePicture(path, m_timeline->size() * scale, scale, caption), path);
        });
}

void Exporter::saveRun(const RecordingPtr &recording, ExportFormat format)
{
    const RunFile file = runFileOf(format);
    askForFile(
        file.title, nameOf(recording->experiment), file.ending, file.filter,
        [this, recording, format](const QString &path) { writeRun(recording, format, path); });
}

// A timeline may hold millions of switches. The recording is const, so a thread can read it.
void Exporter::writeRun(const RecordingPtr &recording, ExportFormat format, const QString &path)
{
    auto *watcher = new QFutureWatcher<Result<void>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, path] {
        watcher->deleteLater();
        report(watcher->result(), path);
    });
    watcher->setFuture(QtConcurrent::run(
        &m_writer, [recording, format, path] { return exportRecording(*recording, path, format); }));
}

void Exporter::saveExperiment(const Experiment &experiment)
{
    askForFile(
        tr("Save the experiment"), nameOf(experiment), QStringLiteral("json"), tr("Experiments (*.json)"),
        [this, experiment](const QString &path) { report(saveFile(path, toJson(experiment)), path); });
}

void Exporter::copyChart()
{
    const QString id = m_charts->currentChart();
    const QSize pixels = kChartSize * kClipboardScale;
    auto *data = new QMimeData; // the clipboard becomes its owner
    data->setImageData(m_charts->renderChart(id, pixels, kClipboardScale));
    data->setText(m_charts->chartTitle(id));
    QGuiApplication::clipboard()->setMimeData(data);
    Q_EMIT done(tr("Chart “%1” copied.").arg(m_charts->chartTitle(id)));
}

void Exporter::askForFile(
    const QString &title, const QString &name, const QString &ending, const QString &filter,
    const std::function<void(const QString &path)> &write)
{
    auto *dialog = new QFileDialog(m_window, title, m_state->exportFolder(), filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(ending);
    dialog->selectFile(QStringLiteral("%1.%2").arg(name, ending));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString &chosen) {
        followFilter(*dialog, chosen);
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this, write](const QString &path) {
        m_state->setExportFolder(QFileInfo(path).absolutePath());
        write(path);
    });
    dialog->open();
}

void Exporter::report(const Result<void> &written, const QString &path)
{
    if (written) {
        Q_EMIT done(tr("Saved to %1").arg(path));
        return;
    }
    auto *box = new QMessageBox(
        QMessageBox::Warning, tr("Not saved"), describeForPeople(written.error()), QMessageBox::Close,
        m_window);
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
    Q_EMIT failed(written.error());
}

void Exporter::askForExperiment(const std::function<void(const QString &path)> &open)
{
    auto *dialog = new QFileDialog(
        m_window, tr("Open an experiment"), m_state->exportFolder(), tr("Experiments (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this, open](const QString &path) {
        m_state->setExportFolder(QFileInfo(path).absolutePath());
        open(path);
    });
    dialog->open();
}

} // namespace timeslice
