// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/io/httpserver.h"

#include "core/workload/httpbody.h"
#include "core/workload/io/delayqueue.h"
#include "core/workload/io/httprequest.h"

#include <microhttpd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <utility>

namespace timeslice {

namespace {

const char kWhere[] = "local server";

constexpr unsigned kBacklog = 4096; // thousands of workers connect at the same moment: when the run begins
constexpr std::size_t kConnectionBytes = 8192; // the request's header; libmicrohttpd's 32 KiB are for uploads
// GnuTLS' own choice of ciphers, and no version that is out of use.
const char kTlsPriorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
constexpr rlim_t kOtherFds = 64; // what the process needs beside connections

// One request on its way through the server; libmicrohttpd keeps the pointer between its calls.
struct Request {
    HttpItemRequest item;
    bool waited = false; // it has been suspended, or is
    bool answered = false;
    bool isItem = false; // answered with what was asked for
};

bool isUsableToken(std::string_view token)
{
    return token.size() <= 128 && std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
}

// As many connections as wanted and as the process may have fds for; raises the soft limit when that helps.
unsigned allowedConnections(unsigned wanted)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted;
    const rlim_t needed = wanted + kOtherFds;
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = std::min(needed, limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
        ::getrlimit(RLIMIT_NOFILE, &limit);
    }
    const rlim_t left = limit.rlim_cur > kOtherFds ? limit.rlim_cur - kOtherFds : 1;
    return static_cast<unsigned>(std::min<rlim_t>(left, wanted));
}

const char *headerOf(MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

bool hasBody(MHD_Connection *connection)
{
    const char *const length = headerOf(connection, "Content-Length");
    return (length != nullptr && std::strcmp(length, "0") != 0)
        || headerOf(connection, "Transfer-Encoding") != nullptr;
}

MHD_Result takeArgument(
    void *reader, MHD_ValueKind /*kind*/, const char *key, std::size_t keySize, const char *value,
    std::size_t valueSize)
{
    static_cast<HttpQueryReader *>(reader)->take(
        {key, keySize}, value == nullptr ? std::string_view{} : std::string_view(value, valueSize));
    return MHD_YES;
}

MHD_Result
reply(MHD_Connection *connection, Request &request, unsigned status, std::span<const std::byte> body)
{
    MHD_Response *const response = MHD_create_response_from_buffer(
        body.size(), const_cast<std::byte *>(body.data()), MHD_RESPMEM_MUST_COPY);
    if (response == nullptr)
        return MHD_NO;
    MHD_add_response_header(
        response, MHD_HTTP_HEADER_CONTENT_TYPE,
        status == MHD_HTTP_OK ? "application/octet-stream" : "text/plain");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_GET);
    const auto queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    request.answered = true;
    return queued;
}

MHD_Result refuse(MHD_Connection *connection, Request &request, unsigned status)
{
    const auto text = std::string(MHD_get_reason_phrase_for(status)) + "\n";
    return reply(connection, request, status, std::as_bytes(std::span(text)));
}

} // namespace

// libmicrohttpd's daemon and what it calls. Its callbacks run on its one thread.
class HttpServer::Daemon {
public:
    explicit Daemon(HttpServerOptions options)
        : m_options(std::move(options))
    { }
    Daemon(const Daemon &) = delete;
    Daemon &operator=(const Daemon &) = delete;
    ~Daemon();

    [[nodiscard]] Result<void> start();

    [[nodiscard]] std::uint16_t port() const { return m_port; }
    [[nodiscard]] const HttpServerOptions &options() const { return m_options; }
    [[nodiscard]] std::uint64_t served() const { return m_served.load(std::memory_order_relaxed); }

private:
    MHD_Result handle(
        MHD_Connection *connection, const char *url, std::string_view method, std::size_t uploaded,
        void **state);
    unsigned
    judge(MHD_Connection *connection, const char *url, std::string_view method, Request &request) const;
    void completed(void **state, MHD_RequestTerminationCode how);

