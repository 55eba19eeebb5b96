// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/runner.h"

#include "core/record/jsonexport.h"
#include "ui/format.h"

#include <algorithm>

namespace timeslice {

namespace {

constexpr qsizetype kShownOutputLines = 20;

/// The last lines that the children of a failed run wrote.
QString lastLines(const QString &output)
{
    const auto lines = output.trimmed().split(u'\n');
    return lines.mid(std::max<qsizetype>(0, lines.size() - kShownOutputLines)).join(u'\n');
}

} // namespace

Runner::Runner(RunRequest request, Lab &lab, Output &output, PictureWriter writePicture)
    : m_request(std::move(request))
    , m_lab(lab)
    , m_output(output)
    , m_writePicture(std::move(writePicture))
{
    connect(&m_lab, &Lab::runFinished, this, &Runner::take);
    connect(&m_lab, &Lab::frameReady, this, [this](const Frame &frame) {
        m_progress.show(frame, m_lab.state());
    });
    connect(&m_lab, &Lab::noticed, this, [this](const QString &text) {
        m_progress.clear();
        complain(text);
    });
    m_timeLimit.setSingleShot(true);
    connect(&m_timeLimit, &QTimer::timeout, this, &Runner::timeOut);
}

void Runner::start()
{
    if (m_request.timeLimit)
        m_timeLimit.start(*m_request.timeLimit);
    if (!m_request.json && m_request.repeat > 1)
        m_output.write((planLine(m_request.experiment) + u'\n' + repeatHeading()).toUtf8());
    startNext();
}

void Runner::interrupt(int signal)
{
    if (m_signal == 0)
        m_signal = signal;
    m_lab.stop();
}

void Runner::timeOut()
{
    m_isTimedOut = true;
    m_lab.stop();
}

void Runner::startNext()
{
    const auto number = m_runs.size() + 1;
    m_progress.begin(
        m_request.experiment,
        m_request.repeat > 1 ? QStringLiteral("run %1 of %2").arg(number).arg(m_request.repeat) : QString());
    if (const auto started = m_lab.start(
            m_request.experiment,
            RunOptions{.trace = m_request.trace, .command = m_request.command, .force = m_request.force});
        !started) {
        complain(started.error());
        m_exitCode = started.error().kind == ErrorKind::Unsupported ? kMissing : kRunFailed;
        end();
    }
}

void Runner::take(const RecordingPtr &recording)
{
    m_progress.clear();
    m_runs.push_back(figuresOf(*recording));
    m_exitCode = codeOf(*recording);
    print(*recording);
    save(*recording);
    compareChecksum(*recording);
    const bool isOver = m_runs.size() == m_request.repeat || m_signal != 0 || m_isTimedOut;
    if (isOver || m_exitCode != kDone)
        end();
    else
        startNext();
}

int Runner::codeOf(const Recording &recording) const
{
    // A run that was complete before the signal or the limit could stop it is a complete one.
    const bool isWhole = recording.outcome == Outcome::Completed && m_runs.size() == m_request.repeat;
    if (m_signal != 0 && !isWhole)
        return 128 + m_signal;
    if (m_isTimedOut && !isWhole)
        return kTimedOut;
    if (recording.outcome == Outcome::Completed)
        return kDone;
    return recording.error && recording.error->kind == ErrorKind::Unsupported ? kMissing : kRunFailed;
}

void Runner::print(const Recording &recording)
{
    const auto number = static_cast<unsigned>(m_runs.size());
    bool isWritten = false;
    if (m_request.json)
        isWritten = m_output.write(runJson(recording) + '\n');
    else if (m_request.repeat > 1)
        isWritten = m_output.write(repeatLine(number, m_runs.back()).toUtf8());
    else
        isWritten = m_output.write(runReport(recording).toUtf8());
    if (!isWritten && m_exitCode == kDone)
        m_exitCode = kNotWritable;

    if (recording.error)
        complain(describeForPeople(*recording.error));
    const bool isShown = !recording.command.isEmpty() && !m_request.json; // the report has it
    if (recording.outcome == Outcome::Failed && !recording.output.isEmpty() && !isShown)
        complain(QStringLiteral("its processes wrote:\n") + lastLines(recording.output));
    if (recording.outcome == Outcome::Stopped && m_isTimedOut)
        complain(QStringLiteral("stopped by the time limit of %1 s")
                     .arg(static_cast<double>(m_request.timeLimit->count()) / 1000));
}

void Runner::save(const Recording &recording)
{
    for (const auto &path : m_request.exports) {
        const auto number = static_cast<unsigned>(m_runs.size());
        const auto target = m_request.repeat > 1 ? numberedPath(path, number) : path;
        if (const auto saved = exportRecording(recording, target, m_writePicture); !saved) {
            complain(saved.error());
            if (m_exitCode == kDone)
                m_exitCode = kNotWritable;
        }
    }
}

// The same items of the same seed must give the same result; runs by duration end where they end.
void Runner::compareChecksum(const Recording &recording)
{
    const bool isWhole = recording.outcome == Outcome::Completed && recording.itemsFailed == 0;
    if (!m_request.experiment.items || !isWhole)
        return;
    if (!m_checksum)
        m_checksum = recording.checksum;
    if (*m_checksum == recording.checksum)
        return;
    complain(QStringLiteral(
        "this run did the same items as the ones before and has another checksum: something is wrong"));
    m_exitCode = kRunFailed;
}

void Runner::end()
{
    m_timeLimit.stop();
    if (!m_request.json && m_request.repeat > 1 && !m_output.isBroken())
        m_output.write(medianLine(m_runs).toUtf8());
    Q_EMIT finished(m_exitCode);
}

} // namespace timeslice
