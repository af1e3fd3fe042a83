"""Has sockets hold classic BPF programs, as numbers on standard input (tcpdump -ddd), one after the other, and says of
each how many octets of its options memory the kernel charges for it: what net.core.optmem_max bounds."""

import ctypes
import socket
import struct
import sys

SO_ATTACH_FILTER = 26
SO_MEMINFO = 55
SK_MEMINFO_OPTMEM = 6


def octets_of(instructions):
    program = b"".join(struct.pack("HBBI", *map(int, line.split())) for line in instructions)
    memory = ctypes.create_string_buffer(program)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        descriptor = struct.pack("HxxxxxxP", len(instructions), ctypes.addressof(memory))
        holder.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, descriptor)
        return struct.unpack("9I", holder.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36))[SK_MEMINFO_OPTMEM]


lines = [line for line in sys.stdin.read().split("\n") if line]
while lines:
    count = int(lines[0])
    print(octets_of(lines[1 : count + 1]))
    lines = lines[count + 1 :]