    const HttpServerOptions m_options;
    std::atomic<std::uint16_t> m_port =
        0; // the daemon's thread may see a request before `start` has returned
    std::atomic<std::uint64_t> m_served = 0;
    std::atomic<bool> m_stopping = false;
    DelayQueue m_delays{
        [](void *connection) { MHD_resume_connection(static_cast<MHD_Connection *>(connection)); }};
    MHD_Daemon *m_daemon = nullptr;
};

HttpServer::Daemon::~Daemon()
{
    // libmicrohttpd must not be stopped while connections are suspended: those that are fall due now, and
    // `handle` suspends no more because the queue takes no more.
    m_stopping.store(true, std::memory_order_relaxed);
    m_delays.close();
    if (m_daemon != nullptr)
        MHD_stop_daemon(m_daemon);
}

Result<void> HttpServer::Daemon::start()
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    const MHD_AccessHandlerCallback onRequest =
        [](void *self, MHD_Connection *connection, const char *url, const char *method,
           const char * /*version*/, const char * /*upload*/, std::size_t *uploaded, void **state) {
            return static_cast<Daemon *>(self)->handle(connection, url, method, *uploaded, state);
        };
    const MHD_RequestCompletedCallback onCompleted = [](void *self, MHD_Connection * /*connection*/,
                                                        void **state, MHD_RequestTerminationCode how) {
        static_cast<Daemon *>(self)->completed(state, how);
    };
    if (m_options.tls && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return fail(ErrorKind::Unsupported, kWhere, "libmicrohttpd was built without TLS");
    // With epoll, libmicrohttpd 0.9.75 turns in circles, at the expense of a whole core, for as long as any
    // client owes it a part of its handshake.
    const unsigned flags =
        m_options.tls ? MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_TLS : MHD_USE_EPOLL_INTERNAL_THREAD;
    std::vector<MHD_OptionItem> tls;
    const auto add = [&tls](MHD_OPTION option, const char *text) {
        tls.push_back({option, 0, const_cast<char *>(text)}); // which libmicrohttpd only reads
    };
    if (m_options.tls) {
        add(MHD_OPTION_HTTPS_PRIORITIES, kTlsPriorities);
        add(MHD_OPTION_HTTPS_MEM_KEY, m_options.tls->key().c_str());
        add(MHD_OPTION_HTTPS_MEM_CERT, m_options.tls->certificate().c_str());
    }
    add(MHD_OPTION_END, nullptr);
    errno = 0;
    m_daemon = MHD_start_daemon(
        flags | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr, onRequest, this, MHD_OPTION_SOCK_ADDR,
        &address, MHD_OPTION_NOTIFY_COMPLETED, onCompleted, this, MHD_OPTION_CONNECTION_LIMIT,
        m_options.maxConnections, MHD_OPTION_CONNECTION_TIMEOUT,
        static_cast<unsigned>(m_options.idleTimeout.count()), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        kConnectionBytes, MHD_OPTION_LISTEN_BACKLOG_SIZE, kBacklog, MHD_OPTION_ARRAY, tls.data(),
        MHD_OPTION_END);
    if (m_daemon == nullptr)
        return failErrno(errno, kWhere, "cannot listen on 127.0.0.1");
    const auto *const info = MHD_get_daemon_info(m_daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (info == nullptr || info->port == 0)
        return fail(ErrorKind::System, kWhere, "does not know its port");
    m_port.store(info->port, std::memory_order_relaxed);
    return {};
}

// \return The status to refuse the request with; 200 when it may be answered, and `request` is filled in.
unsigned HttpServer::Daemon::judge(
    MHD_Connection *connection, const char *url, std::string_view method, Request &request) const
{
    const char *const token = headerOf(connection, kHttpTokenHeader);
    const char *const host = headerOf(connection, MHD_HTTP_HEADER_HOST);
    // The Host of a web page that has its name point to 127.0.0.1 is that name.
    if (token == nullptr || !equalInConstantTime(token, m_options.token) || host == nullptr
        || host != "127.0.0.1:" + std::to_string(m_port.load(std::memory_order_relaxed)))
        return MHD_HTTP_FORBIDDEN;
    if (method != MHD_HTTP_METHOD_GET)
        return MHD_HTTP_METHOD_NOT_ALLOWED;
    const auto item = itemOfPath(url);
    if (!item)
        return MHD_HTTP_NOT_FOUND;
    request.item.item = *item;
    HttpQueryReader reader(request.item);
    MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, takeArgument, &reader);
    return reader.isValid() ? MHD_HTTP_OK : MHD_HTTP_BAD_REQUEST;
}

