// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <unistd.h>

namespace timeslice {

namespace {

/// \return 0, or the errno that ended it.
int writeAll(int fd, const QByteArray &bytes)
{
    const char *next = bytes.constData();
    auto left = static_cast<std::size_t>(bytes.size());
    while (left > 0) {
        const auto written = ::write(fd, next, left);
        if (written >= 0) {
            next += written;
            left -= static_cast<std::size_t>(written);
        } else if (errno == EAGAIN) {
            // Somebody shares the stream and made it non-blocking.
            pollfd ready{fd, POLLOUT, 0};
            ::poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

QtMessageHandler s_before = nullptr; // set once, before there is a second thread

void filterMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (!message.startsWith(QLatin1String("QStandardPaths: XDG_RUNTIME_DIR not set")))
        s_before(type, context, message);
}

} // namespace

void installMessageFilter()
{
    s_before = qInstallMessageHandler(filterMessage);
}

bool Output::write(const QByteArray &bytes)
{
    if (m_isBroken)
        return false;
    const int failed = writeAll(STDOUT_FILENO, bytes);
    if (failed == 0)
        return true;
    m_isBroken = true;
    if (failed != EPIPE)
        complain(systemError(failed, "standard output", "cannot be written"));
    return false;
}

void complain(const QString &text)
{
    // A standard error that cannot be written leaves nobody to tell.
    static_cast<void>(writeAll(STDERR_FILENO, "timeslice: " + printable(text).toUtf8() + '\n'));
}

void complain(const Error &error)
{
    complain(QString::fromStdString(describe(error)));
}

QString printable(QString text)
{
    for (QChar &c : text) {
        const auto code = c.unicode();
        if ((code < 0x20 && c != u'\n') || (code >= 0x7F && code < 0xA0))
            c = u'?';
    }
    return text;
}

QString causeAndRemedy(const std::string &cause, const std::string &remedy)
{
    auto text = QString::fromStdString(cause);
    if (!remedy.empty())
        text += QStringLiteral("; what helps: ") + QString::fromStdString(remedy);
    return text;
}

bool isLiveTerminal()
{
    const char *const terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) != 0 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

void occupyStandardStreams()
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) >= 0)
            continue;
        // Opened takes the lowest free number, which is this one. Standard output is opened for reading:
        // writing to it then fails as it should.
        const int mode = fd == STDERR_FILENO ? O_WRONLY : O_RDONLY;
        if (::open("/dev/null", mode) < 0)
            std::abort();
    }
}

} // namespace timeslice
