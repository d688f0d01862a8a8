"""`kopilka-server rebuild`: the books worked out again from the segments, and compared with those in use."""
