# SPDX-License-Identifier: GPL-3.0-or-later
"""Send one request to the local server and wait for its answer, which comes after a set delay."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import socket
import time
from typing import List, Optional, Tuple, Type

from ..gates import Stop
from ..worker import Run

HOST = "127.0.0.1"

Streams = Tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Http:
    patience = 10.0  # seconds beyond the delay: thousands of workers may be asking at once
    # What a kept connection says of a server that has closed it.
    closed: Tuple[Type[Exception], ...] = (ConnectionError,)

    def __init__(self, run: Run) -> None:
        if run.plan.http is None:
            raise RuntimeError("the worker was given no local server to ask")
        params = run.plan.params
        self._port = run.plan.http.port
        self._token = run.plan.http.token
        self._seed = run.plan.seed
        self._delay_ms: int = params["delay_ms"]
        self._bytes: int = params["bytes"]
        self._keep_alive: bool = params["keep_alive"]
        self._connection: Optional[http.client.HTTPConnection] = None
        self._idle: List[Streams] = []  # kept connections of an event loop

    def _target(self, item: int) -> str:
        return f"/item/{item}?delay_ms={self._delay_ms}&bytes={self._bytes}&seed={self._seed}"

    def _patience(self) -> float:
        return self._delay_ms / 1000 + self.patience

    def _result(self, status: int, body: bytes) -> int:
        if status != 200:
            raise RuntimeError(f"the local server refused the request with status {status}")
        if len(body) != self._bytes:
            raise RuntimeError("the local server sent an answer of another length")
        return int.from_bytes(hashlib.sha256(body).digest()[:8], "little")

    # For threads and processes: http.client, blocking.

    def carry_out(self, item: int, stop: Stop) -> int:
        stop.check()
        kept = self._connection is not None
        try:
            return self._ask(item, stop)
        except self.closed:
            # A server may close a connection that was idle just as the next request is on its way.
            self._close()
            if not kept:
                raise
            return self._ask(item, stop)
        except BaseException:
            self._close()
            raise

    def _ask(self, item: int, stop: Stop) -> int:
        if self._connection is None:
            self._connection = self._connect(stop)
        connection = self._connection
        headers = {"X-Timeslice-Token": self._token}
        if not self._keep_alive:
            headers["Connection"] = "close"
        connection.request("GET", self._target(item), headers=headers)
        end = time.monotonic() + self._patience()
        if not stop.await_readable(connection.sock, end - time.monotonic()):
            raise TimeoutError("the local server did not answer in time")
        with connection.getresponse() as response:
            body = response.read()
            closes = response.will_close
            result = self._result(response.status, body)
        if closes or not self._keep_alive:
            self._close()
        return result

    def _connect(self, stop: Stop) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=self._patience())
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # For event loops: streams. Each item under way has a connection of its own.

    async def carry_out_async(self, item: int) -> int:
        return await asyncio.wait_for(self._ask_async(item), self._patience())

    async def _ask_async(self, item: int) -> int:
        while self._idle:
            streams = self._idle.pop()
            try:
                return await self._exchange(streams, item)
            except (asyncio.IncompleteReadError, *self.closed):
                continue  # it was closed meanwhile
        return await self._exchange(await self._connect_async(), item)

    async def _connect_async(self) -> Streams:
        return await asyncio.open_connection(HOST, self._port)

    async def _exchange(self, streams: Streams, item: int) -> int:
        reader, writer = streams
        try:
            writer.write(
                (
                    f"GET {self._target(item)} HTTP/1.1\r\n"
                    f"Host: {HOST}:{self._port}\r\n"
                    f"X-Timeslice-Token: {self._token}\r\n"
                    + ("\r\n" if self._keep_alive else "Connection: close\r\n\r\n")
                ).encode("ascii")
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
            fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
            body = await reader.readexactly(int(fields["content-length"]))
            result = self._result(int(head[0].split()[1]), body)
        except BaseException:
            writer.close()
            raise
        if self._keep_alive and fields.get("connection") != "close":
            self._idle.append(streams)
        else:
            writer.close()
        return result


def make(run: Run, worker: int) -> Http:
    return Http(run)
