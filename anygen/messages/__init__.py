"""What goes in and what comes out: messages, the options of a call, the request, the reply and its events."""
