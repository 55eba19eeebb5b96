# SPDX-License-Identifier: GPL-3.0-or-later
"""The same request as `http`, over TLS: exactly one certificate is trusted, and it is verified for the address.

No session is resumed, so each connection makes a full handshake. How long each took is kept in the arena, as C++ does.
"""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
import time

from ..arena import own_histograms
from ..gates import Stop
from ..worker import Run
from .http import HOST, Http, Streams


def refused(error: ssl.SSLCertVerificationError) -> RuntimeError:
    return RuntimeError(f"the local server's certificate was refused: {error.verify_message}")


class Https(Http):
    patience = 30.0  # longer: thousands of handshakes take their time
    closed = (*Http.closed, ssl.SSLEOFError, ssl.SSLZeroReturnError)

    def __init__(self, run: Run, worker: int) -> None:
        super().__init__(run)
        assert run.plan.http is not None  # or Http would have said so
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and address
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.options |= ssl.OP_NO_TICKET
        self._context.load_verify_locations(cadata=run.plan.http.certificate)
        (self._handshakes,) = own_histograms(run.board, worker, 1)

    def _connect(self, stop: Stop) -> http.client.HTTPConnection:
        connection = super()._connect(stop)
        try:
            connection.sock = self._shake_hands(connection.sock, stop)
        except BaseException:
            connection.close()
            raise
        return connection

    def _shake_hands(self, plain: socket.socket, stop: Stop) -> ssl.SSLSocket:
        begin = time.monotonic_ns()
        end = time.monotonic() + self._patience()
        plain.setblocking(False)
        secure = self._context.wrap_socket(plain, server_hostname=HOST, do_handshake_on_connect=False)
        try:
            while not self._is_done(secure):
                if not stop.await_readable(secure, end - time.monotonic()):
                    raise TimeoutError("the local server did not answer in time")
        except BaseException:
            secure.close()
            raise
        self._note_handshake(begin)
        secure.settimeout(self._patience())
        return secure

    def _note_handshake(self, begin: int) -> None:
        self._handshakes.record(time.monotonic_ns() - begin)
        self._handshakes.publish()  # there are few of them, and each takes long

    @staticmethod
    def _is_done(secure: ssl.SSLSocket) -> bool:
        """Goes on with the handshake. False when it has to wait for the server."""
        try:
            secure.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLCertVerificationError as error:
            raise refused(error) from error
        return True

    async def _connect_async(self) -> Streams:
        loop = asyncio.get_running_loop()
        plain = socket.socket()
        try:
            plain.setblocking(False)
            await loop.sock_connect(plain, (HOST, self._port))
        except BaseException:
            plain.close()
            raise
        begin = time.monotonic_ns()
        try:
            streams = await asyncio.open_connection(sock=plain, ssl=self._context, server_hostname=HOST)
        except ssl.SSLCertVerificationError as error:
            raise refused(error) from error
        self._note_handshake(begin)
        return streams


def make(run: Run, worker: int) -> Https:
    return Https(run, worker)
