"""An EasyRTC client: enters a room, tells who comes and goes, and chats. Needs `pip install websockets`.

    python easyrtc_client.py ws://HOST:8080/ws --name ada --room kitchen --say hello --until bye   # raw WebSocket
    python easyrtc_client.py http://HOST:8080 --name bob --room kitchen --say bye --until hello    # Socket.IO
"""
import argparse, asyncio, contextlib, itertools, json, random, re, sys, time
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

PACKET = re.compile(r"4([2356])(?:(\d+)-)?(\d*)(\[.*)", re.DOTALL)  # type, count of binary values, id, JSON

async def packets(socket):
    """Makes both transports alike: yields (event, None, message), or (None, id of our event, answer)."""
    async for text in socket:
        if text.startswith("{"):  # raw WebSocket, and that is all; the rest is Socket.IO
            frame = json.loads(text)
            yield frame.get("event"), frame.get("ack"), frame.get("message", {})
        elif text.startswith("0"):
            await socket.send("40")
        elif text.startswith("40"):
            yield "welcome", None, {}  # the moment at which a raw WebSocket has its welcome
        elif text.startswith("2"):
            await socket.send("3")
        elif match := PACKET.fullmatch(text):
            packet_type, binaries, id, values = *match.groups()[:3], json.loads(match[4])
            for _ in range(int(binaries or 0)):
                await socket.recv()  # of no use to us, but part of this packet
            if packet_type in "36":
                yield None, int(id), values[0]
            else:
                if id:  # the server's ids have nothing to do with ours
                    await socket.send(f'43{id}[{{"msgType":"ack"}}]')
                yield values[0], None, values[1]

class Client:
    def __init__(self, url, name, room, say, until):
        self.raw = url.startswith("ws")
        self.url = url if self.raw else f"ws{url[4:].rstrip('/')}/socket.io/?EIO=4&transport=websocket"  # s stays
        self.room, self.say, self.until, self.unwanted, self.delay = room, say, until, False, 0
        self.login = {"apiVersion": "python-example", "username": name, "roomJoin": {room: {"roomName": room}}}

    async def run(self):
        while not self.unwanted:
            await asyncio.sleep(self.delay * random.uniform(0.5, 1.5))  # so that not everybody comes at once
            self.delay = min(2 * self.delay or 1, 30)
            began = time.monotonic()
            try:
                await self.connection()
            except (OSError, WebSocketException) as error:
                print("!", error)
                self.unwanted |= isinstance(error, InvalidStatus) and error.response.status_code != 503
            if time.monotonic() - began > 60:  # not one of a series that fails at once
                self.delay = 1

    async def connection(self):
        self.rosters, self.asked, self.ids = {}, {}, itertools.count()  # nothing outlives a connection
        async with connect(self.url, max_size=None) as self.socket:  # its own pings notice a dead line
            try:
                async for event, id, message in packets(self.socket):
                    await self.take(event, self.asked.pop(id, None), message)
                print("* the server closed the connection")
            finally:
                self.unwanted |= self.raw and self.socket.close_code in (1000, 1002, 1003, 1007, 1008)
                if self.rosters and self.socket.close_code is None:  # it is us who leave: we were cancelled
                    await self.send("easyrtcCmd", "roomLeave", {"roomLeave": self.login["roomJoin"]})
                await self.socket.close()  # with code 1000

    async def send(self, event, kind, data=None, **target):
        message = {"msgType": kind, **target} | ({} if data is None else {"msgData": data})  # null is refused
        self.asked[id := next(self.ids)] = kind
        raw = {"event": event, "id": id, "message": message}
        await self.socket.send(json.dumps(raw) if self.raw else f"42{id}{json.dumps([event, message])}")

    async def keep_alive(self, socket, seconds):
        with contextlib.suppress(WebSocketException):
            while socket.close_code is None:
                await self.send("easyrtcCmd", "stillAlive")
                await asyncio.sleep(seconds)

    async def take(self, event, asked, message):  # answers too, all in the order they come: rosters depend on it
        kind, data = message.get("msgType"), message.get("msgData")
        if event == "welcome":
            await self.send("easyrtcAuth", "authenticate", self.login)
        elif event == "easyrtcMsg":  # before the others, since its msgType may be any
            sender = self.rosters.get(self.room, {}).get(message.get("senderEasyrtcid"), {})
            print(f"{sender.get('username', 'somebody')}: {data}")
            if self.until is not None and data == self.until:
                asyncio.current_task().cancel()  # ends everything, as Ctrl-C does
        elif kind == "error":
            print(f"! {asked or event}: {data['errorCode']} {data['errorText']}")
            self.unwanted |= asked == "authenticate" or data["errorCode"] in ("LOGIN_GEN_FAIL", "LOGIN_TIMEOUT")
        elif kind in ("token", "roomData"):
            self.apply(data["roomData"])
            if 0 < (limit := data.get("stillAliveInterval", 0)) < 10_000:  # ms; the server's pings are rarer
                self.keeper = asyncio.create_task(self.keep_alive(self.socket, limit / 2000))
            if self.say and len(self.rosters.get(self.room, {})) > 1:
                await self.send("easyrtcMsg", "message", self.say, targetRoom=self.room)
                self.say = None  # once, also if we come back
        elif kind == "offer":  # a call, and we have no WebRTC
            await self.send("easyrtcCmd", "reject", targetEasyrtcid=message["senderEasyrtcid"])

    def apply(self, room_data):
        for room, record in room_data.items():
            before, delta = self.rosters.pop(room, {}), record.get("clientListDelta", {})
            if record["roomStatus"] != "leave":
                gone, came = delta.get("removeClient", {}), delta.get("updateClient", {})
                stayed = {id: entry for id, entry in record.get("clientList", before).items() if id not in gone}
                after = self.rosters[room] = stayed | came
                for id in after.keys() ^ before.keys():
                    print("-" if id in before else "+", (after | before)[id].get("username", id))

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, default in {"url": None, "--name": "me", "--room": "default", "--say": None, "--until": None}.items():
        parser.add_argument(option, default=default)
    client = Client(**vars(parser.parse_args()))
    sys.stdout.reconfigure(line_buffering=True)
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(client.run())
    sys.exit(client.unwanted)
