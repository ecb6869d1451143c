"""The training that joins frozen parts: what trains, the teacher-forced forward, the losses, one loop."""
