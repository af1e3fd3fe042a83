"""Makes the packet sockets of a process deaf: takes hold of each (pidfd_getfd(2)) and gives it a filter that passes nothing."""
import ctypes, os, socket, struct, sys

PIDFD_OPEN, PIDFD_GETFD = 434, 438  # the same on x86-64 and arm64
SO_ATTACH_FILTER = 26
RETURN_NOTHING = struct.pack("HBBI", 0x06, 0, 0, 0)

libc = ctypes.CDLL(None, use_errno=True)
pid = int(sys.argv[1])
pidfd = libc.syscall(PIDFD_OPEN, pid, 0)
deafened = 0
for name in os.listdir(f"/proc/{pid}/fd"):
    fd = libc.syscall(PIDFD_GETFD, pidfd, int(name), 0)
    if fd < 0:
        continue
    try:
        held = socket.socket(fileno=fd)
    except OSError:
        os.close(fd)
        continue
    if held.family == socket.AF_PACKET:
        program = ctypes.create_string_buffer(RETURN_NOTHING, len(RETURN_NOTHING))
        held.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HxxxxxxP", 1, ctypes.addressof(program)))
        deafened += 1
print(deafened)
