"""Messages to members' phones: the port, its drivers, and the threads that send."""
