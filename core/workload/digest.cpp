// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/digest.h"

#include <openssl/evp.h>

namespace timeslice {

void Sha256::FreeContext::operator()(evp_md_ctx_st *context) const noexcept
{
    EVP_MD_CTX_free(context);
}

void Sha256::FreeAlgorithm::operator()(evp_md_st *algorithm) const noexcept
{
    EVP_MD_free(algorithm);
}

Result<Sha256> Sha256::create()
{
    Sha256 sha;
    // Fetched once: EVP_sha256() would look the algorithm up again, under OpenSSL's locks, for each message.
    sha.m_algorithm.reset(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    sha.m_context.reset(EVP_MD_CTX_new());
    if (!sha.m_algorithm || !sha.m_context)
        return fail(ErrorKind::Unsupported, "SHA-256", "this OpenSSL does not offer it");
    return sha;
}

void Sha256::begin() noexcept
{
    m_ok = EVP_DigestInit_ex2(m_context.get(), m_algorithm.get(), nullptr) == 1;
}

void Sha256::add(std::span<const std::byte> bytes) noexcept
{
    m_ok = m_ok && EVP_DigestUpdate(m_context.get(), bytes.data(), bytes.size()) == 1;
}

Result<Sha256::Digest> Sha256::finish() noexcept
{
    Digest digest{};
    unsigned size = 0;
    m_ok = m_ok
        && EVP_DigestFinal_ex(m_context.get(), reinterpret_cast<unsigned char *>(digest.data()), &size) == 1
        && size == digest.size();
    if (!m_ok)
        return fail(ErrorKind::System, "SHA-256", "OpenSSL could not hash the bytes");
    return digest;
}

Result<Sha256::Digest> Sha256::of(std::span<const std::byte> bytes) noexcept
{
    begin();
    add(bytes);
    return finish();
}

Result<std::uint64_t> firstWord(const Result<Sha256::Digest> &digest)
{
    if (!digest)
        return std::unexpected(digest.error());
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i)
        word |= std::to_integer<std::uint64_t>((*digest)[i]) << (8 * i);
    return word;
}

void putLittleEndian(std::uint64_t value, std::span<std::byte> into) noexcept
{
    for (std::size_t i = 0; i < 8; ++i)
        into[i] = static_cast<std::byte>(value >> (8 * i));
}

} // namespace timeslice
