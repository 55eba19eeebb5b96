// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/socketerror.h"

namespace timeslice {

Error socketError(int code, const char *what)
{
    static const char kWhere[] = "http";
    switch (code) {
    case ECONNREFUSED:
        return {ErrorKind::Gone, 0, kWhere, "the local server does not accept connections"};
    case 0:
    case EPIPE:
    case ECONNRESET:
        return {ErrorKind::Gone, 0, kWhere, "the local server closed the connection"};
    case EADDRNOTAVAIL:
        return {
            ErrorKind::System, 0, kWhere,
            "no local port is left; with connections kept alive, few are needed"};
    default:
        return systemError(code, kWhere, what);
    }
}

} // namespace timeslice
