// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/record/export.h"

#include <QImage>
#include <QObject>
#include <QString>
#include <QThreadPool>

#include <functional>

class QWidget;

namespace timeslice {

class CanvasView;
class ChartStack;
class TimelineCard;
class WindowState;
struct PictureRequest;

/// Saves what the window shows: pictures, runs, experiments. Asks for the file without blocking the window,
/// remembers its folder, and reports in words. Runs are written by a thread of its own, one after another;
/// its destructor waits for the last. Thread: the main one.
class Exporter : public QObject {
    Q_OBJECT

public:
    /// All outlive the exporter.
    /// \param page  All that the window contains, and so what "the window" is in a picture. Dialogs are the
    ///              window's.
    Exporter(
        QWidget *page, ChartStack *charts, TimelineCard *timeline, CanvasView *canvas, WindowState *state);

    /// The window, in a size that is asked for.
    void saveWindow();
    /// A chart or the canvas, likewise.
    void saveChart();
    /// The timeline as it stands, as PNG or SVG. \param caption  What ran where and when.
    void saveTimeline(const QString &caption);
    /// The run as JSON or CSV, its timeline for Perfetto or as slices. The format is the one asked for,
    /// whatever name is chosen.
    void saveRun(const RecordingPtr &recording, ExportFormat format);
    void saveExperiment(const Experiment &experiment);
    /// The chart used last, as a picture with its title.
    void copyChart();

    /// Asks for a file to open. \param open  Called with its path, unless the user changes their mind.
    void askForExperiment(const std::function<void(const QString &path)> &open);

    /// What `saveRun` does once the file is chosen; `done` or `failed` follows.
    void writeRun(const RecordingPtr &recording, ExportFormat format, const QString &path);
    /// What `saveWindow` and `saveChart` do once everything is decided.
    [[nodiscard]] Result<void> save(const PictureRequest &request, const QString &path);

Q_SIGNALS:
    /// Something was saved or copied: "Saved to …".
    void done(const QString &message);
    /// Nothing was saved; the user has been told.
    void failed(const timeslice::Error &error);

private:
    void askForPicture(const QString &chosen);
    /// \param write  Called with the path, unless the user changes their mind.
    void askForFile(
        const QString &title, const QString &name, const QString &ending, const QString &filter,
        const std::function<void(const QString &path)> &write);
    void report(const Result<void> &written, const QString &path);

    [[nodiscard]] QImage pictureOfWindow(const PictureRequest &request) const;

    QWidget *m_page;
    QWidget *m_window;
    ChartStack *m_charts;
    TimelineCard *m_timeline;
    CanvasView *m_canvas;
    WindowState *m_state;
    QThreadPool m_writer; ///< One thread. Last, so that it is idle before anything else goes.
};

} // namespace timeslice
