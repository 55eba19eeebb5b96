// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/serverprocess.h"

namespace timeslice {

ServerProcess::ServerProcess(QString program, bool tls, std::chrono::milliseconds helloTimeout)
    : m_program(std::move(program))
    , m_tls(tls)
    , m_child(QStringLiteral("the local server"))
{
    m_hello.setSingleShot(true);
    m_hello.setInterval(helloTimeout);
    connect(&m_hello, &QTimer::timeout, this, [this] {
        m_child.kill(
            {ErrorKind::TimedOut, 0, "the local server",
             "did not say where it listens within " + std::to_string(m_hello.interval()) + " ms"});
    });
    connect(&m_child, &ChildProcess::started, this, [this] {
        Q_EMIT processStarted(static_cast<int>(m_child.pid()));
    });
    connect(&m_child, &ChildProcess::lineRead, this, &ServerProcess::readLine);
    connect(&m_child, &ChildProcess::ended, this, [this](const std::optional<Error> &error) {
        m_hello.stop();
        Q_EMIT ended(error);
    });
}

void ServerProcess::start()
{
    m_hello.start();
    QStringList arguments{QStringLiteral("serve")};
    if (m_tls)
        arguments << QStringLiteral("tls");
    m_child.start(m_program, arguments);
}

// "listening PORT TOKEN", and with TLS the certificate in Base64; anything else it prints is log.
void ServerProcess::readLine(const QByteArray &line)
{
    const auto words = line.split(' ');
    if (m_endpoint.port != 0 || words.size() != (m_tls ? 4 : 3) || words[0] != "listening")
        return;
    m_endpoint = HttpEndpoint{
        .port = words[1].toUShort(),
        .token = words[2].toStdString(),
        .certificate = m_tls ? QByteArray::fromBase64(words[3]).toStdString() : std::string()};
    if (m_endpoint.port == 0)
        return;
    m_hello.stop();
    Q_EMIT ready(m_endpoint);
}

QString ServerProcess::output() const
{
    auto lines = m_child.output().split(QLatin1Char('\n'));
    lines.removeIf([](const QString &line) { return line.startsWith(QLatin1String("listening ")); });
    return lines.join(QLatin1Char('\n'));
}

} // namespace timeslice