// Called once when the header has arrived, again when the request is complete, and again after it was
// resumed.
MHD_Result HttpServer::Daemon::handle(
    MHD_Connection *connection, const char *url, std::string_view method, std::size_t uploaded, void **state)
{
    if (*state == nullptr) {
        // Ends in `completed`, which libmicrohttpd calls for each request it has told us about.
        auto *const request = std::make_unique<Request>().release();
        *state = request;
        const auto status = judge(connection, url, method, *request);
        if (status != MHD_HTTP_OK)
            return refuse(connection, *request, status);
        return hasBody(connection) ? MHD_NO : MHD_YES;
    }

    auto &request = *static_cast<Request *>(*state);
    // The body of a request that has been refused is not read: MHD_NO ends the connection.
    if (request.answered || uploaded != 0)
        return MHD_NO;
    if (!request.waited && request.item.delay.count() > 0) {
        request.waited = true;
        // In this order, because the queue may resume the connection at once.
        MHD_suspend_connection(connection);
        if (!m_delays.push(MonotonicClock::now() + request.item.delay, connection))
            MHD_resume_connection(connection);
        return MHD_YES;
    }
    if (m_stopping.load(std::memory_order_relaxed))
        return refuse(connection, request, MHD_HTTP_SERVICE_UNAVAILABLE);
    request.isItem = true;
    return reply(
        connection, request, MHD_HTTP_OK, httpBody(request.item.seed, request.item.item, request.item.bytes));
}

void HttpServer::Daemon::completed(void **state, MHD_RequestTerminationCode how)
{
    const std::unique_ptr<Request> request(static_cast<Request *>(std::exchange(*state, nullptr)));
    if (request && request->isItem && how == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        m_served.fetch_add(1, std::memory_order_relaxed);
}

HttpServer::HttpServer(std::unique_ptr<Daemon> daemon)
    : m_daemon(std::move(daemon))
{ }

HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options)
{
    if (!isUsableToken(options.token))
        return fail(ErrorKind::Malformed, kWhere, "the token has characters that cannot be sent");
    if (options.token.empty()) {
        auto token = newToken();
        if (!token)
            return std::unexpected(token.error());
        options.token = std::move(*token);
    }
    options.idleTimeout = std::max(options.idleTimeout, std::chrono::seconds(1));
    options.maxConnections = allowedConnections(std::max(options.maxConnections, 1U));
    auto daemon = std::make_unique<Daemon>(std::move(options));
    if (auto started = daemon->start(); !started)
        return std::unexpected(started.error());
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(daemon)));
}

std::uint16_t HttpServer::port() const noexcept
{
    return m_daemon->port();
}

const std::string &HttpServer::token() const noexcept
{
    return m_daemon->options().token;
}

HttpEndpoint HttpServer::endpoint() const
{
    const auto &tls = m_daemon->options().tls;
    return {.port = port(), .token = token(), .certificate = tls ? tls->certificate() : std::string()};
}

unsigned HttpServer::maxConnections() const noexcept
{
    return m_daemon->options().maxConnections;
}

std::uint64_t HttpServer::served() const noexcept
{
    return m_daemon->served();
}

Result<std::string> HttpServer::newToken()
{
    std::array<unsigned char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return failErrno(errno, kWhere, "cannot draw a token");
    std::string token;
    for (const unsigned byte : bytes) {
        token += "0123456789abcdef"[byte >> 4];
        token += "0123456789abcdef"[byte & 15];
    }
    return token;
}

} // namespace timeslice
