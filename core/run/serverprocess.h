// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/childprocess.h"
#include "core/workload/workload.h"

namespace timeslice {

/// The local HTTP server of one run, as a child process: `timeslice-worker serve [tls]`.
///
/// Order: `start` -> `ready` -> ... -> `end` -> `ended`; `ended` comes exactly once, also when it never got
/// ready. Thread: the main thread.
class ServerProcess : public QObject {
    Q_OBJECT

public:
    /// \param tls           It speaks TLS, with a certificate of its own that `ready` hands on.
    /// \param helloTimeout  How long it may take until it says where it listens.
    ServerProcess(QString program, bool tls, std::chrono::milliseconds helloTimeout);

    void start();
    void end() { m_child.end(); }
    /// What it wrote, but for where it listens: that line holds the token.
    [[nodiscard]] QString output() const;

Q_SIGNALS:
    void processStarted(int pid);
    void ready(const timeslice::HttpEndpoint &endpoint);
    void ended(const std::optional<timeslice::Error> &error);

private:
    void readLine(const QByteArray &line);

    const QString m_program;
    const bool m_tls;
    ChildProcess m_child;
    QTimer m_hello;
    HttpEndpoint m_endpoint;
};

} // namespace timeslice
