// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/tlssession.h"

#include "core/workload/opensslerror.h"
#include "core/workload/socketerror.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace timeslice {

namespace {

const char kWhere[] = "TLS";
const char kAddress[] = "127.0.0.1";

struct FreeCertificate {
    void operator()(X509 *certificate) const noexcept { X509_free(certificate); }
};
using OwnedCertificate = std::unique_ptr<X509, FreeCertificate>;

OwnedCertificate readCertificate(const std::string &pem)
{
    BIO *const memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    OwnedCertificate certificate(PEM_read_bio_X509(memory, nullptr, nullptr, nullptr));
    BIO_free(memory);
    return certificate;
}

std::string whyRefused(long verdict)
{
    std::string reason = X509_verify_cert_error_string(verdict);
    // Our own is signed by itself, too: that alone says little.
    if (verdict == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
        return "it is not the one that was made for this run (" + reason + ")";
    return reason;
}

} // namespace

void TlsTrust::FreeContext::operator()(ssl_ctx_st *context) const noexcept
{
    SSL_CTX_free(context);
}

Result<std::shared_ptr<const TlsTrust>> TlsTrust::create(const std::string &certificate)
{
    ERR_clear_error();
    const auto trusted = readCertificate(certificate);
    if (!trusted)
        return fail(
            ErrorKind::Malformed, kWhere,
            "the local server's certificate cannot be read: " + takeOpenSslReason());
    const std::shared_ptr<TlsTrust> trust(new TlsTrust);
    trust->m_context.reset(SSL_CTX_new(TLS_client_method()));
    auto *const context = trust->m_context.get();
    if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1
        || X509_STORE_add_cert(SSL_CTX_get_cert_store(context), trusted.get()) != 1
        || X509_VERIFY_PARAM_set1_ip_asc(SSL_CTX_get0_param(context), kAddress) != 1)
        return fail(ErrorKind::Unsupported, kWhere, "TLS cannot be set up: " + takeOpenSslReason());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    // Buffers only while there is something in them: thousands of connections wait at the same time.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    return trust;
}

struct TlsSession::LinkMethod {
    static BIO_METHOD *get()
    {
        // Made once and never freed: sessions of any thread may still use it.
        static BIO_METHOD *const method = [] {
            auto *const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
            if (made != nullptr) {
                BIO_meth_set_write_ex(made, write);
                BIO_meth_set_read_ex(made, read);
                BIO_meth_set_ctrl(made, control);
            }
            return made;
        }();
        return method;
    }

private:
    static int write(BIO *bio, const char *data, std::size_t size, std::size_t *written)
    {
        auto &link = *static_cast<Link *>(BIO_get_data(bio));
        BIO_clear_retry_flags(bio);
        const auto put = uninterrupted([&] { return ::send(link.socket, data, size, MSG_NOSIGNAL); });
        if (put >= 0) {
            *written = static_cast<std::size_t>(put);
            return 1;
        }
        link.error = errno;
        if (isNotYet(link.error))
            BIO_set_retry_write(bio);
        return 0;
    }

    static int read(BIO *bio, char *data, std::size_t size, std::size_t *filled)
    {
        auto &link = *static_cast<Link *>(BIO_get_data(bio));
        BIO_clear_retry_flags(bio);
        const auto got = uninterrupted([&] { return ::recv(link.socket, data, size, 0); });
        if (got > 0) {
            *filled = static_cast<std::size_t>(got);
            return 1;
        }
        link.error = got < 0 ? errno : 0;
        if (isNotYet(link.error))
            BIO_set_retry_read(bio);
        return 0;
    }

    // Nothing is buffered, so a flush has succeeded; the rest is not for sockets.
    static long control(BIO * /*bio*/, int command, long /*number*/, void * /*pointer*/)
    {
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }
};

void TlsSession::FreeSession::operator()(ssl_st *session) const noexcept
{
    SSL_free(session);
}

TlsSession::TlsSession(std::shared_ptr<const TlsTrust> trust, int socket)
    : m_trust(std::move(trust))
    , m_link{.socket = socket}
    , m_session(SSL_new(m_trust->m_context.get()))
{ }

TlsSession::~TlsSession()
{
    if (m_isOpen)
        SSL_shutdown(m_session.get()); // whether that word arrives does not matter any more
    ERR_clear_error();
}

Result<std::unique_ptr<TlsSession>> TlsSession::create(std::shared_ptr<const TlsTrust> trust, int socket)
{
    ERR_clear_error();
    std::unique_ptr<TlsSession> session(new TlsSession(std::move(trust), socket));
    auto *const method = LinkMethod::get();
    auto *const bio = method != nullptr ? BIO_new(method) : nullptr;
    if (!session->m_session || bio == nullptr) {
        BIO_free(bio);
        return fail(ErrorKind::Unsupported, kWhere, "no TLS session can be made: " + takeOpenSslReason());
    }
    BIO_set_data(bio, &session->m_link);
    BIO_set_init(bio, 1);
    SSL_set_bio(session->m_session.get(), bio, bio); // which owns it now
    SSL_set_connect_state(session->m_session.get());
    return session;
}

Transfer TlsSession::handshake()
{
    ERR_clear_error();
    const auto done = result(SSL_do_handshake(m_session.get()), 0);
    m_isOpen = done.has_value();
    return done;
}

Transfer TlsSession::send(std::span<const std::byte> bytes)
{
    ERR_clear_error();
    std::size_t moved = 0;
    const int returned = SSL_write_ex(m_session.get(), bytes.data(), bytes.size(), &moved);
    return result(returned, moved);
}

Transfer TlsSession::receive(std::span<std::byte> into)
{
    ERR_clear_error();
    std::size_t moved = 0;
    const int returned = SSL_read_ex(m_session.get(), into.data(), into.size(), &moved);
    return result(returned, moved);
}

// What a call to OpenSSL on the session came to.
Transfer TlsSession::result(int returned, std::size_t moved)
{
    if (returned == 1)
        return moved;
    const int why = SSL_get_error(m_session.get(), returned);
    if (why == SSL_ERROR_WANT_READ)
        return std::unexpected(short{POLLIN});
    if (why == SSL_ERROR_WANT_WRITE)
        return std::unexpected(short{POLLOUT});
    m_isOpen = false;
    if (why == SSL_ERROR_ZERO_RETURN)
        return std::unexpected(socketError(0, "TLS cannot go on"));
    if (why == SSL_ERROR_SYSCALL)
        return std::unexpected(socketError(m_link.error, "TLS cannot go on"));
    if (const auto verdict = SSL_get_verify_result(m_session.get()); verdict != X509_V_OK)
        return std::unexpected(Error{
            ErrorKind::System, 0, kWhere,
            "the local server's certificate was refused: " + whyRefused(verdict)});
    return std::unexpected(Error{
        ErrorKind::Malformed, 0, kWhere,
        "the local server does not speak it as it should: " + takeOpenSslReason()});
}

} // namespace timeslice
