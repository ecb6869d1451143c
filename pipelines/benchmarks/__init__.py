"""What measures anygen: its code, its speed, its faults. Each makes a page of docs/results or a part of one."""
