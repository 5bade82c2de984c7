"""ask.py WAY URL: drives pycurl's CurlMulti, and prints all it gets."""
import io
import os
import select
import sys

import pycurl

way, url = sys.argv[1:3]
ask = os.environ["ASK"]


def easy():
    c = pycurl.Curl()
    c.body = io.BytesIO()
    c.head = []
    c.setopt(c.URL, url)
    c.setopt(c.POSTFIELDS, ask)
    c.setopt(c.HTTPHEADER, ["Content-Type: application/json"])
    c.setopt(c.WRITEDATA, c.body)
    c.setopt(c.HEADERFUNCTION, c.head.append)
    return c


def show(c, result):
    print(result, c.getinfo(c.RESPONSE_CODE), c.errstr())
    print(c.body.getvalue().decode())
    print([h for h in c.head if not h.lower().startswith(b"date")])


def read(multi, results):
    while True:
        left, good, bad = multi.info_read()
        for c in good:
            results[c] = "ok"
        for c, number, text in bad:
            results[c] = (number, text)
        if left == 0:
            break


def by_select(multi, results):
    running = 1
    while running:
        while True:
            status, running = multi.perform()
            if status != pycurl.E_CALL_MULTI_PERFORM:
                break
        read(multi, results)
        if running:
            multi.select(1.0)


def by_socket_action(multi, results):
    poller = select.epoll()
    timer = [0]
    wanted = {pycurl.POLL_IN: select.EPOLLIN, pycurl.POLL_OUT: select.EPOLLOUT,
              pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT}
    known = set()

    def on_socket(event, fd, _multi, _data):
        if event == pycurl.POLL_REMOVE:
            poller.unregister(fd)
            known.discard(fd)
        elif fd in known:
            poller.modify(fd, wanted[event])
        else:
            poller.register(fd, wanted[event])
            known.add(fd)

    def on_timer(ms):
        timer[0] = ms

    multi.setopt(pycurl.M_SOCKETFUNCTION, on_socket)
    multi.setopt(pycurl.M_TIMERFUNCTION, on_timer)
    _, running = multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
    while running:
        events = poller.poll(timer[0] / 1000 if timer[0] >= 0 else 20)
        if not events:
            if timer[0] < 0:
                print("nobody said when to come back")
            timer[0] = -1
            _, running = multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        for fd, event in events:
            bits = (pycurl.CSELECT_IN if event & select.EPOLLIN else 0) | (
                pycurl.CSELECT_OUT if event & select.EPOLLOUT else 0)
            _, running = multi.socket_action(fd, bits)
        read(multi, results)


def plain(drive):
    multi = pycurl.CurlMulti()
    every = [easy() for _ in range(3)]
    results = {}
    for c in every:
        multi.add_handle(c)
    drive(multi, results)
    for c in every:
        show(c, results[c])
        multi.remove_handle(c)
        c.close()
    multi.close()


def tornado():
    import asyncio

    from tornado.curl_httpclient import CurlAsyncHTTPClient
    from tornado.httpclient import AsyncHTTPClient

    async def main():
        AsyncHTTPClient.configure(CurlAsyncHTTPClient)
        client = AsyncHTTPClient()
        answers = await asyncio.gather(*[
            client.fetch(url, method="POST", body=ask, raise_error=False,
                         headers={"Content-Type": "application/json"}) for _ in range(3)])
        for a in answers:
            print(a.code, a.reason, a.body.decode(), a.headers.get("Content-Type"))

    asyncio.run(main())


{"select": lambda: plain(by_select), "action": lambda: plain(by_socket_action),
 "tornado": tornado}[way]()
