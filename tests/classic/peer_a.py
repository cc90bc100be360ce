"""A chat program that speaks dialect A: one connection a message.

Written from the description of the dialect alone, for tests. Commands come as JSON, one a line, on
standard input; what happens goes to standard output the same way.

    {"do": "send", "to": "127.0.0.1:5000", "text": "hello"}   one letter
    {"do": "quit"}                                            end without a word

Events: {"event": "ready", "port": N}, {"event": "message", "from": "IP:PORT", "team": T, "text": X},
{"event": "sent", "text": X}, {"event": "failed", "text": X}, {"event": "joined"|"left", "peer": IP:PORT}.
"""

import argparse
import json
import socket
import sys
import threading

BUFFER_BYTES = 1024
OUTPUT = threading.Lock()


def tell(**event):
    with OUTPUT:
        print(json.dumps(event), flush=True)


class Peer:
    def __init__(self, host, port, team):
        self.team = team
        self.listed = set()
        self.server = socket.create_server((host, port), backlog=128)
        self.host, self.port = self.server.getsockname()[:2]

    def serve(self):
        tell(event="ready", port=self.port)
        while True:
            connection, _ = self.server.accept()
            threading.Thread(target=self.receive, args=(connection,), daemon=True).start()

    def receive(self, connection):
        with connection:
            self.show(connection.recv(BUFFER_BYTES).decode("utf-8"))

    def show(self, letter):
        address, team, text = letter.split(" ", 2)
        if text.lower() == "exit":
            self.listed.discard(address)
            tell(event="left", peer=address)
            return
        if address not in self.listed:
            self.listed.add(address)
            tell(event="joined", peer=address)
        tell(event="message", **{"from": address}, team=team, text=text)

    def send(self, to, text):
        host, port = to.rsplit(":", 1)
        try:
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(f"{self.host}:{self.port} {self.team} {text}".encode("utf-8"))
        except OSError as error:
            tell(event="failed", text=text, reason=str(error))
        else:
            tell(event="sent", text=text)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--team", default="Old_Team")
    chosen = options.parse_args()
    peer = Peer(chosen.host, chosen.port, chosen.team)
    threading.Thread(target=peer.serve, daemon=True).start()
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "quit":
            break
        peer.send(command["to"], command["text"])


main()
