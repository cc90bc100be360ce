"""A chat program that speaks dialect B: a conversation, every message answered.

Written from the description of the dialect alone, for tests. Commands come as JSON, one a line, on
standard input; what happens goes to standard output the same way.

    {"do": "send", "to": "127.0.0.1:5000", "text": "hello"}   opens a conversation where there is none
    {"do": "leave", "to": "127.0.0.1:5000"}                   says exit and closes
    {"do": "vanish", "to": "127.0.0.1:5000"}                  closes without a word
    {"do": "check", "to": "127.0.0.1:5000"}                   asks whether there is an answer
    {"do": "quit"}                                            end without a word

Events: {"event": "ready", "port": N}, {"event": "message", "from": "IP:PORT", "text": X},
{"event": "answered", "text": X, "answer": Y}, {"event": "failed", "text": X},
{"event": "joined"|"left"|"lost", "peer": "IP:PORT"}, {"event": "checked"}.
"""

import argparse
import asyncio
import json
import sys


def tell(**event):
    print(json.dumps(event), flush=True)


class Peer:
    def __init__(self, port):
        self.port = port
        self.conversations = {}

    async def converse(self, reader, writer):
        host = writer.get_extra_info("peername")[0]
        first = (await reader.readline()).decode("utf-8").strip()
        if first == "CONNECT":
            writer.write("✅ Connected".encode("utf-8"))
            await writer.drain()
            writer.close()
            tell(event="checked")
            return
        if first == "":
            writer.close()
            return
        peer = f"{host}:{int(first)}"
        tell(event="joined", peer=peer)
        ending = "lost"
        while True:
            port = await reader.readline()
            line = await reader.readline()
            if not line.endswith(b"\n"):
                break
            assert int(port) == int(first), f"port {port} in a conversation of {first}"
            text = line.decode("utf-8").rstrip("\n")
            if text == "exit":
                ending = "left"
                break
            tell(event="message", **{"from": peer}, text=text)
            writer.write(f"✅ Message received from {peer}".encode("utf-8"))
            await writer.drain()
        writer.close()
        tell(event=ending, peer=peer)

    async def send(self, to, text):
        try:
            if to not in self.conversations:
                host, port = to.rsplit(":", 1)
                self.conversations[to] = await asyncio.open_connection(host, int(port))
                self.conversations[to][1].write(f"{self.port}\n".encode("utf-8"))
            reader, writer = self.conversations[to]
            writer.write(f"{self.port}\n{text}\n".encode("utf-8"))
            if text == "exit":
                await self.vanish(to)
                return
            answer = await asyncio.wait_for(reader.read(1024), 10)
            if answer == b"":
                raise ConnectionError("no answer")
            tell(event="answered", text=text, answer=answer.decode("utf-8"))
        except (OSError, asyncio.TimeoutError) as error:
            self.conversations.pop(to, None)
            tell(event="failed", text=text, reason=str(error))

    async def vanish(self, to):
        _, writer = self.conversations.pop(to)
        writer.close()

    async def check(self, to):
        host, port = to.rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"CONNECT\n")
        answer = await asyncio.wait_for(reader.read(1024), 10)
        writer.close()
        tell(event="answered", text="CONNECT", answer=answer.decode("utf-8"))


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=0)
    chosen = options.parse_args()
    peer = Peer(chosen.port)
    server = await asyncio.start_server(peer.converse, chosen.host, chosen.port)
    peer.port = server.sockets[0].getsockname()[1]
    tell(event="ready", port=peer.port)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command = json.loads(line)
        if command["do"] == "quit":
            break
        if command["do"] == "send":
            await peer.send(command["to"], command["text"])
        elif command["do"] == "leave":
            await peer.send(command["to"], "exit")
        elif command["do"] == "vanish":
            await peer.vanish(command["to"])
        elif command["do"] == "check":
            await peer.check(command["to"])


asyncio.run(main())
