"""TCP peers made of raw packets on a TUN device, whose address no kernel owns: nothing but what is written
here is ever answered. Each sends a frame, quotes the server's reply in an ICMP "destination unreachable" of
a code of its own, and is silent from then on.

Usage: icmp_peer.py DEVICE SERVER-ADDRESS SERVER-PORT PEER-ADDRESS CODE...
"""

import fcntl
import os
import select
import socket
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 1, 0x1000
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
FRAME = b"\5\0\0\0hello"
PATIENCE = 10.0


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Net:
    def __init__(self, device, server, peer):
        self.fd = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.fd, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI))
        self.server, self.peer = socket.inet_aton(server), socket.inet_aton(peer)

    def send(self, protocol, body):
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0, self.peer,
                             self.server)
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        os.write(self.fd, header + body)

    def send_tcp(self, peer_port, server_port, seq, ack, flags, data=b""):
        segment = struct.pack("!HHIIBBHHH", peer_port, server_port, seq, ack, 5 << 4, flags, 65535, 0, 0) + data
        pseudo = self.peer + self.server + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(segment))
        segment = segment[:16] + struct.pack("!H", checksum(pseudo + segment)) + segment[18:]
        self.send(socket.IPPROTO_TCP, segment)

    def send_unreachable(self, code, quoted):
        body = struct.pack("!BBHI", 3, code, 0, 0) + quoted[:28]
        self.send(socket.IPPROTO_ICMP, body[:2] + struct.pack("!H", checksum(body)) + body[4:])

    def segments(self, peer_port, deadline):
        """The server's segments to a port: whole packet, sequence number, flags, length of the data."""
        while time.monotonic() < deadline:
            if not select.select([self.fd], [], [], 0.1)[0]:
                continue
            packet = os.read(self.fd, 65536)
            if packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_TCP:
                continue
            tcp = packet[(packet[0] & 15) * 4:]
            if struct.unpack("!H", tcp[2:4])[0] == peer_port:
                data = len(tcp) - (tcp[12] >> 4) * 4
                yield packet, struct.unpack("!I", tcp[4:8])[0], tcp[13], data
        raise SystemExit("no segment of the server in time")


def attack(net, server_port, peer_port, code):
    """Connects, sends a frame, and answers the reply with an ICMP error instead of an acknowledgement."""
    deadline = time.monotonic() + PATIENCE
    net.send_tcp(peer_port, server_port, 1000, 0, SYN)
    for _, seq, flags, _ in net.segments(peer_port, deadline):
        if flags & SYN:
            break
    net.send_tcp(peer_port, server_port, 1001, seq + 1, ACK)
    net.send_tcp(peer_port, server_port, 1001, seq + 1, ACK | PSH, FRAME)
    for packet, _, _, data in net.segments(peer_port, deadline):
        if data:
            net.send_unreachable(code, packet)
            return


def echo(bystander):
    bystander.sendall(FRAME)
    reply = b""
    while len(reply) < len(FRAME):
        got = bystander.recv(len(FRAME) - len(reply))
        if not got:
            raise SystemExit("the server has closed the bystander's connection")
        reply += got
    assert reply == FRAME, reply


def main(device, server, server_port, peer, *codes):
    net = Net(device, server, peer)
    bystander = socket.create_connection((server, int(server_port)), PATIENCE)
    echo(bystander)
    for i, code in enumerate(codes):
        attack(net, int(server_port), 40000 + i, int(code))
    print("sent", flush=True)
    sys.stdin.readline()  # When the server has given up on those peers.
    echo(bystander)
    echo(socket.create_connection((server, int(server_port)), PATIENCE))
    print("served", flush=True)


main(*sys.argv[1:])
