// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/lanes.h"

#include <QByteArray>
#include <QSettings>
#include <QString>

#include <memory>
#include <optional>

namespace timeslice {

/// What the window remembers from one start to the next. Reading never fails: what is missing, broken or out
/// of range is the default, so that a damaged settings file costs the memory and not the program. Thread: the
/// main one. The file is written when the object is destroyed and whenever Qt sees fit before.
class WindowState {
public:
    enum class Appearance { System, Light, Dark };
    static constexpr double kMinScale = 0.75;
    static constexpr double kMaxScale = 3.0;
    static constexpr double kMinSamplingHz = 1;
    static constexpr double kMaxSamplingHz = 50;

    /// \param file  Path of the INI file; empty: the user's own.
    explicit WindowState(const QString &file = {});

    [[nodiscard]] QByteArray geometry() const;
    void setGeometry(const QByteArray &geometry);
    [[nodiscard]] QByteArray splitter() const;
    void setSplitter(const QByteArray &sizes);

    [[nodiscard]] Appearance appearance() const;
    void setAppearance(Appearance appearance);
    /// Text size relative to the system's font, in [kMinScale, kMaxScale].
    [[nodiscard]] double scale() const;
    void setScale(double scale);
    /// In [kMinSamplingHz, kMaxSamplingHz].
    [[nodiscard]] double samplingHz() const;
    void setSamplingHz(double hz);

    /// How the timeline is arranged; which lanes of a run are hidden or open is not remembered.
    [[nodiscard]] LaneOptions laneOptions() const;
    void setLaneOptions(const LaneOptions &options);
    /// What the timeline of a run may take, in MiB: one of kTimelineMiB.
    [[nodiscard]] int timelineMiB() const;
    void setTimelineMiB(int mebibytes);
    /// Whether the throughput chart has a line for each worker.
    [[nodiscard]] bool isPerWorker() const;
    void setPerWorker(bool perWorker);

    /// The experiment set last, as its JSON text; empty when there was none. Not validated.
    [[nodiscard]] QByteArray lastExperiment() const;
    void setLastExperiment(const QByteArray &json);

    /// A folder that exists: the one used last, else the user's pictures or home.
    [[nodiscard]] QString exportFolder() const;
    void setExportFolder(const QString &folder);

private:
    /// One of the first `count` values of an enumeration; the first when it is none.
    template <typename Enum>
    [[nodiscard]] Enum choice(const QString &key, int count) const;
    [[nodiscard]] double number(const QString &key, double fallback, double minimum, double maximum) const;

    std::unique_ptr<QSettings> m_settings;
};

} // namespace timeslice
