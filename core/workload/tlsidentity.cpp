// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/tlsidentity.h"

#include "core/workload/opensslerror.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <utility>

namespace timeslice {

namespace {

struct Free {
    void operator()(EVP_PKEY *key) const noexcept { EVP_PKEY_free(key); }
    void operator()(X509 *certificate) const noexcept { X509_free(certificate); }
    void operator()(X509_EXTENSION *extension) const noexcept { X509_EXTENSION_free(extension); }
    void operator()(BIGNUM *number) const noexcept { BN_free(number); }
    void operator()(BIO *memory) const noexcept { BIO_free(memory); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

constexpr int kVersion3 = 2; // X.509 counts from 0
constexpr int kSerialBits = 127; // positive, and no longer than the 20 bytes of RFC 5280

bool addExtension(X509 &certificate, int kind, const std::string &value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

// The subject is the issuer. Nobody chooses by it, so it only says what the certificate is for.
bool setNames(X509 &certificate)
{
    static constexpr unsigned char kName[] = "Timeslice's local server";
    X509_NAME *const name = X509_get_subject_name(&certificate);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, kName, -1, -1, 0) == 1
        && X509_set_issuer_name(&certificate, name) == 1;
}

bool setSerial(X509 &certificate)
{
    const Owned<BIGNUM> number(BN_new());
    return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1
        && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

Owned<X509> makeCertificate(EVP_PKEY &key, const TlsIdentity::Options &options)
{
    Owned<X509> certificate(X509_new());
    if (!certificate)
        return nullptr;
    const auto end = options.from + options.lifetime;
    const bool isMade = X509_set_version(certificate.get(), kVersion3) == 1 && setSerial(*certificate)
        && X509_gmtime_adj(X509_getm_notBefore(certificate.get()), options.from.count()) != nullptr
        && X509_gmtime_adj(X509_getm_notAfter(certificate.get()), end.count()) != nullptr
        && setNames(*certificate) && X509_set_pubkey(certificate.get(), &key) == 1
        && addExtension(*certificate, NID_basic_constraints, "critical,CA:FALSE")
        && addExtension(*certificate, NID_key_usage, "critical,digitalSignature")
        && addExtension(*certificate, NID_ext_key_usage, "serverAuth")
        && addExtension(*certificate, NID_subject_key_identifier, "hash")
        && addExtension(*certificate, NID_subject_alt_name, "IP:" + options.address + ",DNS:" + options.name)
        && X509_sign(certificate.get(), &key, EVP_sha256()) > 0;
    return isMade ? std::move(certificate) : nullptr;
}

// What `write` puts into a memory BIO. Such memory is wiped when it is given back.
template <typename Write>
std::string pem(Write write)
{
    const Owned<BIO> memory(BIO_new(BIO_s_secmem()));
    if (!memory || write(memory.get()) != 1)
        return {};
    char *text = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

} // namespace

Result<TlsIdentity> TlsIdentity::create(const Options &options)
{
    ERR_clear_error();
    TlsIdentity identity;
    const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
    const auto certificate = key ? makeCertificate(*key, options) : nullptr;
    if (certificate) {
        identity.m_certificate = pem([&](BIO *to) { return PEM_write_bio_X509(to, certificate.get()); });
        identity.m_key = pem([&](BIO *to) {
            return PEM_write_bio_PKCS8PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }
    if (identity.m_certificate.empty() || identity.m_key.empty())
        return fail(
            ErrorKind::Unsupported, "certificate",
            "the local server's certificate cannot be made: " + takeOpenSslReason());
    return identity;
}

TlsIdentity::~TlsIdentity()
{
    OPENSSL_cleanse(m_key.data(), m_key.size());
}

} // namespace timeslice
